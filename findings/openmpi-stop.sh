#!/usr/bin/env bash
# mpirun of Open MPI 4.1 that is told to stop (Ctrl-C, SIGTERM, SIGHUP) sends its ranks SIGCONT, waits a second, sends SIGTERM,
# waits a second and sends SIGKILL: a rank has one second to save what it has. odls_base_sigkill_timeout is described as the time
# between SIGTERM and SIGKILL, but is that before SIGTERM as well: with 4 a rank is told only 4 seconds later. A second Ctrl-C in
# that time kills ranks that nobody has told anything. SIGUSR1 is passed on at once, and nothing is killed.
#
# Needs apt-get install openmpi-bin (4.1.4 of Debian 12). Exits with 0 while it is as described, with 1 otherwise.
# Output seen on Debian 12, x64:
#   mpirun.openmpi (OpenRTE) 4.1.4
#   default: told after 1 s, killed 1 s later
#   odls_base_sigkill_timeout 4: told after 4 s, killed 4 s later
#   SIGUSR1: told after 0 s, lives on
#   as described
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/rank.sh" <<'RANK'
trap 'date +%s.%N > "$1.told"' TERM USR1
for tenth in $(seq 150); do
    sleep 0.1 || true
    date +%s.%N > "$1.alive"
done
RANK

# stop NAME SIGNAL OPTIONS: seconds until the rank was told, and from then to its end.
stop() {
    local name=$1 signal=$2 began
    shift 2
    mpirun.openmpi --allow-run-as-root "$@" -n 1 bash "$folder/rank.sh" "$folder/$name" >/dev/null 2>&1 &
    until [ -s "$folder/$name.alive" ]; do sleep 0.1; done
    began=$(date +%s.%N)
    kill "-$signal" $!
    if [ "$signal" = USR1 ]; then sleep 3; kill -KILL $!; fi
    wait $! || true
    sleep 0.3
    awk -v began="$began" -v told="$(cat "$folder/$name.told")" -v alive="$(cat "$folder/$name.alive")" \
        'BEGIN { printf "%.0f %.0f\n", told - began, alive - told }'
}
mpirun.openmpi --version | head -n 1
read -r told killed < <(stop default TERM)
echo "default: told after $told s, killed $killed s later"
read -r told4 killed4 < <(stop longer TERM --mca odls_base_sigkill_timeout 4)
echo "odls_base_sigkill_timeout 4: told after $told4 s, killed $killed4 s later"
read -r user lived < <(stop user USR1)
echo "SIGUSR1: told after $user s, $([ "$lived" -ge 2 ] && echo "lives on" || echo "killed $lived s later")"
if [ "$told $killed $told4 $killed4 $user" = "1 1 4 4 0" ] && [ "$lived" -ge 2 ]; then
    echo "as described"
else
    echo "otherwise than described"
    exit 1
fi
