# Every target does its own set-up, in .venv: nothing is needed besides Python >= 3.11 and make (GNU make 3.81 or newer).

PYTHON ?= python3
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
# JupyterLab refuses to start as root unless it is told that this is meant.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab lab-dev test lint bench bench-browser fuzz notebooks rules readme screenshots binder-check clean
# All targets share one environment, and two pips at work in it would break it: `make -j` runs them in turn.
.NOTPARALLEL:

help:
	@echo "make lab           your lessons in JupyterLab (options: make lab ARGS=\"--no-browser --port 8899\")"
	@echo "make lab-dev       notebooks/ in JupyterLab, for authors"
	@echo "make test          the whole test suite (options: make test ARGS=\"-k folder\")"
	@echo "make lint          style, formatting, types, direction of imports"
	@echo "make bench         the benchmarks"
	@echo "make bench-browser from a changed control to the changed page, in Chromium"
	@echo "make fuzz          200,000 damaged policies (options: make fuzz ARGS=\"--seed 1 --count 1000\")"
	@echo "make notebooks     notebooks/ from notebooks/src/"
	@echo "make rules         what rests on each rule: cases, lessons, exercises (one rule: make rules ARGS=EVAL-13)"
	@echo "make readme        the Binder badge in README.md"
	@echo "make screenshots   the pictures in README.md"
	@echo "make binder-check  what binder/ says, in an empty environment"
	@echo "make clean         away with .venv and everything made by tools; your lessons stay"

lab: $(VENV)/.lab
	@$(PY) -m iamlab lab $(ARGS)

# Authors try the exercises too: their progress belongs with their lessons, not among the sources.
lab-dev: $(VENV)/.test
	@IAMLAB_HOME="$(CURDIR)/iamlab-lessons" $(PY) -m jupyterlab --ServerApp.root_dir="$(CURDIR)/notebooks" \
		--LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
		--LabApp.extension_manager=readonly $(ROOT) $(ARGS)

# By whole files on two cores: the cells of a notebook share one kernel, and the browser's tests one JupyterLab.
test: $(VENV)/.test
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(VENV)/.test
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

bench: $(VENV)/.bench
	@$(PY) -m pytest tests/benchmarks --benchmark-enable $(ARGS)

bench-browser: $(VENV)/.test
	@$(PY) tests/browser/bench.py $(ARGS)

fuzz: $(VENV)/.test
	@$(PY) tests/fuzz.py $(ARGS)

notebooks: $(VENV)/.test
	@$(PY) notebooks/build.py $(ARGS)

rules: $(VENV)/.test
	@$(PY) tests/rules.py $(ARGS)

readme: $(VENV)/.test
	@$(PY) tests/readme_badge.py --write

screenshots: $(VENV)/.test
	@$(PY) tests/browser/screenshots.py $(ARGS)

binder-check:
	@PYTHON="$(PYTHON)" tests/check_binder.sh

clean:
	rm -rf $(VENV) build dist test-results .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python is gone (upgraded, uninstalled) is made anew.
ifeq ($(shell $(PY) -c 'print("alive")' 2>/dev/null),)
.PHONY: $(VENV)/.made
endif

# The stamps: what is installed depends on pyproject.toml alone.
$(VENV)/.lab: $(VENV)/.made pyproject.toml
	@echo "Installing iamlab into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	@echo "Installing iamlab and its test tools into $(VENV) ..."
	@$(PIP) install --editable ".[test]"
	@touch $@

# What the engine is measured against is wanted for that alone.
$(VENV)/.bench: $(VENV)/.test
	@$(PIP) install --editable ".[test,bench]"
	@touch $@

$(VENV)/.made:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || \
		{ echo "There is no $(PYTHON); iamlab needs Python 3.11 or newer: make PYTHON=/path/to/python ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "iamlab needs Python 3.11 or newer, but $(PYTHON) is" \
			"$$("$(PYTHON)" --version 2>&1); name another: make PYTHON=/path/to/python ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's module venv is not complete; on Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PY) -c '' 2>/dev/null || rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@
