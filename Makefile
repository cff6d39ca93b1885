# Everything that people and CI do with this repository. `make help` lists it.

BIN := .venv/bin
READY := .venv/.ready
WEB_SOURCES := $(shell git ls-files web 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help up restart check test bench mutants million requirements diagrams web clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

up: $(READY) ## everything in one command: database, PBX, engine, page, and a demo to call
	@$(BIN)/busyhour up --demo

restart: $(READY) ## after git pull: the new version takes over from the running one, calls go on
	@$(BIN)/busyhour restart

check: $(READY) ## format, lint, types, import contracts, requirements, page, unit and story tests
	@$(BIN)/python tools/check.py

test: check .tools/test-programs ## check, and the tests on a real Asterisk, PostgreSQL, SIPp and Chromium
	@$(BIN)/python -P tools/real_tests.py

bench: $(READY) ## calls per second, and import speed, on this machine
	@$(BIN)/busyhour bench calls
	@$(BIN)/busyhour bench import

mutants: $(READY) ## plant faults, one at a time, and see that the simulated world finds each
	@$(BIN)/python tools/mutants.py

million: $(READY) ## a million simulated calls with faults of all kinds, on two processors: longer than a check may last
	@$(BIN)/busyhour simulate --calls 1000000 --seed 1 --faults all --jobs 2

requirements: $(READY) ## every requirement with the tests that show it
	@$(BIN)/python tools/requirements.py

diagrams: $(READY) ## draw docs/diagrams from the tables of core/life
	@$(BIN)/python tools/diagrams.py

web: $(READY) ## build the page again
	@.tools/bin/uv sync --frozen --quiet --reinstall-package busyhour

clean: ## forget the environment and caches; the data folder .busyhour stays
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis web/node_modules web/dist

$(READY): pyproject.toml uv.lock tools/bootstrap.sh $(wildcard hatch_build.py) $(WEB_SOURCES)
	@tools/bootstrap.sh env
	@touch $@

.tools/test-programs: tools/bootstrap.sh | $(READY)
	@tools/bootstrap.sh test-programs
	@touch $@
