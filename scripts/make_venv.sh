#!/bin/sh
# Crée .venv, ou dit ce qui manque à la machine.
set -eu
python="${1:-python3}"
if ! command -v "$python" >/dev/null 2>&1; then
    echo "Il manque Python. Tapez : sudo apt install python3 python3-venv" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Il faut Python 3.11 ou plus récent ($("$python" --version) ici). Donnez-en un : make PYTHON=python3.12 …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Il manque python3-venv. Tapez : sudo apt install python3-venv" >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
