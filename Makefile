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
TYPE_OPERATIONS ?= 200000
# Three files of tests at a time, since half of them wait for servers: a file has its servers and databases to itself.
SIDE_BY_SIDE ?= -n 3 --dist loadfile
# Examples of every law, as a part of those that its test states; the gauntlet has more of them than that.
EXAMPLES ?= 0.3
SOAK_OPERATIONS ?= 500000000
FUZZ_SECONDS ?= 600

# Byte code is kept whatever the shell says: tests start many servers.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run demo test test-python test-native test-asan test-ubsan test-tsan check bench instructions fuzz soak docs \
        sabotage audit load gauntlet gauntlet-quick figures lock clean

setup: $(BUILT)

run: setup
	$(BIN)/metaorder serve

demo: setup
	$(BIN)/metaorder demo

# Every test: the service on SQLite and PostgreSQL, and the native core under AddressSanitizer and UndefinedBehaviorSanitizer.
# The two go on side by side: half of the one is compiling, half of the other is waiting for servers.
test:
	@$(MAKE) --no-print-directory test-native & native=$$!; \
	$(MAKE) --no-print-directory test-python; python=$$?; \
	wait $$native && exit $$python

test-python: setup
	METAORDER_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not gauntlet"

test-native: $(SANITIZED)/.built
	ctest --test-dir $(SANITIZED) --output-on-failure
	$(SANITIZED)/test_book_random $(BOOK_OPERATIONS)
	$(SANITIZED)/test_types_random $(TYPE_OPERATIONS)

# The native tests under one sanitizer alone; `make test-native` has address and undefined together. A race needs two threads, so
# ThreadSanitizer has the tests with threads.
test-asan test-ubsan: test-%:
	cmake -S native -B build/$* -DLOB_TESTS=ON -DLOB_SANITIZE=$(SANITIZER_$*) -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	cmake --build build/$* --parallel 2 >/dev/null
	ctest --test-dir build/$* --output-on-failure --quiet
SANITIZER_asan := address
SANITIZER_ubsan := undefined

test-tsan:
	cmake -S native -B build/tsan -DLOB_TESTS=ON -DLOB_SANITIZE=thread -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	cmake --build build/tsan --target test_threads --parallel 2 >/dev/null
	build/tsan/test_threads

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: setup
	$(BIN)/python -m benchmarks.run

# Instructions of an event of the book beside those recorded in benchmarks/instructions.json: unlike times they do not depend on
# who else uses the machine.
instructions: setup
	$(BIN)/python -m benchmarks.instructions

# libFuzzer (clang) on the book beside the slow one, from the committed corpus on; what it finds new stays in build/.
fuzz:
	CC=clang CXX=clang++ cmake -S native -B build/fuzz -DLOB_FUZZ=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	cmake --build build/fuzz --target fuzz_book --parallel 2 >/dev/null
	mkdir -p build/fuzz/corpus
	build/fuzz/fuzz_book -max_total_time=$(FUZZ_SECONDS) -max_len=1200 build/fuzz/corpus native/fuzz/corpus

# A billion operations before a release: half of them plain orders in deep books, half every order type. Hours.
soak:
	cmake -S native -B build/soak -DLOB_TESTS=ON -DCMAKE_BUILD_TYPE=Release >/dev/null
	cmake --build build/soak --target test_book_random test_types_random --parallel 2 >/dev/null
	build/soak/test_book_random $(SOAK_OPERATIONS) 1 & book=$$!; build/soak/test_types_random $(SOAK_OPERATIONS) 1 && wait $$book

# Plants over forty bugs, one at a time, and runs the test that must notice each.
sabotage: setup
	cd tests && $(CURDIR)/$(BIN)/python -m sabotage

# What is known to be unsafe among the packages that run, the bill of materials, and secrets in the project's files. AUDIT=--offline
# where the service of advisories cannot be reached: what was not asked is said.
audit: setup build/audit/.built
	cd tests && $(CURDIR)/$(BIN)/python -m audit $(AUDIT)

build/audit/.built: requirements/audit.lock
	test -x build/audit/bin/python || $(PYTHON) -m venv build/audit
	-build/audit/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/audit.lock && touch $@

# Orders at a rate that does not wait for answers, against a server of its own on this machine: a minute or so, results/load.json.
load: setup
	$(BIN)/python -m benchmarks.load $(LOAD)

# Makes openapi/, and the part of docs/ that follows from the code.
docs: setup
	$(BIN)/python -m metaorder.bootstrap.specs .

# Longer counts, the gauntlet's tests but the longest, 12 crashes and every failpoint, 100 simulated days of faults, 5,000 hostile
# requests, the worst planted bugs: what `make test` has run already is not run again.
gauntlet-quick: setup $(SANITIZED)/.built
	cd tests && $(CURDIR)/$(BIN)/python -m gauntlet --quick

# Everything, in lanes of at most 75 minutes each; LANES="contract sabotage" runs some. What came of each is in results/reliability.json
# (not in git); `make figures` takes it over into docs/reliability.json and the README.
gauntlet: setup $(SANITIZED)/.built
	cd tests && $(CURDIR)/$(BIN)/python -m gauntlet $(LANES)

figures: setup
	cd tests && $(CURDIR)/$(BIN)/python -m gauntlet.figures

lock:
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra dev --extra build -o requirements/dev.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra build -c requirements/dev.lock -o requirements/run.lock pyproject.toml
	echo pip-audit | $(BIN)/pip-compile $(LOCK_OPTIONS) -c requirements/dev.lock -o requirements/audit.lock -

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
