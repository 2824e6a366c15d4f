# Two commands: `make run` and `make test`. Each does all of its own set-up on a machine with Python 3.11 and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help setup run test lint types check-imports unit bench accuracy model lock screenshots clean
.DEFAULT_GOAL := help

help:
	@echo "make run       start Hỏi Phường: web chat on http://127.0.0.1:8080"
	@echo "make test      linters, types and all tests"
	@echo "make bench     speed, measured side by side with a floor"
	@echo "make accuracy  how well questions are understood [QUESTIONS=FILE]"
	@echo "make model     learn from the pack's examples, after they changed"
	@echo "make setup     only prepare $(VENV)/"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hỏi Phường needs Python 3.11 or newer; call make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard content/locale/*/LC_MESSAGES/*.po))

%.mo: %.po $(VENV)/.installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

setup: $(VENV)/.installed $(CATALOGUES)

run: setup
	@$(BIN)/hoiphuong serve

test: setup $(VENV)/.installed-dev lint types check-imports unit

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: setup $(VENV)/.installed-dev
	$(BIN)/mypy

check-imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

unit: setup $(VENV)/.installed-dev
	$(BIN)/python -m tests.browser --install
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile

bench: setup $(VENV)/.installed-dev
	$(BIN)/python -m tests.benchmarks

# Pictures of every page, at the width of a phone and of a desk, under build/; those of docs/ are copied from there.
screenshots: setup $(VENV)/.installed-dev
	@mkdir -p build/screenshots
	SCREENSHOTS=build/screenshots $(BIN)/python -m pytest tests/web/test_browser.py -k readable
	@for picture in docs/screenshots/*.png; do cp build/screenshots/$$(basename $$picture) $$picture; done

accuracy: setup $(VENV)/.installed-dev
	$(BIN)/python -m tests.accuracy $(QUESTIONS)

# After a change of names or examples: learn anew how much each word speaks for each item.
model: setup $(VENV)/.installed-dev
	$(BIN)/python -m tests.training

# Maintainers: after a change of the dependencies in pyproject.toml. Pins that still fit are kept; to raise one, delete
# its lines from both files first. Only the index's own files are pinned, no wheels that lie about on this machine.
COMPILE = PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= build/lock/bin/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet pip-tools
	$(COMPILE) --build-deps-for editable --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) build *.egg-info
