# One door to everything. `make help` lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# What is compiled once is kept, whatever the environment says: every process would spend seven seconds on it again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak format docs reference dist sbom audit lock clean

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

bench: $(VENV)/.dev ## measure the numbers the design promises, and write them into docs/benchmarks.md
	$(BIN)/python -m benchmarks --large --write

soak: $(VENV)/.dev ## the crash and property tests, at length
	FINGERPOST_SOAK=1 $(BIN)/python -m pytest -m soak

format: $(VENV)/.dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev ## build the site of the documents into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

reference: $(VENV)/.dev ## print the pages of the documents that say what the code says
	@for page in api checks commands configuration measures metrics; do $(BIN)/fingerpost schema $$page > docs/$$page.md; done

# What wheels are made of is dated by the last commit, so that whoever builds that commit gets the same bytes.
WHEEL := SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(PIP) wheel --no-deps --no-build-isolation --wheel-dir
dist: $(VENV)/.dev sbom ## build the wheel twice, which must come out the same, and list what is in it, into dist/
	@rm -rf dist/again && $(WHEEL) dist . && $(WHEEL) dist/again .
	@cd dist/again && for wheel in *.whl; do cmp $$wheel ../$$wheel || exit 1; done
	@rm -rf dist/again && cd dist && sha256sum *.whl sbom.json | tee SHA256SUMS

sbom: $(VENV)/.dev ## list the locked packages as CycloneDX, into dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.json requirements.lock

audit: $(VENV)/.dev ## ask the advisory database about the locked packages; needs the package index and that database's network
	@$(PIP) install uv
	$(BIN)/uv tool run pip-audit --disable-pip --require-hashes --requirement requirements.lock

UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.python ## pin the dependencies anew, with hashes
	$(PIP) install uv
	$(UV_COMPILE) pyproject.toml --group build --upgrade -o requirements.lock
	$(UV_COMPILE) pyproject.toml --group build --group dev --group docs --group release --all-extras -c requirements.lock --upgrade -o requirements-dev.lock

clean: ## remove the environment and everything the demo wrote
	rm -rf $(VENV) demo dist site

# On all processors, which pip does on one. Where PYTHONDONTWRITEBYTECODE is set, every command would compile anew.
COMPILE := $(BIN)/python -m compileall -q -j 0 $(VENV)/lib connectors mappings sync

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
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock pyproject.toml
	@echo "Installing the locked packages and the test tools into $(VENV) (once; a minute or two) ..."
	@$(PIP) install --no-compile --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@ $(VENV)/.runtime
