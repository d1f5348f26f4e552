#!/usr/bin/env bash
# Builds plugin.wasm, or the file that is named. Needs: pip install -r requirements.txt
set -euo pipefail
cd "$(dirname "$0")"
# `--stub-wasi`: a plugin has no clock, no files and no network, so nothing of these is imported.
componentize-py --wit-path ../../sdk/wit --world plugin componentize --stub-wasi plugin --output "${1:-plugin.wasm}"
