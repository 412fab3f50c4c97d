# The words that a newcomer needs: setup, run, demo, test, check, bench, docs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCKED := $(VENV)/.locked
BUILT := $(VENV)/.built
NATIVE := $(shell find native -name '*.cpp' -o -name '*.hpp' -o -name CMakeLists.txt)
MIGRATIONS := $(shell find migrations -name '*.py')
SANITIZED := build/sanitized
BOOK_OPERATIONS ?= 1000000

.PHONY: setup run demo test test-python test-native check bench docs gauntlet-quick lock clean

setup: $(BUILT)

run: setup
	$(BIN)/metaorder serve

demo: setup
	$(BIN)/metaorder demo

# Every test: the service on SQLite and PostgreSQL, and the native core under AddressSanitizer and UndefinedBehaviorSanitizer.
test: test-native test-python

test-python: setup
	$(BIN)/python -m pytest -m "not gauntlet"

test-native: $(SANITIZED)/.built
	ctest --test-dir $(SANITIZED) --output-on-failure --quiet
	$(SANITIZED)/test_book_random $(BOOK_OPERATIONS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup
	$(BIN)/python -m benchmarks.run

# Makes openapi/, and the part of docs/ that follows from the code.
docs: setup
	$(BIN)/python -m metaorder.bootstrap.specs .

# Longer counts of what `make test` runs: 20 million book operations, 50 crashes and every failpoint, more examples of every law.
gauntlet-quick: setup $(SANITIZED)/.built
	$(SANITIZED)/test_book_random 20000000 11
	METAORDER_EXAMPLES=5 $(BIN)/python -m pytest -m gauntlet
	METAORDER_EXAMPLES=5 $(BIN)/python -m pytest tests/unit tests/contract tests/simulation tests/differential -m "not gauntlet"
	METAORDER_CRASHES=50 $(BIN)/python -m pytest tests/e2e/test_recovery.py

lock:
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra dev --extra build -o requirements/dev.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra build -c requirements/dev.lock -o requirements/run.lock pyproject.toml

LOCK_OPTIONS := --quiet --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate --allow-unsafe

clean:
	rm -rf build $(VENV) results/*.html results/*.json

$(LOCKED): requirements/dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/dev.lock
	touch $@

# An editable install does not rebuild C++: the stamp does.
$(BUILT): $(LOCKED) pyproject.toml $(NATIVE) $(MIGRATIONS)
	$(PIP) install --no-build-isolation --no-deps -e .
	touch $@

$(SANITIZED)/.built: $(NATIVE)
	cmake -S native -B $(SANITIZED) -DLOB_TESTS=ON -DLOB_SANITIZE=address,undefined -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	cmake --build $(SANITIZED) --parallel 2 >/dev/null
	touch $@
