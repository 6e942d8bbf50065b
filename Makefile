# Needs Python 3.11 or newer and make; everything else is fetched into .venv. `make help` lists the verbs.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: demo test check format help lock bench books clean browser axe fuzz lighthouse
.DELETE_ON_ERROR:

demo: $(VENV)/runtime.done ## Start everything here with a story to walk through (PORT=8000, DATA_DIR=.data)
	@exec $(BIN)/python manage.py demo

test: $(VENV)/dev.done browser ## Run the whole suite (ARGS="-k words" narrows it, WORKERS=2)
	@exec $(BIN)/python -m pytest -n $(or $(WORKERS),2) --dist loadgroup $(ARGS)

axe: $(VENV)/dev.done browser ## Look at every page as everybody who may see it, on a phone and wide, in light and dark
	@AXE=all exec $(BIN)/python -m pytest -q tests/architecture/test_every_page.py

fuzz: $(VENV)/dev.done ## Made-up requests to every operation of the API as everybody, garbage to every form (EXAMPLES=20, GARBAGE=3, URL= of a demo)
	@$(BIN)/python -m tests.api
	@GARBAGE=$(or $(GARBAGE),3) exec $(BIN)/python -m pytest -q tests/architecture/test_forms.py tests/architecture/test_who_was.py

lighthouse: $(VENV)/dev.done browser build/lighthouse/done ## Score the ten main pages (needs node; URL= of a demo that runs already)
	@exec $(BIN)/python -m tests.lighthouse

check: $(VENV)/dev.done ## Lint, types, import contracts, missing migrations, the settings of production
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet frontend/templates
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy .
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	SITE_URL=https://clubtogether.example SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(VENV)/dev.done ## Put the Python in order
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/runtime.done ## Measure (NAME=ledger): one JSON object a line
	@exec $(BIN)/python manage.py bench $(or $(NAME),all)

books: $(VENV)/runtime.done ## Prove the books of the demo here, to the penny
	@exec $(BIN)/python manage.py check_books

lock: $(VENV)/lock.done ## Choose exact versions again and write requirements/*.lock with their hashes
	$(VENV)/lock/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-header --upgrade --quiet -o requirements/runtime.lock
	$(VENV)/lock/bin/uv pip compile pyproject.toml --group dev -c requirements/runtime.lock \
		--universal --generate-hashes --no-header --upgrade --quiet -o requirements/dev.lock

clean: ## Remove what can be made again; the demo's data in .data stays
	rm -rf $(VENV) build test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

browser: $(VENV)/dev.done
	@$(BIN)/python -m tests.browsers

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is needed; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/runtime.done: requirements/runtime.lock | $(BIN)/python
	@echo "Fetching what Clubtogether stands on; this is done once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# The development lock holds the run-time one whole.
$(VENV)/dev.done: requirements/dev.lock | $(BIN)/python
	@echo "Fetching what the tests need; this is done once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/runtime.done

# Chromium and node are found on the PATH; its own scripts are not run.
build/lighthouse/done: tests/lighthouse/package.json tests/lighthouse/package-lock.json
	@mkdir -p build/lighthouse
	@cp tests/lighthouse/package.json tests/lighthouse/package-lock.json build/lighthouse/
	@npm ci --prefix build/lighthouse --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/lock.done: | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@
