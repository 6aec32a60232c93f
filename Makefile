# make demo   the main features on this machine: the real Worker, local KV, and px
# make dev    the same Worker, running until you stop it
# make test   lint and all tests; make test-unit and so on: one tier (CONTRIBUTING.md has a table)
# make test-providers   all of px spec, for px serve with its values at each provider
# make soak   fifty kills of the Worker under load: an hour at most; make test has ten
# make load   px serve under load with a kill -9 each minute, for MINUTES (60); prints figures
# make bench  benchmarks, each with a comparison from the same run
# make dist   the wheels and sdists of the library and of px, in dist/
# make sbom   a bill of materials from the lockfiles (CycloneDX), in dist/sbom
# make lock   update the pins after a pyproject.toml or a package.json changed

SHELL := /bin/bash
.DELETE_ON_ERROR:
TIERS := test-unit test-contracts test-vectors test-cli test-spec test-worker
.PHONY: demo dev test $(TIERS) test-providers soak load lint bench dist sbom lock setup clean

BIN := .venv/bin
PYTHON := $(or $(shell command -v python3),python3)
# -E: ignore PYTHON* variables, which are for other programs.
SET_UP = @$(PYTHON) -E -m scripts.setup
# Node comes from PyPI into the venv, never from the machine.
export PATH := $(CURDIR)/$(BIN):$(PATH)

PYTHON_READY := .venv/.ready
TOOLS_READY := .venv/.tools-ready
BENCH_READY := .venv-bench/.ready
SBOM_READY := .venv-sbom/.ready

demo: setup
	$(BIN)/python -m demo

dev: setup
	$(BIN)/px dev

# Files in the order of pyproject.toml, each in one process.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: lint
	$(PYTEST)

$(TIERS): test-%: setup
	$(PYTEST) tests/$*

test-providers: setup
	$(BIN)/python -m pytest -n 2 tests/providers

soak: setup
	$(BIN)/python -m pytest tests/soak

MINUTES := 60
load: setup
	cd tests && ../$(BIN)/python -m soak.serve $(MINUTES)

lint: setup
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

bench: setup $(BENCH_READY)
	$(BIN)/python -m bench

# The programs that px is measured against are large and only needed here, so they are separate.
$(BENCH_READY): bench/requirements.txt bench/package-lock.json bench/package.json
	$(SET_UP) venv .venv-bench bench/requirements.txt
	$(SET_UP) npm bench
	touch $@

dist: setup
	@$(BIN)/python -m scripts.dist dist

# One document for the Worker's bundle, one for px and its tools, one for npm's packages.
sbom: setup $(SBOM_READY)
	mkdir -p dist/sbom
	.venv-sbom/bin/cyclonedx-py requirements --pyproject worker/pyproject.toml --output-reproducible -o dist/sbom/worker.cdx.json requirements/worker.txt
	.venv-sbom/bin/cyclonedx-py requirements --pyproject cli/pyproject.toml --output-reproducible -o dist/sbom/px.cdx.json requirements/dev.txt
	cd cli/px/tools && npm sbom --sbom-format=cyclonedx --package-lock-only > $(CURDIR)/dist/sbom/npm.cdx.json

# Only this target needs it.
$(SBOM_READY): requirements/sbom.txt
	$(SET_UP) venv .venv-sbom requirements/sbom.txt
	touch $@

setup: $(PYTHON_READY) $(TOOLS_READY)

# Each is built next to the old one, which stays unchanged if that fails.
$(PYTHON_READY): requirements/dev.txt cli/pyproject.toml
	$(SET_UP) venv .venv requirements/dev.txt --with-px

# In px's own cache, which all checkouts of this user share.
$(TOOLS_READY): cli/px/tools/package-lock.json $(PYTHON_READY)
	@$(BIN)/px tools --set-up >/dev/null
	touch $@

# uv is only needed here, so it is separate.
lock:
	test -x .venv-lock/bin/uv || { $(PYTHON) -m venv --without-pip .venv-lock && $(PYTHON) -m pip --python .venv-lock/bin/python install --quiet uv==0.13.9; }
	.venv-lock/bin/uv pip compile worker/pyproject.toml requirements/worker.in $(LOCK) --python-version 3.14 -o requirements/worker.txt
	.venv-lock/bin/uv pip compile cli/pyproject.toml --extra host --extra aws --group pyproject.toml:dev $(LOCK) --universal --python-version 3.11 -c requirements/worker.txt -o requirements/dev.txt
	.venv-lock/bin/uv pip compile cli/pyproject.toml $(LOCK) --universal --python-version 3.11 -c requirements/dev.txt -o requirements/px.txt
	.venv-lock/bin/uv pip compile cli/pyproject.toml --extra host --extra aws $(LOCK) --universal --python-version 3.11 -c requirements/dev.txt -o requirements/host.txt
	.venv-lock/bin/uv pip compile cli/px/aws/requirements.in $(LOCK) --universal --python-version 3.11 -c requirements/dev.txt -o cli/px/aws/requirements.txt
	cd cli/px/tools && npm install --silent --package-lock-only --omit-lockfile-registry-resolved
	.venv-lock/bin/uv pip compile requirements/sbom.in $(LOCK) --universal --python-version 3.11 -o requirements/sbom.txt
	.venv-lock/bin/uv pip compile bench/requirements.in $(LOCK) --universal --python-version 3.11 -o bench/requirements.txt
	cd bench && npm install --silent --no-progress

LOCK := --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet

# not .px/*.json: a recovery file may be the only copy of a key.
clean:
	rm -rf .venv .venv-* dist bench/node_modules python_modules .wrangler
	test ! -d .px || find .px -mindepth 1 -maxdepth 1 ! -name '*.json' -exec rm -rf {} +
