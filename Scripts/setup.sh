#!/bin/sh
# Installs the Debian packages that building, testing and demonstrating Chancery need, where they are missing.
# Needs no network and no rights where all are there. Every make target that needs a package calls it.
set -eu

packages="libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libssl-dev libzstd-dev libpopt-dev libexpat1-dev libgmime-3.0-0
libxml2-utils zstd jq curl sqlite3 strace faketime python3 make git less groff-base zsh fish"

missing=""
for package in $packages; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
    echo "setup: installing$missing" >&2
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    # shellcheck disable=SC2086 # both hold several words on purpose
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c "
        apt-get update --quiet=2 &&
        apt-get install --yes --quiet=2 --no-install-recommends $missing" >&2
fi

if ! command -v swift >/dev/null 2>&1; then
    echo "setup: there is no swift in PATH; install the Swift 6.3 toolchain for Debian 12 and try again" >&2
    exit 1
fi
