# One door to everything. `make help` lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# What is compiled once is kept, whatever the environment says: every process would spend seven seconds on it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak format lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## install what is locked, then poll, tag and report an invented company; needs no account
	$(BIN)/fingerpost demo

test: $(VENV)/.dev check ## install what is locked, then run every check and test
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev ## formatting, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## measure the numbers the design promises, and print them as a table
	$(BIN)/python -m benchmarks

soak: $(VENV)/.dev ## the crash and property tests, at length
	FINGERPOST_SOAK=1 $(BIN)/python -m pytest -m soak

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.python ## pin the dependencies anew, with hashes
	$(PIP) install uv
	$(UV_COMPILE) pyproject.toml --group build --upgrade -o requirements.lock
	$(UV_COMPILE) pyproject.toml --group build --group dev --group docs --group release --all-extras -c requirements.lock --upgrade -o requirements-dev.lock

clean: ## remove the environment and everything the demo wrote
	rm -rf $(VENV) demo

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "fingerpost needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "No virtual environment could be made; on Debian and Ubuntu, install python3-venv."; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing the locked packages into $(VENV) (once; a minute or two) ..."
	@$(PIP) install --no-compile --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock pyproject.toml
	@echo "Installing the locked packages and the test tools into $(VENV) (once; a minute or two) ..."
	@$(PIP) install --no-compile --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime
