#!/usr/bin/env bash
# Images per second of one run by one process with two threads, by one rank under MPI, and by two ranks of one thread each, in
# turns on the same two cores: medians of three. Needs the built program and mpirun, and a machine that does nothing else.
# Benchmarks/ranks.sh [MPIRUN] [options of train, default: batch 64 of the small preset]
set -euo pipefail
cd "$(dirname "$0")/.."
mpirun=${1:-mpirun.mpich}
shift || true
options=("$@")
[ ${#options[@]} -gt 0 ] || options=(--preset small --ngf 64 --ndf 64 --batch 64 --n-dis 2 --steps 12)
program=(dotnet Gan.Runner/bin/Release/net10.0/ssgan.dll)
launcher=("$mpirun")
if "$mpirun" --version | grep -q Open; then
    launcher+=(--bind-to none)
    [ "$(id -u)" != 0 ] || launcher+=(--allow-run-as-root)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pace NAME COMMAND...: images per second of the steps after the first half, which warms up.
pace() {
    local name=$1 run
    shift
    run=$(mktemp -d "$work/XXXX")/run
    "$@" train "${options[@]}" --plain --log-every 1 --sample-every 100000 --out "$run" >"$work/log" 2>&1 \
        || { cat "$work/log"; exit 1; }
    sed 's/.*"images_per_second":\([0-9.]*\).*/\1/' "$run/metrics.jsonl" | tail -n 6 | sort -n | sed -n 3p >>"$work/$name"
}

for turn in 1 2 3; do
    pace alone "${program[@]}"
    pace one "${launcher[@]}" -n 1 "${program[@]}"
    pace two "${launcher[@]}" -n 2 "${program[@]}"
done
echo "${options[*]}; $("$mpirun" --version | grep -om1 'Open.*[0-9]\|Version: *[0-9.]*')"
for name in alone one two; do
    echo "$name: $(sort -n "$work/$name" | sed -n 2p) images/s (of $(sort -n "$work/$name" | tr '\n' ' '))"
done
