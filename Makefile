# make sync: the whole path on this machine; make test: everything that must hold.
PYTHON ?= python3
ROWS ?= 1000
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup sync test test-spark check pytest clean

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.installed ## the virtual environment, from the hashed lock

sync: setup ## sandbox, extract, dbt build, load (ROWS=1000 SEED=1)
	@.venv/bin/d365 sync --sandbox --rows $(ROWS) --seed $(SEED); code=$$?; \
	if [ $$code -eq 3 ]; then \
		echo "Warning (exit 3) is expected here: the sandbox holds awkward rows on purpose, and each is listed with its reason."; \
	else exit $$code; fi

test: check pytest ## linters, conventions, unit tests, golden cases, end to end

check: setup .venv-lint/.installed .venv-lint-sql/.installed ## linters
	@.venv-lint/bin/ruff format --check .
	@.venv-lint/bin/ruff check .
	@.venv-lint/bin/mypy --python-executable .venv/bin/python
	@.venv-lint-sql/bin/sqlfluff lint --processes 2 models tests/dbt

pytest: setup
	@.venv/bin/pytest -n 2 --dist loadscope --no-loadscope-reorder --durations 5

test-spark: .venv-spark/.installed ## the same rows from DuckDB and Spark (needs Java 17 or newer)
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || \
		{ echo "Spark needs Java 17 or newer and none is found: install it, or set JAVA_HOME."; exit 1; }
	@.venv-spark/bin/pytest --durations 3 -o pythonpath=". tests/python/e2e" tests/spark

clean: ## remove what can be made again (data/ stays)
	rm -rf .venv .venv-lint .venv-lint-sql .venv-spark target logs

.venv/.installed: requirements/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@echo "Installing the runtime into .venv (once)"
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@.venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# the project as well: dbt finds its plugin where the project is installed
.venv-spark/.installed: requirements/spark.txt pyproject.toml
	@echo "Installing dbt-spark and pyspark into .venv-spark (once)"
	@$(PYTHON) -m venv --clear .venv-spark
	@.venv-spark/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements/spark.txt
	@.venv-spark/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv-%/.installed: requirements/%.txt
	@echo "Installing the tools of $* into .venv-$* (once)"
	@$(PYTHON) -m venv --clear .venv-$*
	@.venv-$*/bin/pip install -qq --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@touch $@
