#!/usr/bin/env bash
# Makes the environment $VENV from requirements.lock: every file checked by its hash.
# Called by `make setup`; $PYTHON may name the Python to use.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${VENV:-.venv}

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
has_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }

find_python() {
  local candidate seen=""
  for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python}; do
    fits "$candidate" || continue
    seen=$candidate
    has_venv "$candidate" && { echo "$candidate"; return; }
  done
  [ -z "$seen" ] || fail "$seen has no venv or ensurepip: install them (Debian: apt install python3-venv)"
  fail "no Python 3.11, 3.12 or 3.13 found (${PYTHON:-python3 is $(python3 --version 2>&1 || true)}): install one, or name it: make setup PYTHON=…"
}

if [ -x "$venv/bin/python" ] && fits "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  say "bringing $venv up to date"
else
  python=$(find_python)
  say "making $venv with $("$python" --version)"
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi

total=$(grep -cE '^[A-Za-z0-9].*==' requirements.lock)
say "installing from requirements.lock ($total packages, each checked by its hash)"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes \
  --progress-bar off -r requirements.lock 2>&1 |
  awk '/^Collecting/ {n++; if (n % 10 == 0) printf "setup: %d packages\n", n > "/dev/stderr"; next}
       /^Installing collected/ {print "setup: installing" > "/dev/stderr"}
       tolower($0) ~ /error|warning/ {print > "/dev/stderr"}'
# The project itself: nothing is fetched for it.
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-index \
  --no-build-isolation --editable .
say "done: $venv/bin/coldchain"
