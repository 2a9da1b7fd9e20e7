#!/usr/bin/env bash
# Runs every code sample of the reference against a server of its own, and compares how the form of Try it spells parameters.
# Names the languages whose tools are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

exec node --test --test-reporter=spec test/samples/samples.test.mjs test/samples/parameters.test.mjs
