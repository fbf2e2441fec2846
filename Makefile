# `make` prints what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
SPEC ?= itunes_split
AIRFLOW := .venv
CLOUD := .venv-localcloud
SNOWFLAKE := .venv-snowflake
BENCH := .venv-bench
PIP_INSTALL := bin/pip install --quiet --disable-pip-version-check
PYTEST := bin/python -m pytest -q
FAULTS := $(wildcard tests/e2e/test_*faults.py tests/e2e/test_*retries.py)

.PHONY: help setup run up test check test-unit test-cloud test-e2e test-faults format schemas native-catalog tables docs bench lock clean

help: ## Show this help
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(AIRFLOW)/.ready $(CLOUD)/.ready $(SNOWFLAKE)/.ready ## Make the Python environments (Airflow; local cloud with Spark; local Snowflake)

run: setup ## Run a pipeline on this machine: make run SPEC=itunes_split
	@$(AIRFLOW)/bin/dagspec run $(SPEC)

up: setup ## The same, and leave Airflow's UI up until Ctrl-C
	@$(AIRFLOW)/bin/dagspec run $(SPEC) --keep

test: setup check test-unit test-cloud test-e2e ## Set up what is needed and run all tests (some 15 minutes)

check: setup ## Format, lint and types of the code; format and lint of the specs
	@$(AIRFLOW)/bin/ruff format --check --quiet .
	@$(AIRFLOW)/bin/ruff check --quiet .
	@$(AIRFLOW)/bin/mypy
	@$(AIRFLOW)/bin/dagspec fmt --check
	@$(AIRFLOW)/bin/dagspec lint

test-unit: setup ## Tests of the compiler, the loader and the command
	@$(AIRFLOW)/$(PYTEST) tests/unit tests/loader

test-cloud: setup ## Tests of the local cloud and of the Spark jobs
	@$(CLOUD)/$(PYTEST) tests/spark_jobs tests/localcloud_itunes tests/localcloud
	@$(SNOWFLAKE)/$(PYTEST) tests/localcloud_snowflake

test-e2e: setup ## Tests of whole runs on a real Airflow
	@$(AIRFLOW)/$(PYTEST) tests/run tests/e2e $(FAULTS:%=--ignore=%)

test-faults: setup ## Whole runs again, with processes killed and files cut; not part of `make test`
	@$(AIRFLOW)/$(PYTEST) $(FAULTS)

format: setup ## Format the code
	@$(AIRFLOW)/bin/ruff check --fix --quiet . || true
	@$(AIRFLOW)/bin/ruff format --quiet .

schemas: setup ## Write schemas/ from the operators' types
	@$(AIRFLOW)/bin/dagspec schema schemas

native-catalog: setup ## Write the table of provider operators that lint reads
	@$(AIRFLOW)/bin/python -m dagspec.native_scan

tables: setup ## Join the dated tables into the one that lint reads
	@$(AIRFLOW)/bin/python -m dagspec.tables

docs: setup ## Draw the pictures, write the generated pages of docs/ and the index of the rules
	@$(AIRFLOW)/bin/dagspec graph itunes_split -o docs/itunes_split.svg
	@$(AIRFLOW)/bin/dagspec graph nyc_taxi -o docs/nyc_taxi.svg
	@$(AIRFLOW)/bin/dagspec graph iris -o docs/iris.svg
	@$(AIRFLOW)/bin/python -m dagspec.rule_index
	@$(AIRFLOW)/bin/dagspec rules --format markdown > docs/rules.md

bench: $(AIRFLOW)/.ready $(BENCH)/.ready ## Measure lint against its goals and write docs/performance.md
	@$(AIRFLOW)/bin/python -m bench

lock: ## Freeze requirements/*.in into requirements/*.txt
	@for name in airflow bench localcloud snowflake; do \
	  rm -rf .dagspec/lock && $(PYTHON) -m venv .dagspec/lock; \
	  .dagspec/lock/$(PIP_INSTALL) -r requirements/$$name.in; \
	  { echo "# Made by 'make lock' from $$name.in."; .dagspec/lock/bin/pip freeze; } > requirements/$$name.txt; \
	done; rm -rf .dagspec/lock

clean: ## Remove the state of local runs; the environments stay
	@rm -rf .dagspec

$(AIRFLOW)/.ready: requirements/airflow.txt pyproject.toml
	@echo "Setting up Airflow's environment in $(AIRFLOW) (a minute or two, once) …"
	@test -x $(AIRFLOW)/bin/python || $(PYTHON) -m venv $(AIRFLOW)
	@$(AIRFLOW)/$(PIP_INSTALL) -r requirements/airflow.txt
	@$(AIRFLOW)/$(PIP_INSTALL) --no-deps -e .
	@touch $@

$(CLOUD)/.ready: requirements/localcloud.txt
	@echo "Setting up the local cloud's environment in $(CLOUD), with Spark and its Java (a minute, once) …"
	@test -x $(CLOUD)/bin/python || $(PYTHON) -m venv $(CLOUD)
	@$(CLOUD)/$(PIP_INSTALL) -r requirements/localcloud.txt
	@touch $@

$(SNOWFLAKE)/.ready: requirements/snowflake.txt
	@echo "Setting up the local Snowflake's environment in $(SNOWFLAKE) (a minute, once) …"
	@test -x $(SNOWFLAKE)/bin/python || $(PYTHON) -m venv $(SNOWFLAKE)
	@$(SNOWFLAKE)/$(PIP_INSTALL) -r requirements/snowflake.txt
	@touch $@

$(BENCH)/.ready: requirements/bench.txt
	@echo "Setting up dag-factory and Blueprint in $(BENCH), to compare with (a minute, once) …"
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/$(PIP_INSTALL) -r requirements/bench.txt
	@touch $@
