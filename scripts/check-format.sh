#!/usr/bin/env bash
# Fails and names the Go files that gofmt would change.
set -euo pipefail
cd "$(dirname "$0")/.."

unformatted=$(gofmt -l arch_test.go cmd internal tools)
if [ -n "$unformatted" ]; then
	echo "Not formatted; run make fmt:" >&2
	echo "$unformatted" >&2
	exit 1
fi
