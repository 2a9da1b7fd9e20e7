#!/usr/bin/env bash
# Installs what the tests need from the distribution and is not there: Chromium, the PostgreSQL server, a C compiler for
# the race detector, curl and Python for the code samples. Packages come through apt, with sudo when not root. Does nothing when everything is there.
set -euo pipefail

have_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
# Debian keeps the server's programs out of PATH.
have_postgresql() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
have_compiler() { command -v "${CC:-cc}"; }

missing=()
have_chromium >/dev/null || missing+=(chromium chromium-sandbox fonts-liberation)
have_postgresql >/dev/null || missing+=(postgresql)
have_compiler >/dev/null || missing+=(gcc libc6-dev)
command -v curl >/dev/null || missing+=(curl)
command -v python3 >/dev/null || missing+=(python3)
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "setup: please install these or what your system calls them, then try again: ${missing[*]}" >&2
	exit 1
fi
as_root=(env)
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	as_root=(sudo env)
fi

echo "setup: installing ${missing[*]}"
# The tests start a server of their own; the package need not leave one running. A machine that has decided already keeps
# what it decided.
clusters=/etc/postgresql-common/createcluster.conf
if [[ " ${missing[*]} " == *" postgresql "* && ! -e $clusters ]]; then
	"${as_root[@]}" mkdir -p "$(dirname "$clusters")"
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$clusters" >/dev/null
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	-o Dpkg::Options::=--force-confold "${missing[@]}"
