#!/usr/bin/env bash
# Writes requirements.lock: everything that pyproject.toml names (the servers' tools and the
# developers' too), for CPython 3.11 to 3.13 on every platform, with the hashes of all files.
# Versions already pinned stay where they fit; --upgrade takes the newest. The resolver has an
# environment of its own, thrown away afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

.venv/bin/python -m venv "$tools"
"$tools/bin/python" -m pip install --disable-pip-version-check --quiet uv
"$tools/bin/uv" pip compile pyproject.toml --extra servers --group dev \
  --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --quiet \
  --output-file requirements.lock "$@"
