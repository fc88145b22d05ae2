# Everything a newcomer or CI runs. PORT= and DATA= are honoured.
PORT ?= 8000
DATA ?= .holdshort
PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
CELLS ?= 3

.PHONY: help run setup test check catalogue matrix battery bench screens

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run: setup  ## set up if needed, then run the demo company on this machine
	$(BIN)/holdshort up --demo --port $(PORT) --data $(DATA)

setup: .venv/.complete  ## create .venv with holdshort in it

.venv/.complete: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

test: setup check  ## everything that CI runs: checks, then the whole suite
	$(BIN)/python -m pytest -n 3 --dist loadscope $(TESTS)

check: setup  ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

catalogue: setup  ## write docs/catalogue.md from the action types
	$(BIN)/python -m holdshort catalogue page > docs/catalogue.md.new
	mv docs/catalogue.md.new docs/catalogue.md

matrix: setup  ## kill executors at every step, in every combination of three; CELLS=all for all
	$(BIN)/python -m tests.crash.matrix --cells $(CELLS)

bench: setup  ## time and weigh everything; writes bench/results.json and docs/performance.md
	$(BIN)/python -m bench

battery: setup  ## attack and crash a running desk, count effects; writes docs/integrity.md
	$(BIN)/python -m tests.battery

screens: setup  ## PNG of every page into docs/screens
	$(BIN)/python -m tests.screens docs/screens
