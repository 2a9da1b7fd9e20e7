#!/usr/bin/env bash
# Says what to install when one of the tools is missing that everything else starts from.
set -euo pipefail

missing=()
for tool in go node npm git; do
	command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "setup: Portico is built with Go 1.26, Node 20 (with npm) and git; missing here: ${missing[*]}" >&2
	exit 1
fi
if [ "$(node --print 'process.versions.node.split(".")[0]')" -lt 20 ]; then
	echo "setup: Node 20 or later is needed; this is $(node --version)" >&2
	exit 1
fi
