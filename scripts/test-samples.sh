#!/usr/bin/env bash
# Runs every code sample of the reference against its own server, and compares how the Try it form encodes parameters.
# Lists the languages whose tools are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

exec node --test --test-reporter=spec test/samples/samples.test.mjs test/samples/parameters.test.mjs
