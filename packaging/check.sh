#!/usr/bin/env bash
# Packs every package into a folder, looks into each, and uses them as a stranger would: fresh projects that restore from that
# folder (a console program, a web service, a program compiled ahead, which is held against its size) and the tool. The times of
# what is compiled ahead and of what the JIT makes are printed so many times as the argument says: check.sh [ROUNDS].
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
most=4194304 # bytes of the program compiled ahead: 4 MiB

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
fail() { echo "$*" >&2; status=1; }

command -v unzip >/dev/null || apt-get install -y -q unzip >/dev/null \
    || { apt-get update -q >/dev/null && apt-get install -y -q unzip >/dev/null; }

dotnet pack "$here/../Ssgan.sln" -c Release -o "$work/feed" -v q
shopt -s nullglob
packages=("$work"/feed/*.nupkg)
wanted=$(grep -l "<IsPackable>true<" "$here"/../*/*.csproj | wc -l)
[ "${#packages[@]}" = "$wanted" ] || fail "${#packages[@]} packages were made of $wanted projects"
for package in "${packages[@]}"; do
    name=$(basename "$package" .nupkg)
    entries=$(unzip -Z1 "$package")
    has() { grep -qE "$1" <<<"$entries" || fail "$name has no $2"; }
    has '^README\.md$' readme
    has '^icon\.png$' icon
    has '^LICENSE$' "text of its licence"
    unzip -p "$package" '*.nuspec' | grep -q '<license type="expression">MIT</license>' || fail "$name names no licence"
    case "$name" in
        Ssgan.Tool.*)
            has '/runtimes/linux-x64/native/libSkiaSharp\.so$' "library of Skia"
            ! grep -q '\.onnx$' <<<"$entries" || fail "$name has the network of metrics"
            ;;
        *)
            has '^lib/net10\.0/Ssgan\..*\.xml$' documentation
            [ -s "$work/feed/$name.snupkg" ] || fail "$name has no symbols"
            ;;
    esac
    echo "$name: $(stat -c %s "$package") bytes"
done
version=$(basename "$work"/feed/Ssgan.Tool.*.nupkg .nupkg)
export SsganVersion=${version#Ssgan.Tool.}

# Our packages go into a folder of their own, so that none of another day is taken; all others may be there already.
machine=$(dotnet nuget locals global-packages --list | sed 's/^[^/]*//')
cat > "$work/NuGet.config" <<CONFIG
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <fallbackPackageFolders><add key="machine" value="$machine" /></fallbackPackageFolders>
  <packageSources><add key="ssgan" value="$work/feed" /></packageSources>
</configuration>
CONFIG
mkdir -p "$machine"
for project in console web ahead; do
    mkdir "$work/$project"
    cp "$here/$project"/*.cs* "$work/$project"
done
cd "$work"

run=$(dotnet run -c Release --project console -- runs | tail -1) || fail "the console program failed"
[ -s "$run/checkpoints/step-00000002/state.json" ] && [ -s runs/fakes.png ] || fail "the console program left no run or image"
dotnet run -c Release --project web -- "$work/$run" "$work/served.png" >/dev/null || fail "the web service failed"
[ "$(head -c 8 served.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "the web service served no PNG"

dotnet publish ahead -c Release -r linux-x64 -o published -v q
bytes=$(stat -c %s published/Ahead)
echo "the program compiled ahead has $bytes bytes"
[ "$bytes" -le "$most" ] || fail "the program compiled ahead has $bytes bytes; at most $most are allowed"
published/Ahead || fail "the program compiled ahead did not learn"
published/Ahead --gpu | grep -q 'built with SsganCuda=false' || fail "nothing says that kernels were left out"
dotnet build ahead -c Release -v q
for ((round = 0; round < ${1:-1}; round++)); do
    published/Ahead --time | tee times.txt
    DOTNET_EnableAVX512=0 dotnet ahead/bin/Release/net10.0/Ahead.dll --time
    dotnet ahead/bin/Release/net10.0/Ahead.dll --time
done
! grep -q '128-bit' times.txt || fail "the package's targets did not set the vectors"

dotnet tool install Ssgan.Tool --version "$SsganVersion" --tool-path tool --configfile NuGet.config >/dev/null
tool/ssgan --version
[ "$(tool/ssgan --version)" = "ssgan $SsganVersion" ] || fail "the tool says another version"
tool/ssgan train --plain --ngf 8 --ndf 8 --batch 4 --n-dis 1 --steps 2 --out trained >/dev/null || fail "the tool does not train"
[ -s trained/checkpoints/step-00000002/state.json ] || fail "the tool left no checkpoint"
tool/ssgan eval --checkpoint trained --images 20 --reals 20 --cache features > eval.txt 2>&1 \
    && fail "eval had no network, and worked"
grep -q 'Microsoft.ML.DnnImageFeaturizer.ResNet18' eval.txt || fail "the tool does not say where eval's network is to be had"
exit "$status"
