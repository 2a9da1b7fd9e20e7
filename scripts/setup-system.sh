#!/usr/bin/env bash
# Installs missing system packages that the tests need: Chromium, the PostgreSQL server, a C compiler for the race
# detector, curl and Python for the code samples. It uses apt, with sudo unless root runs it. Of the Prometheus package,
# it extracts only the programs into .cache/prometheus, because installing the package would start a server.
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
prometheus=.cache/prometheus
have_prometheus() { { command -v prometheus && command -v promtool; } || [ -x $prometheus/usr/bin/promtool ]; }
wanted=("${missing[@]}")
have_prometheus >/dev/null || wanted+=(prometheus)
[ ${#wanted[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "setup: install these packages, or the ones that your system has instead, then try again: ${wanted[*]}" >&2
	exit 1
fi
as_root=(env)
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "setup: this needs root, and sudo is not installed; as root, run: apt-get install ${wanted[*]}" >&2
		exit 1
	fi
	as_root=(sudo env)
fi

echo "setup: installing ${wanted[*]}"
# The tests start their own server, so the package should not start one. An existing setting is left unchanged.
clusters=/etc/postgresql-common/createcluster.conf
if [[ " ${missing[*]} " == *" postgresql "* && ! -e $clusters ]]; then
	"${as_root[@]}" mkdir -p "$(dirname "$clusters")"
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$clusters" >/dev/null
fi
"${as_root[@]}" apt-get update -qq
if [ ${#missing[@]} -gt 0 ]; then
	"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o Dpkg::Options::=--force-confold "${missing[@]}"
fi
if ! have_prometheus >/dev/null; then
	mkdir -p $prometheus
	(cd $prometheus && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb)
fi
