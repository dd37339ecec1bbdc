# make size   the answer for the shipped model iot-ingestion
# make test   every check
# make help   the rest

# A Python of your choice: make size PYTHON=/path/to/python3.12
PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
MODEL  ?= iot-ingestion

# Byte code makes every start after the first one quick.
unexport PYTHONDONTWRITEBYTECODE
# Only the environment in $(VENV) counts.
unexport PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first of these that really runs, is new enough and can make an environment.
CANDIDATES   = $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python)
USABLE       = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
FOUND_PYTHON = $(shell for p in $(CANDIDATES); do if "$$p" -c '$(USABLE)' >/dev/null 2>&1; then command -v "$$p"; break; fi; done)
SEEN_PYTHON  = $(shell for p in $(CANDIDATES); do "$$p" -V 2>/dev/null && break; done)
WRONG_PYTHON = queuecalc needs Python 3.11 or newer with the module venv; found $(or $(SEEN_PYTHON),none). Name one: make PYTHON=/path/to/python3.11

INSTALL = $(BIN)/python -m pip install --quiet
# Two workers; each keeps to one thread, or they would wait for one another.
PYTEST  = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
TYPED   = queuecalc tests examples docs

.PHONY: help size install test coverage test-all test-versions check format bench mutate pages simulations accuracy \
	networks lock build clean
.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' Makefile

size: $(VENV)/project.stamp ## size the shipped model iot-ingestion (MODEL=... for another)
	@$(BIN)/queuecalc size $(MODEL)

install: $(VENV)/project.stamp $(VENV)/test.stamp ## make .venv with everything that development needs

test: install check ## run every check; the last line is pytest's own
	@$(PYTEST) -n 2 --dist=worksteal

coverage: install ## the tests once more, telling the lines and branches that none of them reaches
	@$(PYTEST) -n 2 --dist=worksteal --cov --cov-report=term

check: install ## style, types and the order of imports, without the tests
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "make format puts the files above in order"; exit 1; }
	@$(BIN)/mypy --no-error-summary $(TYPED)
	@$(BIN)/lint-imports >$(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

format: install ## put the source files in order
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .

test-all: install ## the same tests with thousands of random cases where usually there are hundreds
	@QUEUECALC_TEST_ALL=1 $(PYTEST) -n 2 --dist=worksteal

bench: install ## measure speed and compare with what is wanted; ONLY="erlang_formulas starting" for some
	@cd tests && OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ../$(BIN)/python -m benchmarks $(ONLY)

pages: install ## write docs/questions from the scripts in examples
	@$(BIN)/python docs/make_questions.py

simulations: install ## simulate every shipped model anew and write the tables of docs/simulation.md; some minutes
	@$(BIN)/python docs/make_simulation.py

# ROOMS="station law" for some; ALL=1 for every mutant, which takes hours; SAMPLE and SEED for another draw.
mutate: install ## change the code at random, a little at a time, and see whether the tests notice
	@cd tests && nice -n 15 env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ../$(BIN)/python -m mutation $(ROOMS) \
		$(if $(ALL),--all) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

test-versions: install ## the suite under Python 3.11, 3.12 and 3.13, each in an environment of its own
	@$(BIN)/python tests/versions.py $(TESTS)

accuracy: install ## measure how exact the numbers are, and write docs/accuracy.md
	@$(BIN)/python tests/tables/make_accuracy_page.py

# COUNT networks from SEED on; without SEED others every time.
networks: install ## draw twenty networks that are not product form, simulate them and compare; some minutes
	@cd tests/network && PYTHONPATH=../.. OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ../../$(BIN)/python -m general fresh \
		$(or $(COUNT),20) $(SEED)

lock: install ## renew requirements/*.lock from pyproject.toml
	@test -x $(BIN)/uv || $(INSTALL) uv
	@$(COMPILE) --extra test pyproject.toml --output-file requirements/test.lock
	@$(COMPILE) --constraint requirements/test.lock pyproject.toml --output-file requirements/run.lock

build: install ## make the wheel and the source archive in dist/
	@$(BIN)/python -m build --no-isolation

clean: ## remove .venv, dist/ and all caches
	@rm -rf $(VENV) dist build .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find queuecalc tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One lock for Python 3.11 to 3.13 on every platform, with hashes, without the address of any index.
COMPILE = $(BIN)/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --annotation-style line \
	--custom-compile-command "make lock" --group build

$(BIN)/python:
	@$(if $(FOUND_PYTHON),echo "making $(VENV) with $$($(FOUND_PYTHON) -V) ..." >&2,$(error $(WRONG_PYTHON)))
	@$(FOUND_PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.lock | $(BIN)/python
	@echo "installing requirements/run.lock, once ..." >&2
	@$(INSTALL) --require-hashes -r requirements/run.lock
	@touch $@

$(VENV)/test.stamp: requirements/test.lock $(VENV)/run.stamp
	@echo "installing requirements/test.lock, once ..." >&2
	@$(INSTALL) --require-hashes -r requirements/test.lock
	@touch $@

$(VENV)/project.stamp: pyproject.toml $(VENV)/run.stamp
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q queuecalc
	@touch $@
