# What a user or a developer does here. `make help` lists it.
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check drill bench lock format scripts scripts-same

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

$(VENV)/run.ready: deploy/requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r deploy/requirements.txt
	@touch $@

$(VENV)/dev.ready: deploy/requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r deploy/requirements-dev.txt
	@touch $@ $(VENV)/run.ready

run: $(VENV)/run.ready ## set up the demonstration and serve it (PORT=8000, ANSHAO_DATA=folder)
	@PORT=$(PORT) $(BIN)/flask serve --demonstration

test: $(VENV)/dev.ready ## run all tests (browser and PostgreSQL where found)
	$(BIN)/python -m pytest

check: $(VENV)/dev.ready ## lint, types, import floors, templates and catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.web.catalogue

drill: $(VENV)/dev.ready ## the long drills: 200 kills at random moments
	$(BIN)/python -m tests.drills.kills

bench: $(VENV)/dev.ready ## the benchmarks: medians, machine named
	$(BIN)/python -m tests.drills.bench

format: $(VENV)/dev.ready ## put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

scripts: ## build the bundle that seals a name on the phone (needs npm; running Anshao does not)
	app/web/scripts/build app/web/static/seal.js

scripts-same: # the bundle in the tree is what its sources and pinned packages give, byte for byte
	@built=$$(mktemp) && app/web/scripts/build "$$built" && cmp "$$built" app/web/static/seal.js && rm -f "$$built" \
	  && echo "app/web/static/seal.js is what its sources give"

lock: ## pin all requirements by hash (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o deploy/requirements.txt deploy/requirements.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c deploy/requirements.txt -o deploy/requirements-dev.txt deploy/requirements-dev.in
