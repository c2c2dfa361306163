# One command for everything; each target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# Whose practice edition `make blueprint` writes.
PRACTICE ?= J81612

.PHONY: help setup blueprint test lint types bench data manual lock clean

help:
	@echo "make blueprint   set up, then write Dorset's blueprint to out/dorset (open out/dorset/board/index.html)"
	@echo "make test        set up, then run every test"
	@echo "make lint types  check style and types;  make bench  print the benchmark tables"
	@echo "make manual      write the manual's reference pages again from the code and the definitions"
	@echo "make data RAW=DIR  rebuild the England pack from the publishers' raw files"

setup: $(STAMP)

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Chesil needs Python 3.11 or later. Try: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

blueprint: setup
	$(BIN)/chesil blueprint studies/dorset --out out/dorset --edition board,public,practice --practice $(PRACTICE) --formats all

test: setup
	@./tests/browser/install_chromium || true
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: setup
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@for each in benchmarks/bench_*.py; do $(BIN)/python $$each; done

data: setup
	@test -n "$(RAW)" || { echo "Say where the raw files are: make data RAW=DIR"; exit 1; }
	$(BIN)/chesil data build --raw $(RAW)

manual: setup
	$(BIN)/python -m chesil.manual docs/manual/reference

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --group dev -o requirements/dev.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --group dev --group bench -o requirements/bench.txt pyproject.toml

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache dist
