#!/usr/bin/env bash
# Marks the branches of our assemblies and gives each reader changed inputs. run.sh [SECONDS [COUNT [TARGET...]]]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-3600} count=${2:-1000000}
shift $(($# < 2 ? $# : 2))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build -c Release Fuzzing >/dev/null
cp -r Fuzzing/bin/Release/net10.0 "$work/bin"
dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$work/tools" >/dev/null
for assembly in Engine Gan Emulator; do "$work/tools/sharpfuzz" "$work/bin/Ssgan.$assembly.dll"; done
[ $# -gt 0 ] || set -- safetensors pth onnx gguf npz image zip tar parquet lmdb idx pickle cifar stl config checkpoint ptx
echo '| reader | inputs | taken | kept | branches | faults | slowest, ms | most allocated, KiB | peak memory, MiB |'
echo '|---|---|---|---|---|---|---|---|---|'
status=0
for target; do
    nice -n 10 dotnet "$work/bin/Fuzzing.dll" "$target" --seconds "$seconds" --count "$count" || { echo "$target: $?"; status=1; }
done
exit "$status"
