# `make demo` and `make test` set up everything they need: a virtual environment in .venv, the Pulumi CLI in .pulumi-cli.
# Everything is a file that is made once; `make clean` removes all of it.
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
export COUNT ?= all
ENGINE = PATH="$(CURDIR)/$(BIN):$$($(BIN)/python tools/get_pulumi.py):$$PATH"
PYTEST = $(ENGINE) && export PATH && $(BIN)/pytest
EVERYDAY := -m "not kill_matrix and not sdk_range_full"

.DELETE_ON_ERROR:
.PHONY: help demo test check fmt unit contract emulator e2e test-kill test-sdk-range bench build pulumi clean

help: ## Say what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

demo: $(VENV)/ready ## Watch Pulumi make, change and roll a hosted agent against the local emulator
	@$(ENGINE) && export PATH && $(BIN)/foundry-emulator run -- $(BIN)/python examples/demo.py

test: $(VENV)/ready ## Every test but the two long matrices (test-kill, test-sdk-range)
	$(PYTEST) -n $(WORKERS) $(EVERYDAY) tests

check: $(VENV)/ready ## All static checks
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/ready ## Format, and repair what ruff can repair
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

unit: $(VENV)/ready ## The core's tests, without engine and emulator
	$(BIN)/pytest tests/unit

contract: $(VENV)/ready ## The provider over gRPC, as the engine speaks it
	$(PYTEST) $(EVERYDAY) tests/contract

emulator: $(VENV)/ready ## The emulator against its description and the SDKs
	$(BIN)/pytest -n $(WORKERS) $(EVERYDAY) tests/emulator tests/emulator_cli

e2e: $(VENV)/ready ## The real engine against the emulator
	$(PYTEST) -n $(WORKERS) $(EVERYDAY) tests/e2e

test-kill: $(VENV)/ready ## Kill provider and engine at every request; COUNT=5 takes five rows
	$(PYTEST) -n $(WORKERS) -m kill_matrix tests/kill

test-sdk-range: $(VENV)/ready ## The life of a version with each SDK and engine SDK that is supported
	$(PYTEST) -m sdk_range_full tests/test_house_sdk_range.py

bench: $(VENV)/ready ## Measure; one line per figure: name value unit
	@$(ENGINE) && export PATH && $(BIN)/python -m benchmarks

build: $(VENV)/ready ## Build wheel and sdist into dist/
	$(BIN)/hatchling build

pulumi: $(VENV)/ready ## Get the Pulumi CLI and print its folder
	@$(BIN)/python tools/get_pulumi.py

clean: ## Remove everything that make and the tests made
	@[ ! -x $(BIN)/foundry-emulator ] || $(BIN)/foundry-emulator stop >/dev/null 2>&1 || true
	rm -rf .venv .venvs .pulumi-cli .foundry-emulator .demo dist Pulumi.demo.yaml .coverage .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: pyproject.toml tools/make_venv.sh
	@tools/make_venv.sh $(VENV) --group test --group lint --group contract
	@touch $@
