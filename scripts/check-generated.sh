#!/usr/bin/env bash
# Generates the Go files of the templates and fails if that changes any of them. These files are committed, so they must
# be up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

sums() { find internal -name '*_templ.go' -print0 | sort -z | xargs -0 --no-run-if-empty sha256sum; }

before=$(sums)
make --no-print-directory generate
if ! diff <(echo "$before") <(sums); then
	echo "The generated files above were out of date. They are up to date now: review and commit them." >&2
	exit 1
fi
