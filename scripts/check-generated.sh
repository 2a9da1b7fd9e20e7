#!/usr/bin/env bash
# Generates the templ files anew and fails if the ones in the tree were others: they are committed, and must be what their
# templates say.
set -euo pipefail
cd "$(dirname "$0")/.."

sums() { find internal -name '*_templ.go' -print0 | sort -z | xargs -0 --no-run-if-empty sha256sum; }

before=$(sums)
make --no-print-directory generate
if ! diff <(echo "$before") <(sums); then
	echo "The generated files above did not fit their templates. They do now: look at them and commit them." >&2
	exit 1
fi
