#!/usr/bin/env bash
# Compiles every kernel again and compares with the committed PTX, byte for byte where the compiler is the recorded one.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v clang-19 > /dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq || true
    $sudo apt-get install -qq -y --no-install-recommends clang-19
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
dotnet msbuild Kernels.proj -t:Kernels -p:OutputFolder="$fresh" -v:quiet

status=0
for ptx in *.ptx; do
    [ -e "$ptx" ] || { echo "kernels: no PTX to compare"; break; }
    if [ "$(sed -n 's/^\/\/ compiler: //p' "$ptx")" != "$(sed -n 's/^\/\/ compiler: //p' "$fresh/$ptx")" ]; then
        echo "kernels/$ptx: compiled, not compared: another compiler than the recorded one"
    elif cmp "$ptx" "$fresh/$ptx"; then
        echo "kernels/$ptx: equal"
    else
        echo "kernels/$ptx is not what its sources give; run build.ps1 -Task Kernels" >&2
        status=1
    fi
done
exit "$status"
