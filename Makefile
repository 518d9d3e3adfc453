# Две команды: make demo и make test. Каждая сама готовит всё нужное; подробно: make help.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# Most tests wait for a server, so two at once take half the time; each worker has servers of its own.
# In the order of the folders: sorted by their number of tests, the few long ones would come last, one after another.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench bundle fetch clean

help:
	@echo 'make demo    настоящий движок, стенд Bitrix24 и все роли в одном процессе'
	@echo 'make test    все проверки; ARGS="-k слово" выбирает часть, WORKERS=0 — по одной'
	@echo 'make setup   окружение .venv (Python >= 3.11 с venv); потом работает .venv/bin/exchanger'
	@echo 'make fetch   скачать движки и RabbitMQ в кэш ($$XDG_CACHE_HOME/exchanger), чтобы дальше работать без сети'
	@echo 'make lint    ruff, mypy, слои, файлы закреплённых версий'
	@echo 'make format  привести код к единому виду'
	@echo 'make bench   измерения; итог в bench/results'
	@echo 'make bundle  архив для установки без сети: пакеты, лицензии, документация; итог в dist'
	@echo 'make clean   убрать .venv и следы сборки (кэш скачанного остаётся)'
	@echo
	@echo 'Другой Python: make setup PYTHON=python3.12. Прерванную команду можно просто повторить.'

setup:
	@$(PYTHON) scripts/setup.py

fetch: setup
	@$(BIN)/python -m exchanger.sandbox fetch

demo: setup
	@$(BIN)/python -m exchanger.sandbox fetch camunda
	@$(BIN)/exchanger demo $(ARGS)

test: setup
	@$(BIN)/python -m exchanger.sandbox fetch --optional
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_locks.py

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@$(BIN)/python -m exchanger.sandbox fetch camunda
	@$(BIN)/python -m bench $(ARGS)

bundle: setup
	@$(BIN)/python scripts/bundle.py

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
