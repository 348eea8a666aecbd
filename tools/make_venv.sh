#!/bin/sh
# Make (or bring up to date) a virtual environment with the package, editable, and what its tests and checks need.
# usage: make_venv.sh FOLDER [pip arguments, such as another release to pin]
set -eu
folder=$1; shift

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! is_new_enough "$folder/bin/python"; then
    for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14 ""; do
        [ -n "$python" ] || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3 …" >&2; exit 1; }
        if is_new_enough "$python"; then break; fi
    done
    echo "Making $folder with $($python --version) (about a minute, once) …" >&2
    "$python" -m venv --clear "$folder"
fi
# Dependency groups came with pip 25.1.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[emulator]' "$@"
