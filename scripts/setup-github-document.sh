#!/usr/bin/env bash
# Fetches GitHub's description of its REST API, the large real document that tests publish. It is one file of an npm
# package that takes hundreds of megabytes when installed, so only that file is extracted from the archive.
set -euo pipefail
cd "$(dirname "$0")/.."

package=@octokit/openapi@23.0.2
inside=package/generated/api.github.com.json
document=.cache/github/api.github.com.json
sum=829b4bebb19a53133289f7b0bc819f4f1118115821db2ca9f25e9ee995a7da2a

check() { [ -f "$1" ] && echo "$sum  $1" | sha256sum --check --status; }

check "$document" && exit 0
echo "setup: fetching GitHub's API description ($package)"
mkdir -p "$(dirname "$document")"
work=$(mktemp -d .cache/github/fetch.XXXXXX)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "$package" >/dev/null
tar --extract --gzip --file "$work"/*.tgz --directory "$work" "$inside"
if ! check "$work/$inside"; then
	echo "setup: the SHA-256 of $inside in $package is not $sum, so it is not the file that the tests need" >&2
	exit 1
fi
mv "$work/$inside" "$document"
