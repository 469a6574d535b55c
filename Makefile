# `make demo` and `make test` do all their own set-up. `make help` lists the rest.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from
ROOMS := alerts broker coldchain dashboards ingest runtime sensor_emulator series streams
CODE := $(ROOMS) tests scripts $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help setup servers check test unit demo bench lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(STAMP) ## make the environment in .venv, so that .venv/bin/coldchain is the command

$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash scripts/setup.sh
	@touch $(STAMP)

servers: setup ## fetch and build what native servers need, once (no engine needed)
	@$(BIN)/python -m runtime.servers

check: setup ## format, lint, types, the import rule, what no file may carry
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(if $(wildcard runtime/contracts.py runtime/contracts/__main__.py),$(BIN)/python -m runtime.contracts --check)
	$(BIN)/python scripts/refuse.py

test: servers ## unit tests, then integration tests on real servers, started once
	$(BIN)/pytest tests/unit tests/integration

unit: setup ## unit tests only
	$(BIN)/pytest tests/unit

demo: servers ## the main job from start to end
	$(BIN)/coldchain demo

bench: servers ## the numbers (bench/)
	@for file in bench/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

lock: setup ## pin the newest versions that fit, with hashes, into requirements.lock
	@bash scripts/lock.sh

clean: ## remove what was made here; downloads in the user's cache folder stay
	rm -rf $(VENV) build dist demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
