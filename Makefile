# One entry point. A machine needs python3 (3.11 or newer) and make; everything else is fetched by lock and hash.
# Set on the command line: PORT BIND DATABASE_URL REDIS_URL DEMO_PASSWORD (run), MARKS ARGS (test), REAL_DATA (test).

PYTHON ?= python3
PY := .venv/bin/python
MARKS ?= not slow
WORKERS ?= auto
ARGS ?=
UV ?= uv

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check fix trace proof bench messages lock

help: ## Show this list
	@echo "Property Service Desk: make <target>"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1 — \2/p' Makefile

setup:
	@$(PYTHON) -m tools.setup run

setup-dev:
	@$(PYTHON) -m tools.setup dev

run: setup ## Serve the desk with the demo project, on PORT (8000); Ctrl-C stops all of it, run again keeps the data
	@$(PY) -m tools.run

test: setup-dev ## Run the whole suite (SQLite, or what DATABASE_URL and REDIS_URL name); ARGS go to pytest
	@$(PY) -m pytest -n $(WORKERS) -m "$(MARKS)" $(ARGS)

check: setup-dev ## Run every check: style, types, imports, migrations, catalogues, templates, diagrams, sizes, requirements
	@$(PY) -m tools.check

fix: setup-dev ## Mend what a machine can mend: format, imports, state diagrams
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format --quiet .
	@$(PY) -m tools.diagrams

trace: setup-dev ## Show which tests stand behind each row of docs/requirements.md
	@$(PY) -m tools.trace

proof: setup-dev ## Run the long proofs (hours)
	@$(PY) -m pytest -m slow $(ARGS)

bench: setup-dev ## Measure speed at 100,000 and 1,000,000 cases (PostgreSQL: DATABASE_URL, REDIS_URL; docs/operations.md); ARGS are other sizes
	@$(PY) -m tools.bench $(ARGS)

messages: setup-dev ## Collect the texts of code and templates into the catalogues, with the Chinese of locale/parts
	@$(PY) -m tools.catalogues merge

lock: ## Resolve the dependencies of pyproject.toml anew (needs uv)
	@$(PYTHON) -m tools.lock $(UV)
