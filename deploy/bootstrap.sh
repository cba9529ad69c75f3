#!/bin/sh
# Make .venv with uv in it, with whatever this machine's Python has. Arguments: python, uv version.
set -eu
python=$1
version=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Python 3.11 or newer is needed; '$python' is $("$python" --version 2>&1 || echo missing)." >&2
  echo "Name another one: make PYTHON=/path/to/python3.11" >&2
  exit 1
}

if "$python" -m venv .venv 2>/dev/null; then
  :
elif "$python" -m venv --without-pip .venv 2>/dev/null && "$python" -m pip --version >/dev/null 2>&1; then
  # Debian without python3-venv: the environment has no pip, but the machine has.
  "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check "uv==$version"
  exit 0
else
  echo "This Python can make no environment. On Debian or Ubuntu: apt-get install python3-venv" >&2
  exit 1
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$version"
