# Everything that is needed beyond Python 3.11 and make comes from the package registries.
# `make` lists the commands.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/uv
STAMPS := .venv/.stamps
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# Folders too: their time changes when a file in them goes away.
FRONTEND := $(shell find frontend/src frontend/public) $(wildcard frontend/*.ts frontend/*.js) \
  frontend/index.html supabase/functions/_shared/database.types.ts

export UV_PROJECT_ENVIRONMENT :=
export UV_NO_PROGRESS := 1
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help up test hostile check format types docs bench bench-database screenshots soak ledger doctor install clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: install ## Run everything on this machine (Ctrl-C stops it)
	@$(BIN)/apibuilder serve

test: install $(STAMPS)/dev $(STAMPS)/browser ## Run all tests
	@$(BIN)/pytest -n 2 --dist loadfile $(TESTS)

hostile: install $(STAMPS)/dev ## Run every hostile program on every tier; writes docs/hostile.md
	@$(BIN)/python -m tests.hostile.run

check: install $(STAMPS)/dev ## Format, lint, strict types (Python and TypeScript), import contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/deno fmt --check --quiet
	@$(BIN)/deno lint --quiet
	@$(BIN)/deno check --quiet src supabase/functions tests
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@cd frontend && $(WITH_NODE) npx prettier --check --log-level=warn .
	@cd frontend && $(WITH_NODE) npx eslint .
	@cd frontend && $(WITH_NODE) npx tsc

types: install $(STAMPS)/dev ## Write the TypeScript types of the database and the control API anew
	@$(BIN)/python -m tests.integration.supabase_cli
	@$(BIN)/python -m tests.dashboard.api_types

format: install $(STAMPS)/dev ## Format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/deno fmt --quiet
	@cd frontend && $(WITH_NODE) npx prettier --write --log-level=warn .

docs: install $(STAMPS)/dev ## Write the generated pages of docs/ anew
	@$(BIN)/python -m apibuilder.generator.recipes.page
	@$(BIN)/python -m apibuilder.generator.packages_page
	@$(BIN)/python -m tests.integration.store.matrix_docs
	@$(BIN)/python -m tests.integration.gateway.raw.page

bench: install $(STAMPS)/dev ## Measure; results go to bench/results
	@$(UV) sync --frozen --inexact --group bench --quiet
	@$(BIN)/python -m bench.fork
	@$(BIN)/python -m bench.density
	@$(BIN)/python -m bench.gateway

screenshots: install $(STAMPS)/dev $(STAMPS)/browser ## Take the pictures of docs/images anew
	@$(BIN)/python -m tests.dashboard.screenshots

soak: install $(STAMPS)/dev ## Start and stop N times, swap SWAPS times (1000 each); fails if anything leaks
	@$(BIN)/python -m tests.soak -n $(or $(N),1000) --swaps $(or $(SWAPS),1000)

bench-generation: install $(STAMPS)/dev ## Measure generation on forty prompts (with a model: an hour)
	@$(BIN)/python -m bench.generation

bench-database: install $(STAMPS)/dev ## Measure the database with ten million calls (minutes)
	@$(BIN)/python -m bench.database

ledger: install $(STAMPS)/dev ## Kill gateway, Postgres and serve at 5,000 calls a second; counts the ledger
	@$(BIN)/python -m tests.ledger.run --rate $(or $(RATE),5000)

doctor: install ## Say what runs and what is missing
	@$(BIN)/apibuilder doctor

install: $(STAMPS)/platform $(STAMPS)/runtime $(STAMPS)/node $(STAMPS)/frontend

clean: ## Remove what install brought (never .data)
	rm -rf .venv runtime/.venv node_modules frontend/node_modules frontend/dist

$(UV):
	@echo "· python environment"
	@deploy/bootstrap.sh "$(PYTHON)" "$(UV_VERSION)"
	@mkdir -p $(STAMPS)

$(STAMPS)/platform: $(UV) pyproject.toml uv.lock
	@echo "· platform packages"
	@$(UV) sync --frozen --no-default-groups --inexact --quiet
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: $(UV) runtime/pyproject.toml runtime/uv.lock
	@echo "· packages that APIs may import"
	@$(UV) sync --project runtime --frozen --quiet
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: $(STAMPS)/platform package.json package-lock.json
	@echo "· Supabase"
	@$(WITH_NODE) npm install --no-save --loglevel=error --no-audit --no-fund >/dev/null
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/frontend-packages: $(STAMPS)/platform frontend/package.json frontend/package-lock.json
	@echo "· packages of the dashboard"
	@cd frontend && $(WITH_NODE) npm ci --omit=dev --loglevel=error >/dev/null
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/frontend: $(STAMPS)/frontend-packages $(FRONTEND)
	@echo "· dashboard"
	@cd frontend && $(WITH_NODE) npx vite build --logLevel warn
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: $(STAMPS)/platform $(STAMPS)/frontend-packages
	@echo "· test and lint tools"
	@$(UV) sync --frozen --inexact --quiet
	@cd frontend && $(WITH_NODE) npm install --no-save --loglevel=error >/dev/null
	@command -v redis-check-rdb >/dev/null || [ "$$(id -u)" != 0 ] || { \
	  echo "· a Redis for the tests"; \
	  apt-get update -qq && apt-get install -qq --no-install-recommends redis-tools; } >/dev/null || true
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/browser: $(STAMPS)/platform deploy/browser.sh
	@$(WITH_NODE) deploy/browser.sh
	@mkdir -p $(STAMPS) && touch $@
