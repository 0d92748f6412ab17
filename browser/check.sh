#!/usr/bin/env bash
# Pages and exported models in a real Chromium (package chromium, or CHROMIUM names it), with Node.js 20 or later.
# The program must have been built: dotnet build -c Release Gan.Runner.
set -euo pipefail
cd "$(dirname "$0")"
needed=()
command -v node >/dev/null || needed+=(nodejs npm)
command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || needed+=(chromium)
if [ "${#needed[@]}" -gt 0 ]; then
    apt-get install -y -q "${needed[@]}" >/dev/null \
        || { apt-get update -q >/dev/null && apt-get install -y -q "${needed[@]}" >/dev/null; }
fi
for folder in . ../samples/OnnxWeb; do (cd "$folder" && npm ci --silent --no-audit --no-fund); done
node --test "$@"
