#!/usr/bin/env bash
# Writes resources.md: what NVIDIA's assembler (ptxas, part of the CUDA toolkit; optional) makes of each kernel.
# Registers of a thread, static shared bytes of a block, bytes spilled (stores + loads).
# resources.sh FILE writes to FILE.
set -euo pipefail
cd "$(dirname "$0")"
ptxas=${PTXAS:-ptxas}
exec > "${1:-resources.md}"

version=$("$ptxas" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')
echo "Made by kernels/resources.sh from ptx/, with ptxas $version. A dash: not assembled since its last change."
echo
echo "| kernel | registers sm_75 / sm_80 / sm_90 | shared | spilled |"
echo "|---|---|---|---|"
for ptx in ptx/*.ptx; do
    for arch in sm_75 sm_80 sm_90; do
        case "$ptx $arch" in *_sm80.ptx\ sm_75) continue ;; esac
        "$ptxas" -v -arch="$arch" "$ptx" -o /dev/null 2>&1 | sed "s/^/$arch /"
    done | awk -v stem="$(basename "$ptx" .ptx)" '
        /Compiling entry function/ {
            split($0, q, "\047"); name = q[2]
            if (!(name in seen)) { seen[name] = 1; order[++n] = name }
        }
        /spill stores/ {
            for (i = 1; i < NF; i++) {
                if ($(i + 2) == "spill" && $(i + 3) ~ /^stores/) s = $i
                if ($(i + 2) == "spill" && $(i + 3) ~ /^loads/) l = $i
            }
            spill[name] += s + l
        }
        /Used [0-9]+ registers/ {
            for (i = 1; i < NF; i++) {
                if ($i == "Used") regs[name, $1] = $(i + 1)
                if ($(i + 1) == "bytes" && $(i + 2) ~ /^smem/) shared[name] = $i
            }
        }
        END {
            for (i = 1; i <= n; i++) {
                k = order[i]
                t = ((k, "sm_75") in regs) ? regs[k, "sm_75"] : "-"
                printf "| `%s` | %s / %s / %s | %d | %d |\n", k, t, regs[k, "sm_80"], regs[k, "sm_90"], shared[k], spill[k]
            }
        }'
done
