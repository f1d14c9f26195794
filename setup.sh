#!/bin/sh
# Sets the program up in .venv beside this file; "sh setup.sh tests" adds what its tests need.
set -eu
cd "$(dirname "$0")"
python=$(command -v python3 || true)
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; install it and run this again." >&2
    exit 2
fi
# Debian and Ubuntu ship Python without its own way to make environments; it is one package.
if ! "$python" -m venv .venv >/dev/null 2>&1; then
    rm -rf .venv
    echo "Installing python3-venv ..." >&2
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq && $as_root apt-get install -y -qq python3-venv >/dev/null
    "$python" -m venv .venv
fi
echo "Installing energy_model and what it needs into .venv ..." >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -e ".[${1:-all}]"
# pip compiles one file after another, those of the tests of libraries too; here every core compiles the others.
.venv/bin/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
# The page of a run is tested in a real browser; where none can be had, those tests say so and are left out.
if [ "${1:-}" = tests ] && ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the tests of pages ..." >&2
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || echo "Chromium could not be installed; the tests that need it are left out." >&2
fi
