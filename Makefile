# make demo: a lake with data and tables to look at. make test: all tests. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test races faults lint audit setup package lock clean

demo: setup
	@$(BIN)/dm demo

test: setup
	@$(BIN)/pytest

# Both as often as docs/reliability.md reports, and write its tables; make test runs a few rounds of each.
races: setup
	@$(BIN)/pytest --long tests/races

faults: setup
	@$(BIN)/pytest --long tests/faults tests/runner/test_model.py tests/runner/test_load.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint models tests/data

# Known vulnerabilities of the locked packages; asks pypi.org, and fails where that cannot be reached.
audit: .venv/ready
	$(BIN)/uv tool run --quiet pip-audit --strict --require-hashes --disable-pip -r requirements.txt

# What EMR Serverless runs, in dist/VERSION.
package: .venv/ready
	@$(BIN)/python -m infra.package

setup: .venv/ready
	@$(BIN)/dm setup

# The lock names every package with its hash, so pip has nothing to resolve.
.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + ": name another one with PYTHON=python3.13")'
	@echo "Installing Python packages into .venv (1.5 GB; two minutes or so) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --disable-pip-version-check --use-pep517 --no-deps --require-hashes -r requirements.txt
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Run it after a change of the dependencies in pyproject.toml. The job's lock is a part of the whole one.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --no-strip-extras --python-version 3.11 pyproject.toml

lock:
	$(LOCK) --extra local --group dev --output-file requirements.txt
	$(LOCK) --constraint requirements.txt --output-file requirements-job.txt

clean:
	rm -rf .venv .lake dist target logs
