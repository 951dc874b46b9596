# Commands for development. `make run` and `make test` only need Python 3.11 and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
TESTS ?= tests
BIN := .venv/bin
# `python -m` and not the console scripts: those contain the path where .venv was created.
PY := $(BIN)/python
MANAGE := $(PY) manage.py
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
LOCK := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

.PHONY: help setup run test test-quick test-all torture soak lint format bench bench-peer messages lock clean
.PHONY: environment dependencies test-environment test-system production-check
.PHONY: test-postgresql test-sqlite test-browser test-controls test-sqlite-all test-browser-all

help:
	@echo "make run [PORT=8000]   the demo hospital in your browser"
	@echo "make setup             virtual environment, locked dependencies, database"
	@echo "make test-quick        what needs neither other programs nor a browser, in two and a half minutes"
	@echo "make test              everything that must hold before a change lands"
	@echo "make test-all          that, and that the tests can fail; torture and soak in their long form"
	@echo "make torture           10,000 concurrent operations per database, then checks; OPERATIONS= PROCESSES= SEED="
	@echo "make soak              10,000 messages while workers die and providers fail; MESSAGES= PROCESSES= SEED= QUEUE="
	@echo "make lint              style and types only;  make format  fixes the style"
	@echo "make bench             benchmarks, a JSON line per figure; ONLY=messages"
	@echo "make bench-peer        compare with django-appointment"
	@echo "make messages          collect the translatable texts and list what is not translated"
	@echo "make lock [UPGRADE=1]  regenerate the lock files"
	@echo "make clean             remove generated files; the database in var/ stays"

# Running

environment: dependencies $(CATALOGUES)

dependencies:
	@.ci/venv $(PYTHON)
	@.ci/once .venv/requirements.lock.stamp requirements.lock \
		.ci/install requirements.lock

# Babel instead of msgfmt: it is one of the dependencies.
$(CATALOGUES): %.mo: %.po | dependencies
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

setup: environment
	@.ci/database $(PY)

run: setup
	@exec $(MANAGE) run --port $(PORT)

# Testing

test-environment: environment
	@.ci/once .venv/requirements-test.lock.stamp requirements-test.lock \
		.ci/install requirements-test.lock

test-system:
	@.ci/test-packages
	@.ci/once tests/oracles/node_modules/.stamp tests/oracles/package-lock.json \
		env --chdir=tests/oracles npm ci --no-fund --no-audit --loglevel=error

# Two at a time, of two processes each: much of a test is waiting, and more would only wait for the processor.
# What one says stays together.
TOGETHER := $(MAKE) --no-print-directory --jobs 2 --output-sync=target
PYTEST := $(PY) -m pytest
QUICK := not process and not oracle and not browser and not control

test:
	+@$(TOGETHER) test-browser test-postgresql test-sqlite lint production-check

test-quick: | test-environment test-system
	.ci/plain .ci/with-postgres $(PYTEST) -n 2 -m "$(QUICK)" --ignore=tests/browser $(TESTS)

# Beside `make test`: the controls, whatever asks a database on SQLite too, and the long forms of torture and soak.
test-all:
	@$(MAKE) --no-print-directory test
	+@$(TOGETHER) test-browser-all test-controls test-sqlite-all
	@$(MAKE) --no-print-directory torture
	@$(MAKE) --no-print-directory soak

lint: test-environment
	$(PY) -m ruff check . .ci/with-postgres
	$(PY) -m ruff check --isolated --select S --target-version py311 */migrations
	$(PY) -m ruff format --check . .ci/with-postgres
	$(PY) -m djlint --check --lint templates
	.ci/plain $(PY) -m mypy .

production-check: test-environment
	.ci/plain env DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	.ci/plain .ci/as-production $(MANAGE) check --deploy --fail-level WARNING

# The database of production: everything but the browser.
test-postgresql: | test-environment test-system
	.ci/plain .ci/with-postgres $(PYTEST) -n 2 -m "not control" --ignore=tests/browser $(TESTS)

# The database of the laptop and the demo: what may differ there.
test-sqlite: | test-environment test-system
	.ci/plain $(PYTEST) -n 0 -m "not control" --second-database --ignore=tests/browser $(TESTS)

# On their own: the browser's event loop would sit beside the database's calls in one process.
test-browser: | test-environment test-system
	.ci/plain env TEST_DATABASE_SUFFIX=_browser $(PYTEST) -n 2 --dist loadgroup tests/browser

# Every state of every page in both languages.
test-browser-all: | test-environment test-system
	.ci/plain env TEST_DATABASE_SUFFIX=_browser WALK_IN_FULL=1 $(PYTEST) -n 2 --dist loadgroup tests/browser

test-controls: | test-environment test-system
	.ci/plain .ci/with-postgres $(PYTEST) -n 1 -m control --ignore=tests/browser $(TESTS)

test-sqlite-all: | test-environment test-system
	.ci/plain env TEST_DATABASE_SUFFIX=_all $(PYTEST) -n 1 --ignore=tests/browser $(TESTS)

format: test-environment
	$(PY) -m ruff check --fix-only --quiet . .ci/with-postgres
	$(PY) -m ruff format --quiet . .ci/with-postgres
	$(PY) -m djlint --reformat --quiet templates

torture: test-environment
	.ci/plain .ci/with-postgres $(PY) -m tests.torture $(if $(OPERATIONS),--operations $(OPERATIONS)) \
		$(if $(PROCESSES),--processes $(PROCESSES)) $(if $(SEED),--seed $(SEED))

# With disk syncs, so that commits survive a crash. The queue is in the database, then in Redis.
soak: test-environment
	.ci/plain .ci/with-postgres --durable $(PY) -m tests.soak $(if $(MESSAGES),--messages $(MESSAGES)) \
		$(if $(PROCESSES),--processes $(PROCESSES)) $(if $(SEED),--seed $(SEED)) $(if $(QUEUE),--queue $(QUEUE))

# With disk syncs, because the baseline inserts one row and commits.
bench: test-environment
	@.ci/plain .ci/with-postgres --durable $(PY) -m tests.bench $(if $(ONLY),--only $(ONLY))

# The newest release in its own environment, with the same Django version as ours.
bench-peer: test-environment
	@test -x var/peer/bin/gunicorn || $(PYTHON) -m venv var/peer
	@var/peer/bin/python -m pip install --quiet --upgrade django-appointment "Django~=5.2.0" gunicorn "psycopg[binary]" >&2
	@.ci/plain .ci/with-postgres --durable $(PY) -m tests.bench.peer --python var/peer/bin/python

# Maintenance

messages: test-environment
	$(MANAGE) makemessages --all --no-obsolete --no-wrap --add-location file --ignore .venv --ignore tests --ignore var
	@for catalogue in locale/*/LC_MESSAGES/django.po; do \
		missing=$$(msgattrib --untranslated --no-obsolete $$catalogue; msgattrib --only-fuzzy --no-obsolete $$catalogue); \
		if [ -n "$$missing" ]; then echo "$$missing"; echo "$$catalogue is not complete." >&2; exit 1; fi; \
	done

lock: environment
	@$(PY) -c 'import uv' 2> /dev/null || .ci/install .ci/installer.lock
	echo uv | $(LOCK) $(if $(UPGRADE),--upgrade) --output-file .ci/installer.lock -
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra test --constraint requirements.lock --output-file requirements-test.lock \
		pyproject.toml
	env --chdir=tests/oracles npm install --package-lock-only --no-fund --no-audit --loglevel=error
	@.ci/without-funding tests/oracles/package-lock.json

clean:
	rm -rf .venv var/peer .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles tests/oracles/node_modules
	rm -f var/test_* var/database.stamp locale/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
