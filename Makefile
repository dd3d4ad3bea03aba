# Two commands are enough on a machine with Python 3.11 to 3.13: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Each has a trained reader and servers of its own, a gigabyte together; the tests of one file stay together. In the order of the
# files: the longest tests stand in files of few, which would come last.
TEST_PROCESSES ?= 4
SYNAPSE := matrix-synapse==1.163.2

.DEFAULT_GOAL := help
.PHONY: help run install test test-tools lint check schema bench drill matrix-demo lock clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

run: install  ## Start Lotse: web chat on 127.0.0.1, SQLite, shipped content, no account anywhere
	LOTSE_OPEN_ACCESS=true $(BIN)/lotse run

install: $(VENV)/.run  ## Install what running needs into .venv

# Without bytecode each process, and every Lotse a test starts, would compile everything anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.test test-tools  ## Run all tests (at most 8 minutes on 2 cores)
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test  ## Style, format and types
	$(BIN)/ruff check bot tests
	$(BIN)/ruff format --check bot tests
	$(BIN)/mypy

check: install  ## Check the content: every example, every figure, every test sentence
	$(BIN)/lotse check

schema: install  ## Write the JSON Schemas that give editors completion
	$(BIN)/lotse schema

bench: $(VENV)/.test  ## Measure speed and memory; writes bench.json
	$(BIN)/python -m tests.bench

drill: $(VENV)/.test  ## Run the full drills; writes drills.json
	$(BIN)/python -m tests.drills

matrix-demo: $(VENV)/.test  ## Try Lotse on Matrix: a homeserver of its own on this machine, with accounts to sign in with
	@$(BIN)/python -m tests.synapse
	@$(BIN)/python -m tests.matrix_demo

lock:  ## Resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --upgrade --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --upgrade --extra build --extra test --extra bench pyproject.toml -o requirements-test.lock
	echo "$(SYNAPSE)" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --upgrade -o requirements-synapse.lock

clean:  ## Remove what the other commands made, except the data folder
	rm -rf $(VENV) .venv-synapse tests/node/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis screenshots
	find bot tests -name __pycache__ -prune -exec rm -r {} +

# First the locked packages with their hashes, then the project itself without dependencies.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-test.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Lotse needs Python 3.11 to 3.13; $(PYTHON) is another. Say which: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The browser tests need Chromium. Where it is missing and cannot be installed they are skipped, and say so.
# Counterparts from npm (an emulator of Slack, a Matrix client) are installed at the versions of their lock.
# Synapse, a Matrix homeserver, gets an environment of its own: it is another program, with requirements of its own.
test-tools: $(VENV)/.test
	@$(BIN)/python -m tests.node_tools
	@$(BIN)/python -m tests.synapse
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests"; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; \
	  else echo "Chromium is missing, so the browser tests will be skipped. Install it to run them all."; fi; }
