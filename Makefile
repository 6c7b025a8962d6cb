# Everything a developer types. `make run` and `make test` work on a fresh machine with Python 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.PHONY: setup run test check fmt messages demo bench security chaos openapi

$(VENV)/.runtime: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
$(VENV)/.catalogues: $(VENV)/.runtime $(CATALOGUES)
	$(BIN)/python tools/messages.py compile
	touch $@

setup: $(VENV)/.development $(VENV)/.catalogues

run: $(VENV)/.runtime $(VENV)/.catalogues
	$(MANAGE) run_all

demo: $(VENV)/.runtime $(VENV)/.catalogues
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) demo

test: setup
	tools/test

check: setup
	tools/check

# djade exits 1 when it has reformatted a file: only a second complaint is one.
DJADE = git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2
fmt: setup
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	$(DJADE) || $(DJADE)

messages: setup
	$(BIN)/python tools/messages.py update

openapi: setup
	$(MANAGE) spectacular --validate --fail-on-warn --file docs/openapi.yaml

bench: setup
	$(BIN)/python -m crm.bench

security: setup
	$(BIN)/ruff check --select S .
	THOROUGH=1 $(BIN)/python -m pytest -q crm/tests/test_bad_requests.py crm/tests/test_api_schema.py

chaos: setup
	$(BIN)/python -m crm.chaos --profile embedded --jobs 60 --kills 6
	$(BIN)/python -m crm.chaos --profile production --jobs 60 --kills 6
