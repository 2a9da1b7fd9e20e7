#!/usr/bin/env bash
# Fails and names the Go files that gofmt would change, and the symbolic links in the repository. Such links usually lead
# to a developer's build folders. If git checks them out, they replace the folders of others.
set -euo pipefail
cd "$(dirname "$0")/.."

links=$(git ls-files --stage | sed -n 's/^120000 [^\t]*\t//p')
if [ -n "$links" ]; then
	echo "Remove these links from the repository with git rm --cached:" >&2
	echo "$links" >&2
	exit 1
fi

unformatted=$(gofmt -l arch_test.go cmd internal tools)
if [ -n "$unformatted" ]; then
	echo "Not formatted; run make fmt:" >&2
	echo "$unformatted" >&2
	exit 1
fi
