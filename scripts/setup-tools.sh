#!/usr/bin/env bash
# Fails and says what to install if a tool is missing that the other steps need.
set -euo pipefail

missing=()
for tool in go node npm git; do
	command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "setup: Portico needs Go 1.26, Node 20 with npm, and git to build; missing: ${missing[*]}" >&2
	exit 1
fi
if [ "$(node --print 'process.versions.node.split(".")[0]')" -lt 20 ]; then
	echo "setup: Portico needs Node 20 or later to build; found $(node --version)" >&2
	exit 1
fi
