#!/usr/bin/env bash
# Runs every code sample of the reference against a server of its own. Names the languages whose tools are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

exec node --test --test-reporter=spec test/samples/samples.test.mjs
