#!/usr/bin/env bash
# Runs the tests that drive a browser. They start bin/portico themselves.
set -euo pipefail
cd "$(dirname "$0")/.."

shopt -s nullglob
tests=(test/browser/*.test.js test/browser/*.test.mjs)
[ ${#tests[@]} -gt 0 ] || exit 0
exec node --test --test-reporter=spec "${tests[@]}"
