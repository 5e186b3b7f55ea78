# `make` lists the targets. It needs only Python 3.11 or newer, pip and make.

PYTHON ?= python3
# What `make generate` reads and writes.
SPEC ?= openapi.yaml
OUT ?= generated

VENV := .venv
VENV_PYTHON := $(PYTHON)
BIN := $(VENV)/bin
CODEGEN := .tools/codegen

# A stamp file says that an environment matches its lock file. Its name contains the interpreter, so that another one
# makes a new environment.
UV_READY := .tools/uv/.ready
DEV_SYNCED := $(VENV)/.synced-$(subst /,-,$(VENV_PYTHON))
DEV_READY := $(VENV)/.ready-$(subst /,-,$(VENV_PYTHON))
CODEGEN_READY := $(CODEGEN)/.ready-$(subst /,-,$(PYTHON))
BENCH := .tools/bench
BENCH_READY := $(BENCH)/.ready-$(subst /,-,$(PYTHON))
FUZZ := .tools/fuzz
FUZZ_READY := $(FUZZ)/.ready-$(subst /,-,$(PYTHON))

DEMO := .tools/demo
DEMO_READY := $(DEMO)/.ready-$(subst /,-,$(PYTHON))
DOCS := .tools/docs
DOCS_READY := $(DOCS)/.ready-$(subst /,-,$(PYTHON))
RELEASE := .tools/release
RELEASE_READY := $(RELEASE)/.ready-$(subst /,-,$(PYTHON))

# An environment that happens to be active, or a setting that sends packages elsewhere, must not leak into ours. Settings
# that say where packages come from are left alone.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS MYPYPATH
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_REQUIREMENT
unexport UV_PYTHON UV_SYSTEM_PYTHON UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE_NEWER UV_RESOLUTION UV_PRERELEASE
export PIP_USER := 0
export PIP_REQUIRE_VIRTUALENV := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

# If uv has no settings of its own, pass it pip's index and certificates, which a machine behind a mirror has. They are
# sorted so that an environment variable, which pip lists as ":env:", comes last and is used.
define pip-settings
if [ -z "$$UV_DEFAULT_INDEX$$UV_INDEX_URL$$UV_INDEX$$UV_CONFIG_FILE" ]; then \
	eval "$$($(PYTHON) -m pip config list 2>/dev/null | sort -r | sed -n \
		-e 's/^[a-z:]*\.index-url=/export UV_DEFAULT_INDEX=/p' \
		-e 's/^[a-z:]*\.cert=/export SSL_CERT_FILE=/p')"; \
fi
endef

define python-is-there
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo '$(PYTHON) is not Python 3.11 or newer; name another: make PYTHON=/path/to/python3.12' >&2; exit 1; }; \
$(PYTHON) -m pip --version >/dev/null || { echo '$(PYTHON) has no pip, which make needs' >&2; exit 1; }
endef

# $(call environment,folder,interpreter,lock)
define environment
$(pip-settings); \
.tools/uv/bin/uv venv --quiet --clear --python "$$($(2) -c 'import sys; print(sys.executable)')" $(1) && \
.tools/uv/bin/uv pip sync --quiet --require-hashes --python $(1)/bin/python $(3)
endef

# $(call on-each-python,target)
define on-each-python
for version in 3.11 3.12 3.13; do \
	python=; \
	for candidate in "python$$version" "$${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version".*/bin/python; do \
		python=$$("$$candidate" -c 'import sys; print(sys.executable)' 2>/dev/null) && break; \
	done; \
	if [ -n "$$python" ]; then \
		$(MAKE) --no-print-directory $(1) VENV=".tools/python$$version" VENV_PYTHON="$$python" || exit 1; \
	else \
		echo "Python $$version: not on this machine"; \
	fi; \
done
endef

# pyright uses the packages of the active environment.
activated = PATH="$(CURDIR)/$(BIN):$$PATH"

site-command = PYTHONPATH=overlay:generated NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help docs docs-serve site conformance conformance-compared release-check bench bench-quick budget budgets demo faults explore mutants faults-compared test test-all test-floors pytest lint format types generate spec-check check-generated operation snapshots build lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r name text; do printf '  %-16s %s\n' "$$name" "$$text"; done

demo: $(DEMO_READY) ## Run the example against the sandbox that comes with the package
	@PYTHONPATH=overlay:generated:$(DEMO) $(PYTHON) examples/demo.py

conformance: $(DEV_READY) ## Compare what the example desk and two careless programs claim with what really happened
	@$(BIN)/python tests/conformance_report.py

conformance-compared: $(BENCH_READY) $(DEV_READY) ## Do the same as conformance, also for a desk with the vendor's SDK, and write docs/testing.md
	@$(bench-package)
	@$(BENCH)/bin/python tests/conformance_report.py --write

docs: site $(DEV_READY) ## Build the site of the documentation into .tools/site, check it, and run its examples
	@$(BIN)/python -m pytest -q -n 0 tests/test_readme.py tests/test_site.py
	@echo 'docs: .tools/site/index.html'

docs-serve: $(DOCS_READY) ## Serve the site on loopback, and build it again after each change
	@$(site-command) serve --config-file docs/site/mkdocs.yml

site: $(DOCS_READY)
	@echo 'docs: .tools/site'
	@log=$$($(site-command) build --strict --config-file docs/site/mkdocs.yml 2>&1) || { echo "$$log"; exit 1; }

test: lint types check-generated site ## Run all checks, and then the tests with coverage
	@echo 'tests: with branch coverage'
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto
	@report=$$($(BIN)/coverage combine --quiet && $(BIN)/coverage report) || { echo "$$report"; exit 1; }

test-all: $(UV_READY) ## Run the tests on each of Python 3.11, 3.12 and 3.13 that this machine has
	@$(call on-each-python,pytest)

test-floors: $(UV_READY) ## Run the tests of connections, of the command line and of spans with the oldest dependencies that pyproject.toml allows
	@$(pip-settings); \
	.tools/uv/bin/uv venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .tools/floors && \
	.tools/uv/bin/uv pip install --quiet --resolution lowest-direct --python .tools/floors/bin/python --editable '.[aiohttp,cli,opentelemetry]' && \
	.tools/uv/bin/uv pip install --quiet --python .tools/floors/bin/python pytest trio hypothesis 'opentelemetry-sdk<1.31' \
		'opentelemetry-instrumentation-httpx<0.52'
	@.tools/floors/bin/python -m pytest -q tests/test_every_connection.py tests/test_other_tools.py tests/test_cli*.py tests/test_opentelemetry.py

explore: $(DEV_READY) $(CODEGEN_READY) ## Run the Hypothesis tests with new examples; ARGS='-k submit --hypothesis-seed 7'
	@$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile explore $(ARGS)

faults: $(DEV_READY) ## Make 24,000 calls in which something fails, and compare what they report with what happened; ARGS='--calls 99 --seed 7'
	@$(BIN)/python tests/fault_sweep.py $(ARGS)

mutants: $(DEV_READY) ## Change each decision in turn, and list the changes that no test notices, in an hour; ARGS='batch policy' chooses modules
	@$(BIN)/python tests/mutants.py $(ARGS)

fuzz: $(DEV_READY) $(FUZZ_READY) ## Check the sandbox against the spec with made-up requests; ARGS='--max-examples=100 --seed=7'
	@$(BIN)/python tests/fuzz.py $(ARGS)

faults-compared: $(BENCH_READY) $(DEV_READY) ## Do the same as faults, also for the vendor's SDK, and write the table into docs/safety.md
	@$(bench-package)
	@$(BENCH)/bin/python tests/fault_sweep.py --write $(ARGS)

pytest: $(DEV_READY) $(CODEGEN_READY) site
	@echo "tests: $$($(BIN)/python --version)"
	@$(BIN)/python -m pytest -n auto

budgets: $(UV_READY) ## Set the budgets of starting, calling and decoding to what each Python needs now
	@$(call on-each-python,budget)

budget: $(DEV_READY)
	@$(BIN)/python tests/support/budgets.py --write

lint: $(DEV_READY) ## Check for mistakes, format, typos and imports of higher layers
	@echo 'lint: ruff, codespell, import-linter'
	@$(BIN)/ruff check --quiet --output-format=concise
	@$(BIN)/ruff format --quiet --check || { $(BIN)/ruff format --check; exit 1; }
	@$(BIN)/codespell
	@report=$$($(BIN)/lint-imports --no-cache --no-logo 2>&1) || { echo "$$report"; \
		echo 'lint: these contracts are in [tool.importlinter] of pyproject.toml; add a new module to its layer' >&2; exit 1; }

format: $(DEV_READY) ## Format the code, and fix what can be fixed safely
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

types: $(DEV_READY) $(CODEGEN_READY) $(DOCS_READY) ## Check the types, and that every public name has one
	@echo 'types: mypy, pyright'
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary --python-executable $(CODEGEN)/bin/python --cache-dir .mypy_cache/codegen --exclude /runtime/ codegen tests/support/hostile_documents.py
	@MYPYPATH=overlay:generated:tests $(BIN)/mypy --no-error-summary --python-executable $(DOCS)/bin/python --cache-dir .mypy_cache/docs docs/site
	@report=$$($(activated) pyright) || { echo "$$report"; exit 1; }
	@report=$$($(activated) pyright --verifytypes clear_street --ignoreexternal) || { echo "$$report"; exit 1; }

generate: $(CODEGEN_READY) ## Write generated/ from openapi.yaml (or from SPEC= into OUT=), and the blocking namespaces
	@echo 'generate: $(SPEC) -> $(OUT)'
	@$(CODEGEN)/bin/python codegen/generate.py --spec '$(SPEC)' --out '$(OUT)'
	@$(CODEGEN)/bin/python codegen/twins.py

# make always exits with 2 if a command fails. Run the command itself to see its status (CONTRIBUTING.md).
spec-check: $(CODEGEN_READY) ## Report what another document, SPEC=path-or-url, would break; ARGS=--json for programs
	@$(CODEGEN)/bin/python codegen/spec_check.py $(ARGS) '$(SPEC)'

check-generated: $(CODEGEN_READY) ## Check that the files that make generate writes are up to date, to the byte
	@echo 'check-generated: generated/ against openapi.yaml, blocking namespaces against async ones'
	@$(CODEGEN)/bin/python codegen/generate.py --check || { echo 'generated/ is stale: run `make generate`' >&2; exit 1; }
	@$(CODEGEN)/bin/python codegen/twins.py --check || { echo 'overlay/clear_street/v1 is stale: run `make generate`' >&2; exit 1; }

operation: $(CODEGEN_READY) ## Write what the operation NAME= of openapi.yaml needs in the overlay
	@$(CODEGEN)/bin/python codegen/add_operation.py '$(NAME)'

snapshots: $(DEV_READY) $(CODEGEN_READY) ## Write tests/surface.md, tests/public_api.txt, the screens of docs/cli.md, the layers in CONTRIBUTING.md; review the diff
	@$(CODEGEN)/bin/python codegen/surface.py > .tools/surface.md && mv .tools/surface.md tests/surface.md
	@$(BIN)/python tests/support/public_api.py
	@$(BIN)/python tests/support/screens.py
	@$(BIN)/python tests/support/layers.py

build: $(DEV_READY) ## Build the wheel and the sdist into dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build

release-check: build $(RELEASE_READY) ## Build twice, install on each Python, check the metadata; write the packages, an SBOM and the licences into dist/
	@$(pip-settings); $(RELEASE)/bin/python tests/release_check.py

bench: $(BENCH_READY) $(DEV_READY) $(CODEGEN_READY) ## Measure against httpx and the vendor's SDK, into benchmarks/RESULTS.md
	@$(bench-package)
	@$(bench-stock)
	@PYTHONPATH=$(BENCH)/stock $(BENCH)/bin/python benchmarks/run.py --write

bench-quick: $(BENCH_READY) $(DEV_READY) $(CODEGEN_READY) ## Do the same as bench in three rounds, without writing
	@$(bench-package)
	@$(bench-stock)
	@PYTHONPATH=$(BENCH)/stock $(BENCH)/bin/python benchmarks/run.py --rounds 3 $(ARGS)

lock: $(UV_READY) ## Renew the lock files in requirements/
	@$(pip-settings); for name in bootstrap bench codegen dev demo docs fuzz release; do \
		echo "lock: requirements/$$name.txt"; \
		if [ $$name = dev ] || [ $$name = bench ]; then project='--all-extras pyproject.toml'; \
		elif [ $$name = demo ]; then project=pyproject.toml; \
		elif [ $$name = docs ]; then project='--extra opentelemetry pyproject.toml'; else project=; fi; \
		.tools/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			--output-file .tools/$$name.txt $$project requirements/$$name.in || exit 1; \
		cmp -s .tools/$$name.txt requirements/$$name.txt || cp .tools/$$name.txt requirements/$$name.txt; \
		rm .tools/$$name.txt; \
	done

clean: ## Remove everything that make has created: environments, caches, builds
	@rm -rf .venv .tools dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Uses only pip, beside the sources: the demo is the first thing that a newcomer runs, and needs only 6 MB of packages.
$(DEMO_READY): requirements/demo.txt
	@$(python-is-there)
	@echo 'setup: what the package needs, into $(DEMO)'
	@rm -rf $(DEMO)
	@$(PYTHON) -m pip install -qq --root-user-action=ignore --no-deps --require-hashes --no-compile --target $(DEMO) -r requirements/demo.txt
	@touch $@

$(UV_READY): requirements/bootstrap.txt
	@$(python-is-there)
	@echo 'setup: uv, into .tools/uv'
	@rm -rf .tools/uv
	@$(PYTHON) -m pip install -qq --root-user-action=ignore --require-hashes --target .tools/uv -r requirements/bootstrap.txt
	@touch $@

$(DEV_SYNCED): requirements/dev.txt $(UV_READY)
	@echo 'setup: tools for tests, checks and builds, into $(VENV)'
	@$(call environment,$(VENV),$(VENV_PYTHON),requirements/dev.txt)
	@touch $@

$(DEV_READY): $(DEV_SYNCED) pyproject.toml overlay/clear_street/_version.py
	@echo 'setup: this package, editable, into $(VENV)'
	@.tools/uv/bin/uv pip install --quiet --offline --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

# Install the wheel, compiled, as users have it.
define bench-package
echo 'setup: the wheel, into $(BENCH)'; rm -rf $(BENCH)/dist; \
$(BIN)/python -m hatchling build -t wheel -d $(BENCH)/dist >/dev/null 2>&1 && \
.tools/uv/bin/uv pip install --quiet --no-deps --reinstall --compile-bytecode --python $(BENCH)/bin/python $(BENCH)/dist/*.whl
endef

define bench-stock
PATH="$(CURDIR)/$(CODEGEN)/bin:$$PATH" $(CODEGEN)/bin/openapi-python-client generate --path openapi.yaml --meta none \
	--overwrite --output-path $(BENCH)/stock/clear_street_stock >/dev/null
endef

$(BENCH_READY): requirements/bench.txt $(UV_READY)
	@echo 'setup: the peers of the benchmarks, into $(BENCH)'
	@$(call environment,$(BENCH),$(PYTHON),requirements/bench.txt)
	@$(BENCH)/bin/python -m compileall -q $(BENCH)/lib
	@touch $@

$(RELEASE_READY): requirements/release.txt $(UV_READY)
	@echo 'setup: tools for a release, into $(RELEASE)'
	@$(call environment,$(RELEASE),$(PYTHON),requirements/release.txt)
	@touch $@

$(DOCS_READY): requirements/docs.txt $(UV_READY)
	@echo 'setup: what makes the site, into $(DOCS)'
	@$(call environment,$(DOCS),$(PYTHON),requirements/docs.txt)
	@touch $@

$(FUZZ_READY): requirements/fuzz.txt $(UV_READY)
	@echo 'setup: schemathesis, into $(FUZZ)'
	@$(call environment,$(FUZZ),$(PYTHON),requirements/fuzz.txt)
	@touch $@

$(CODEGEN_READY): requirements/codegen.txt $(UV_READY)
	@echo 'setup: the generator, into $(CODEGEN)'
	@$(call environment,$(CODEGEN),$(PYTHON),requirements/codegen.txt)
	@touch $@
