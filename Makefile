# Everything that is made lands in .venv, .cache, build and dist of this checkout; `make clean` removes it.

VENV := .venv
BIN := $(VENV)/bin
FIT := import sys; sys.exit(sys.version_info < (3, 11))

# The first Python that is new enough; `make PYTHON=…` names another one.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c '$(FIT)' 2>/dev/null && echo "$$python" && break; done)

# Which tests, with any further options of pytest: make test TESTS="tests/core -k trailer"
TESTS ?=
WORKERS ?= auto
# make test COVERAGE=1 measures and has a floor. Not in CI: it takes half as long again.
COVERAGE ?=
# make lock UPGRADE=1 takes the newest versions; without it only what has to change does.
UPGRADE ?=

export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
unexport PIP_PREFIX PIP_TARGET PIP_USER PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format docs bench dist test-wheel lock clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

demo: $(VENV)/package.stamp ## see a push refused, signed for and accepted
	@$(BIN)/gatekeeper demo

test: $(VENV)/package.stamp $(VENV)/dev.stamp ## run the tests; COVERAGE=1 measures, TESTS="…" chooses
ifeq ($(COVERAGE),)
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)
else
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n $(WORKERS) $(TESTS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report $(if $(TESTS),--fail-under=0)
endif

check: $(VENV)/package.stamp $(VENV)/dev.stamp ## lint, format, types, and which way imports point
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter

format: $(VENV)/dev.stamp ## rewrite the code in the form that `make check` asks for
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

docs: $(VENV)/package.stamp ## write docs/marks.md from the table of AI tools
	$(BIN)/python docs/make_marks.py

bench: $(VENV)/package.stamp $(VENV)/dev.stamp ## measure what a push costs
	$(BIN)/python benchmarks/push.py

dist: $(VENV)/package.stamp ## build the wheel and the source distribution
	rm -rf dist
	$(BIN)/python -m hatchling build

test-wheel: dist $(VENV)/dev.stamp ## test the wheel as a user gets it: in an environment of its own
	$(PYTHON) -m venv --clear build/wheel
	build/wheel/bin/python -m pip install --quiet --require-hashes -r requirements/run.txt
	build/wheel/bin/python -m pip install --quiet --no-index --no-deps dist/*.whl
	$(BIN)/python -m pytest tests/test_packaging.py --installed build/wheel

COMPILE = .cache/lock/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--cache-dir .cache/pip-tools $(if $(UPGRADE),--upgrade) --output-file

lock: ## write requirements/*.txt again; UPGRADE=1 takes newer versions
	$(call fit)
	$(PYTHON) -m venv --clear .cache/lock
	.cache/lock/bin/python -m pip install --quiet --require-hashes -r requirements/lock.txt
	$(COMPILE) requirements/run.txt --build-deps-for wheel --extra plots pyproject.toml
	$(COMPILE) requirements/dev.txt requirements/dev.in
	$(COMPILE) requirements/lock.txt --allow-unsafe requirements/lock.in

clean: ## remove all that was made here
	rm -rf $(VENV) .cache .hypothesis build dist .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Refuses with the remedy when there is no Python to set up with.
define fit
@"$(PYTHON)" -c '$(FIT)' 2>/dev/null || \
	{ echo "make: gatekeeper needs Python 3.11 or later. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "make: $(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endef

$(VENV)/run.stamp: requirements/run.txt
	$(call fit)
	@echo "Setting up $(VENV), once ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@echo "Adding what tests and checks need ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/package.stamp: $(VENV)/run.stamp pyproject.toml gatekeeper/__init__.py
	@$(BIN)/python -m pip install --quiet --no-index --no-build-isolation --no-deps --editable .
	@touch $@
