# `make demo` and `make test` do all their own set-up. `make help` lists the rest.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from
ROOMS := alerts audit broker coldchain console dashboards ingest runtime sensor_emulator series streams
CODE := $(ROOMS) tests scripts $(wildcard bench)

.DEFAULT_GOAL := help
.PHONY: help setup servers check format lint types imports contracts carried test unit demo bench ratios chaos lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(STAMP) ## make the environment in .venv, so that .venv/bin/coldchain is the command

$(STAMP): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash scripts/setup.sh
	@touch $(STAMP)

servers: setup ## fetch and build what native servers need, once (no engine needed)
	@$(BIN)/python -m runtime.servers

check: format lint types imports contracts carried ## all that needs no server to be checked

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy $(CODE)

imports: setup # arrows point inwards
	$(BIN)/lint-imports

contracts: setup # the schemas under docs/ are those of the types
	$(if $(wildcard runtime/contracts.py runtime/contracts/__main__.py),$(BIN)/python -m runtime.contracts --check)

carried: setup # what no tracked file may carry
	$(BIN)/python scripts/refuse.py

test: servers ## unit tests, then integration tests on real servers, started once
	$(BIN)/pytest tests/unit
	$(BIN)/pytest tests/integration

unit: setup ## unit tests only
	$(BIN)/pytest tests/unit

demo: servers ## the main job from start to end
	$(BIN)/coldchain demo

bench: servers ## the numbers, each beside its reference: ROWS="van door", QUICK=1, DOCS=1
	@$(BIN)/python -m bench $(ROWS) $(if $(QUICK),--quick) $(if $(DOCS),--docs)

ratios: setup ## whether a part costs more than a quarter more than recorded, beside plain code
	@$(BIN)/python -m bench --check

chaos: servers ## harm on purpose, and what was lost: SEED=1 HARMS=50
	@$(BIN)/python -m bench.chaos --seed $(or $(SEED),1) --harms $(or $(HARMS),50)

lock: setup ## pin what pyproject.toml names into requirements.lock; UPGRADE=1: the newest
	@bash scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove what was made here; downloads in the user's cache folder stay
	rm -rf $(VENV) build dist demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
