#!/usr/bin/env bash
# Proves and times Ssgan on one GPU in under nine minutes, and, where asked, runs its benchmarks. Needs bash, coreutils and the
# NVIDIA driver; cuBLAS, cuDNN and PyTorch are used where they are.
#
#   ./gpu-kit.sh                                     every part
#   ./gpu-kit.sh parity captured                     some parts, by name
#   ./gpu-kit.sh suites                              the benchmarks' short selection on the CPU and the card, up to eight minutes
#   ./gpu-kit.sh --data cifar-10-batches-bin --out results
#
# Parts: doctor conformance start parity captured kernels convolutions iteration ranks peer train, and suites by name only
# Options: --out DIR (default kit-results), --data DIR|FILE (CIFAR-10 or a folder of images to train on),
#          --precision bf16,tf32,f32, --seconds N (for all parts together, default 530)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=kit-results data=shapes precision=bf16,tf32,f32 seconds=530
parts=()
usual="doctor conformance start parity captured kernels convolutions iteration ranks peer train" all="$usual suites"
while [ $# -gt 0 ]; do
    case "$1" in
        --out|--data|--precision|--seconds)
            [ $# -ge 2 ] || { echo "$1 has no value." >&2; exit 2; }
            case "$1" in --out) out=$2 ;; --data) data=$2 ;; --precision) precision=$2 ;; --seconds) seconds=$2 ;; esac
            shift 2 ;;
        *)
            case " $all " in
                *" $1 "*) parts+=("$1"); shift ;;
                *) echo "There is no part $1; the parts are: $all." >&2; exit 2 ;;
            esac ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || read -ra parts <<<"$usual"
mkdir -p "$out" || exit 1
start=$SECONDS failed=0

left() { echo $((seconds - (SECONDS - start))); }

# limit WANTED: so many seconds, or what is left of all.
limit() {
    local most
    most=$(left)
    echo $(($1 < most ? $1 : (most > 1 ? most : 1)))
}

# A part of ssgan-kit: it writes its own report, unless its time runs out.
kit() {
    local part=$1 most=$2 code
    shift 2
    most=$(limit "$most")
    echo "== $part (at most $most s)"
    rm -f "$out/$part.json"
    timeout -k 5 "$most" "$here/ssgan-kit" "$part" --json "$out/$part.json" "$@" 2>&1 | tee "$out/$part.txt"
    code=${PIPESTATUS[0]}
    [ -s "$out/$part.json" ] || record "$part" "$code" "$most" "ssgan-kit $part $*"
    ended "$part" "$code"
}

# A part of another program.
other() {
    local part=$1 most=$2 began=$SECONDS code
    shift 2
    most=$(limit "$most")
    echo "== $part (at most $most s)"
    timeout -k 5 "$most" "$@" 2>&1 | tee "$out/$part.txt"
    code=${PIPESTATUS[0]}
    record "$part" "$code" $((SECONDS - began)) "${*#"$here/"}"
    ended "$part" "$code"
}

# record PART CODE SECONDS COMMAND [SENTENCE]
record() {
    "$here/ssgan-kit" record --part "$1" --code "$2" --seconds "$3" --command "$4" \
        --message "${5:-$(tail -n 1 "$out/$1.txt" 2>/dev/null)}" --json "$out/$1.json" >/dev/null
}

ended() {
    case "$2" in 0|3) ;; *) failed=$((failed + 1)); echo "$1 failed with exit code $2; the others go on." >&2 ;; esac
}

skip() {
    echo "== $1"
    echo "$2" | tee "$out/$1.txt"
    record "$1" 3 0 "" "$2"
}

# cuBLAS and cuDNN may lie among pip's packages of the python that PyTorch is in, and a wrapper on the path does not
# say where that is.
if [ -z "${VIRTUAL_ENV:-}" ] && prefix=$(python3 -c 'import sys; print(sys.prefix)' 2>/dev/null); then
    export VIRTUAL_ENV=$prefix
fi

no_gpu="This machine has no GPU that can be used, so this part was left out."
gpu=yes
"$here/ssgan-kit" machine || gpu=no

train() {
    if [ $gpu = no ]; then skip train "$no_gpu"; return; fi
    [ "$data" != shapes ] || echo "No real images were given with --data, so the training draws procedural shapes."
    local run=$out/run began=$SECONDS most code for=bf16
    case ",$precision," in *,bf16,*) ;; *) for=${precision%%,*} ;; esac
    most=$(limit 150)
    # The end of the run, and a sheet of samples, need some seconds of their own.
    most=$((most > 30 ? most - 15 : most))
    echo "== train (at most $most s, $for)"
    rm -rf "$run"
    timeout -s INT -k 10 "$most" "$here/ssgan" train --device cuda --preset mimicry --precision "$for" --data "$data" \
        --out "$run" --sample-every 1000 --plain 2>&1 | tee "$out/train.txt"
    code=${PIPESTATUS[0]}
    if [ "$code" = 2 ] && [ "$for" != f32 ]; then
        echo "$for was refused, so the training runs in f32."
        rm -rf "$run"
        timeout -s INT -k 10 "$(limit "$most")" "$here/ssgan" train --device cuda --preset mimicry --data "$data" \
            --out "$run" --sample-every 1000 --plain 2>&1 | tee "$out/train.txt"
        code=${PIPESTATUS[0]}
    fi
    # At its time limit the run is asked to stop, saves, and leaves.
    case "$code" in 124|130) code=0 ;; esac
    if [ "$code" = 0 ]; then
        "$here/ssgan" sample --checkpoint "$run" --count 64 --out "$out/samples.png" || code=$?
        cp "$run/loss.png" "$run/metrics.jsonl" "$out/" 2>/dev/null
    fi
    record train "$code" $((SECONDS - began)) "ssgan train --device cuda --preset mimicry --precision $for --data $data"
    ended train "$code"
}

peer() {
    if [ $gpu = no ]; then skip peer "$no_gpu"; return; fi
    if ! python3 -c 'import torch' 2>/dev/null; then
        skip peer "This machine has no PyTorch for python3, so the peer was left out."
        return
    fi
    other peer "$(($(left) > 420 ? 300 : $(left) - 90))" python3 "$here/torch_peer.py" --out "$out/torch_peer.json"
}

for part in "${parts[@]}"; do
    if [ "$(left)" -lt 5 ]; then skip "$part" "The time for all parts was used up before this one."; continue; fi
    case "$part" in
        doctor) other doctor 40 "$here/ssgan" doctor ;;
        conformance)
            if [ $gpu = yes ]; then other conformance 90 "$here/ssgan" doctor --full; else skip conformance "$no_gpu"; fi ;;
        start) kit start 30 ;;
        parity) kit parity 90 ;;
        captured) kit captured 45 ;;
        kernels) kit kernels 45 ;;
        convolutions) kit convolutions 90 --precision "$precision" ;;
        iteration) kit iteration 120 --precision "$precision" ;;
        ranks) kit ranks 45 ;;
        peer) peer ;;
        train) train ;;
        suites) other suites 480 "$here/ssgan-kit" --short --precision "$precision" --out "$out/suites" ;;
    esac
done
"$here/ssgan-kit" summary --dir "$out" || failed=$((failed + 1))
echo "$failed parts failed; it took $((SECONDS - start)) s."
[ "$failed" = 0 ]
