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
cd ptx
for ptx in *.ptx; do
    [ -e "$ptx" ] || { echo "kernels: no PTX to compare"; break; }
    if [ "$(sed -n 's/^\/\/ compiler: //p' "$ptx")" != "$(sed -n 's/^\/\/ compiler: //p' "$fresh/$ptx")" ]; then
        echo "kernels/ptx/$ptx: compiled, not compared: another compiler than the recorded one"
    elif cmp "$ptx" "$fresh/$ptx"; then
        echo "kernels/ptx/$ptx: equal"
    else
        echo "kernels/ptx/$ptx is not what its sources give; run build.ps1 -Task Kernels" >&2
        status=1
    fi
done

# The table of resources, by the recorded assembler: another one allots registers otherwise.
recorded=$(sed -n 's/.*with ptxas \([0-9.]*[0-9]\)\..*/\1/p' ../resources.md)
if ! "${PTXAS:-ptxas}" --version 2> /dev/null | grep -q "release $recorded,"; then
    echo "kernels/resources.md: not compared: ptxas $recorded is not installed"
elif ../resources.sh "$fresh/resources.md" && cmp ../resources.md "$fresh/resources.md"; then
    echo "kernels/resources.md: equal"
else
    echo "kernels/resources.md is not what ptxas makes of the PTX; run kernels/resources.sh" >&2
    status=1
fi
exit "$status"
