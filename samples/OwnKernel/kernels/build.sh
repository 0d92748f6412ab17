#!/usr/bin/env bash
# Compiles the kernels of a folder, this one's by default, with clang-19, which needs no toolkit; with NVIDIA's it is
# nvcc -ptx -arch=compute_75 -fmad=false.
set -euo pipefail
words=$(cd "$(dirname "$0")" && pwd)/clang.h
cd "${1:-$(dirname "$0")}"
for source in *.cu; do
    stem=${source%.cu}
    {
        echo "// Made by samples/OwnKernel/kernels/build.sh. Do not edit."
        echo "// source: sha256 $(sha256sum < "$source" | cut -d' ' -f1)"
        clang-19 -x cuda --cuda-device-only --cuda-gpu-arch=sm_75 -nocudainc -nocudalib -Xclang -target-feature -Xclang +ptx70 \
            -std=c++20 -O3 -ffp-contract=off -Wall -Wno-unused-function -Werror -include "$words" -S "$source" -o -
    } > "$stem.ptx.new"
    mv "$stem.ptx.new" "$stem.ptx"
done
