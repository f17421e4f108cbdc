# Les commandes du dépôt. « make » seul les liste.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ASSET_SOURCES := $(shell find frontend src/pepites/ui/assets src/pepites/ui/static -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.pyc' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-long check fix assets pins

help: ## Lister les commandes
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-10s %s\n' "$$name" "$$what"; done

demo: .venv/.installe .venv/.interface ## Servir un territoire de démonstration (PORT=8000)
	@exec $(BIN)/pepites demo --port $(PORT)

test: .venv/.essais .venv/.interface ## Tout vérifier : forme, types, contrats, essais
	@scripts/system_packages.sh
	@scripts/run_tests.sh

test-long: .venv/.essais .venv/.spark .venv/.interface ## Les variantes longues des essais
	@scripts/system_packages.sh long
	@PEPITES_LONG=1 $(BIN)/python -m pytest -q -m long

check: .venv/.essais ## Forme, types et contrats, sans les essais
	@scripts/check.sh

fix: .venv/.essais ## Remettre en forme ce qui peut l'être
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

assets: .venv/.installe ## Reconstruire les fichiers de l'interface
	@$(BIN)/python -m pepites.ui.assets
	@touch .venv/.interface

pins: .venv/.essais ## Recompiler les versions épinglées
	@for name in build base dev spark; do $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header \
		--no-annotate requirements/$$name.in -o requirements/$$name.txt; done

venv: .venv/.installe ## Créer l'environnement Python

.venv/.cree:
	@scripts/make_venv.sh "$(PYTHON)"
	@touch $@

.venv/.installe: .venv/.cree requirements/build.txt requirements/base.txt pyproject.toml
	@echo "Installation des dépendances…"
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/base.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.essais: .venv/.installe requirements/dev.txt
	@echo "Installation des outils d'essai…"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.spark: .venv/.essais requirements/spark.txt
	@echo "Installation du moteur Spark…"
	@$(PIP) install --require-hashes -r requirements/spark.txt
	@touch $@

.venv/.interface: .venv/.installe $(ASSET_SOURCES)
	@echo "Construction de l'interface…"
	@$(BIN)/python -m pepites.ui.assets
	@touch $@
