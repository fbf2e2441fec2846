# Targets say what they do: `make` prints them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
SPEC ?= itunes_split
AIRFLOW := .venv
CLOUD := .venv-localcloud

.PHONY: help setup run test lint lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(AIRFLOW)/.ready $(CLOUD)/.ready ## Make both Python environments (Airflow, local cloud)

$(AIRFLOW)/.ready: requirements/airflow.txt pyproject.toml
	@echo "Setting up Airflow's environment in $(AIRFLOW) (a few minutes, once) …"
	@test -x $(AIRFLOW)/bin/python || $(PYTHON) -m venv $(AIRFLOW)
	@$(AIRFLOW)/bin/pip install --quiet --disable-pip-version-check -r requirements/airflow.txt
	@$(AIRFLOW)/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(CLOUD)/.ready: requirements/localcloud.txt
	@echo "Setting up the local cloud's environment in $(CLOUD) (Spark and its Java runtime, once) …"
	@test -x $(CLOUD)/bin/python || $(PYTHON) -m venv $(CLOUD)
	@$(CLOUD)/bin/pip install --quiet --disable-pip-version-check -r requirements/localcloud.txt
	@touch $@

lock: ## Freeze requirements/*.in into requirements/*.txt
	@for name in airflow localcloud; do \
	  rm -rf .dagspec/lock && $(PYTHON) -m venv .dagspec/lock; \
	  .dagspec/lock/bin/pip install --quiet -r requirements/$$name.in; \
	  { echo "# Made by 'make lock' from $$name.in."; .dagspec/lock/bin/pip freeze; } > requirements/$$name.txt; \
	done; rm -rf .dagspec/lock
