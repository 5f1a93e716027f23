# Everything goes through here, CI too. `make` alone lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_STAMP := $(VENV)/.installed_demo
# Modules are compiled where they are first read: most never are.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Where it is set, every dbt command compiles dbt anew: three seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo sample test lint bench peers alarms coverage lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || \
		{ echo "Python 3.10 or later is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@touch $@

# The demo needs a third of the packages, and is the first that anyone runs.
$(DEMO_STAMP): requirements.demo.in requirements.lock $(VENV)/.created
	$(INSTALL) --constraint requirements.lock --requirement requirements.demo.in
	@touch $@

$(STAMP): requirements.lock $(VENV)/.created
	$(INSTALL) --requirement requirements.lock
	@touch $(DEMO_STAMP) $@

demo: $(DEMO_STAMP)  ## simulated retailer: make the data, build the marts, say what is ill
	$(BIN)/python -m scripts.demo.generate
	$(BIN)/dbt build --exclude-resource-type unit_test
	$(BIN)/python -m scripts.report

sample: export ML_MONITOR_DUCKDB_PATH ?= ml_monitor_sample.duckdb
sample: $(DEMO_STAMP)  ## the two real data sets of ML_MONITOR_SAMPLE_DATA
	$(BIN)/python -m scripts.sample.load
	$(BIN)/dbt build --vars "$$(cat scripts/sample/vars.yml)"
	$(BIN)/python -m scripts.report --output reports/ml_monitor_sample.html
	@echo "The marts are in $(ML_MONITOR_DUCKDB_PATH), schema ml_monitor."

test: $(STAMP)  ## everything: unit and data tests, oracles, engines, lint
	$(BIN)/python -m scripts.checks

lint: $(STAMP)  ## yamllint, sqlfluff on the models and on the compiled SQL of three dialects
	$(BIN)/python -m scripts.checks yaml models compiled

bench: $(STAMP)  ## 100,000 to 10 million generated predictions: times as ratios to one scan (BENCH="--peers" adds other tools)
	$(BIN)/python -m scripts.bench $(BENCH)

peers: $(STAMP)  ## environments of the tools that bench compares with: evidently, nannyml, whylogs, a plain script
	$(BIN)/python -m scripts.bench.peers install

alarms: $(STAMP)  ## how often a verdict fires where nothing changed; rewrites the README's table
	$(BIN)/python -m scripts.false_alarms --write

coverage: $(STAMP)  ## how often a 95 % interval holds the truth, by simulation; rewrites the table of DECISIONS.md
	$(BIN)/python -m scripts.coverage --write

lock:  ## resolve requirements.in for every Python from 3.10 into requirements.lock
	$(PYTHON) -m venv .lock && .lock/bin/pip install --quiet uv
	.lock/bin/uv pip compile --universal --python-version 3.10 --no-python-downloads --no-emit-index-url --no-header \
		requirements.in -o requirements.lock
	rm -rf .lock

clean:  ## remove what was built, not the environment
	rm -rf target logs dbt_packages reports *.duckdb *.duckdb.wal
