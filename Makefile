# Everything a person does here. `make run` and `make test` need Python 3.11 or 3.12, git and make.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3,$(shell command -v $(p) 2>/dev/null)))
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := $(BIN)/uv
# Byte code is written once and saves every task of a flow seconds of imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test lint style requirements data clean cards mlflow picture bench bench-accuracy field \
  lambda events e2e image bench-lambda answers docs docs-serve

help: ## List these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Set up, then train, compare, choose and publish a forecast
	$(BIN)/python flows/trainflow.py run $(ARGS)

test: $(VENV)/.test ## Set up, then run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(VENV)/.test ## Check style, lint and types
	$(BIN)/black --check --quiet . || { echo "black: run 'make style'"; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy

style: $(VENV)/.test ## Apply black and what ruff can mend
	$(BIN)/black --quiet .
	$(BIN)/ruff check --fix .

data: $(VENV)/.run ## Make data/processed/ from the raw workbooks, and show what is in them
	$(BIN)/dvc repro
	$(BIN)/python scripts/show_data.py

cards: $(VENV)/.run ## Save the latest run's cards to cards/ and open them
	$(BIN)/python scripts/save_cards.py

mlflow: $(VENV)/.run ## Browse the tracked runs at http://127.0.0.1:5000
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db --host 127.0.0.1 --port 5000

picture: $(VENV)/.run ## Draw the README's picture from the release in service
	$(BIN)/python scripts/draw_picture.py

bench: $(VENV)/.run ## Measure the flow; writes benchmarks/ and the table in docs/performance.md
	$(BIN)/python scripts/bench_flow.py $(ARGS)

bench-accuracy: $(VENV)/.run field ## Measure the forecast against the field; half an hour, writes docs/forecasting.md
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/bench_accuracy.py $(ARGS)

field: .venv-field/.done .venv-autogluon/.done ## Install the field's forecasters, in environments of their own

lambda: $(VENV)/.test ## Run the handler in Lambda's emulator, on the release in service
	$(BIN)/python scripts/run_lambda.py lambda $(ARGS)

events: $(VENV)/.test ## Send it every event of lambda_handler/events and show the answers
	$(BIN)/python scripts/run_lambda.py events $(ARGS)

e2e: $(VENV)/.test ## S3, the emulator and API Gateway on this machine, asked over HTTP
	$(BIN)/python scripts/run_lambda.py e2e $(ARGS)

image: $(VENV)/.test ## Build the image without Docker and weigh it (root, buildah, debootstrap)
	$(BIN)/hadolint lambda_handler/Dockerfile
	$(BIN)/python scripts/build_image.py $(ARGS)

bench-lambda: $(VENV)/.test ## Measure the handler; writes benchmarks/ and the table in docs/serving.md
	$(BIN)/python scripts/bench_lambda.py $(ARGS)

answers: $(VENV)/.test ## Ask the release in service what docs/serving.md shows, and write it there
	$(BIN)/python scripts/show_answers.py

docs: $(VENV)/.docs ## Build these documents as a site, into site/, every link checked; npm, for diagrams
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Built site/index.html"

docs-serve: $(VENV)/.docs ## The same at http://127.0.0.1:8000, anew with every change
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict $(ARGS)

requirements: $(UV) ## Resolve pyproject.toml, the image's and the field's needs anew into the lock files
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --extra app --extra test -o requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml --all-extras -c requirements.txt -o requirements-dev.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --group docs -c requirements.txt -c requirements-dev.txt -o docs/requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  lambda_handler/requirements.in -c requirements.txt -c requirements-dev.txt \
	  -o lambda_handler/requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  benchmarks/field/field.in -o benchmarks/field/field.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  benchmarks/field/autogluon.in --excludes benchmarks/field/autogluon.excludes \
	  -o benchmarks/field/autogluon.txt

clean: ## Remove what was installed and made here, but no release
	rm -rf $(VENV) .metaflow mlruns cards site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	@test -n "$(PYTHON)" || { echo "No Python found: install Python 3.11 or 3.12."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || \
	  { echo "$(PYTHON) is not 3.11 or 3.12: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(UV) requirements.txt pyproject.toml
	@echo "Installing what the flows need into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements.txt
	@$(UV) pip install --quiet --python $(VENV) --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt scripts/local/emulator.txt
	@echo "Installing what the tests need into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements-dev.txt
	@PYTHONPATH=scripts $(BIN)/python -m local.emulator
	@touch $@

$(VENV)/.docs: $(UV) docs/requirements.txt scripts/site/mermaid.py
	@echo "Installing what the site needs into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r docs/requirements.txt
	@$(BIN)/python scripts/site/mermaid.py $(VENV)/mermaid.min.js
	@touch $@

.venv-%/.done: benchmarks/field/%.txt $(UV)
	@echo "Installing $* into .venv-$*"
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-$*
	@$(UV) pip install --quiet --python .venv-$* --no-deps --require-hashes -r $<
	@touch $@
