# Everything a checkout needs, each step done only when its input changed:
#   make run     start the service with its demo data and print its addresses
#   make test    run every test, on SQLite and a real PostgreSQL, in a real browser
#   make check   ruff, mypy --strict, import contracts, house style
#   make setup   only install what `make run` needs
#   make lock    write the lock files again after a change to requirements/*.in or package.json
#   make clean   remove what was installed; never the data folder

.SILENT:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SUFFIXES:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Where it is set, every process that a test starts compiles the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
STAMPS := $(VENV)/stamps
ASSETS := web/assets
VENDOR := web/static/vendor
ROOMS := $(wildcard base codes schemas ledger parties trace credit web jobs migrations \
	tests benchmarks manage.py wsgi.py)
# Each parallel worker starts its own PostgreSQL; a file's tests stay together, so that the
# servers a file starts are started once, and the files in the order of tests/conftest.py.
PYTEST_ARGS ?= -n $(shell n=$$(nproc); echo $$((n > 4 ? 4 : n))) --dist loadfile \
	--no-loadscope-reorder

.PHONY: setup setup-dev run test check lock clean

setup: $(STAMPS)/run $(STAMPS)/vendor

setup-dev: setup $(STAMPS)/dev

run: setup
	exec $(PYTHON) manage.py run $(RUN_ARGS)

test: setup-dev
	$(PYTHON) tests/setup_machine.py
	exec $(PYTHON) -m pytest $(PYTEST_ARGS)

check: setup-dev
	failed=""
	step() { echo "== $$*"; "$$@" || failed+=" $$(basename $$1)"; }
	step $(VENV)/bin/ruff check --no-cache .
	step $(VENV)/bin/ruff format --no-cache --check --quiet .
	step $(VENV)/bin/mypy --strict $(ROOMS)
	PYTHONPATH=. step $(VENV)/bin/lint-imports --no-cache --no-logo
	step $(PYTHON) -m pytest -q tests/house
	if [ -n "$$failed" ]; then echo "not clean:$$failed" >&2; exit 1; fi

lock: $(STAMPS)/dev $(STAMPS)/node
	for name in run dev node; do
		$(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
			--generate-hashes --no-header --no-emit-index-url \
			requirements/$$name.in -o requirements/$$name.txt
	done
	PATH="$$(cat $(STAMPS)/node):$$PATH"
	cd $(ASSETS) && npm update --package-lock-only --ignore-scripts
	# Where a package takes gifts is an address, and a lock file holds none.
	node -e 'const fs = require("fs"), name = "package-lock.json", lock = JSON.parse(fs.readFileSync(name)); \
		for (const one of Object.values(lock.packages)) delete one.funding; \
		fs.writeFileSync(name, JSON.stringify(lock, null, 2) + "\n")'

clean:
	rm -rf $(VENV) $(ASSETS)/node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache tests/artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# 3.12 and 3.11 come first because the embedded Redis has a wheel for them. A candidate is run,
# not only looked up: a version manager leaves names on the PATH that start nothing.
$(PYTHON):
	found=""; old=""
	for name in $(PYTHON3) python3.12 python3.11 python3.13 python3.14 python3; do
		if ! "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			continue
		elif "$$name" -c 'import ensurepip, venv' 2>/dev/null; then
			found="$$name"; break
		else
			old="$$name"
		fi
	done
	if [ -z "$$found" ] && [ -n "$$old" ]; then
		echo "$$old cannot make a virtual environment: apt-get install python3-venv" >&2; exit 1
	elif [ -z "$$found" ]; then
		echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2; exit 1
	fi
	echo "making $(VENV) with $$("$$found" --version)"
	"$$found" -m venv --clear $(VENV)

$(STAMPS)/run: requirements/run.txt | $(PYTHON)
	mkdir -p $(STAMPS)
	echo "installing requirements/run.txt"
	$(PIP) install --require-hashes -r requirements/run.txt
	touch $@

$(STAMPS)/dev: requirements/dev.txt | $(PYTHON)
	mkdir -p $(STAMPS)
	echo "installing requirements/dev.txt"
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

# Holds the folder of a working npm: the machine's, else one from a wheel.
$(STAMPS)/node: requirements/node.txt | $(PYTHON)
	mkdir -p $(STAMPS)
	if command -v node >/dev/null && npm --version >/dev/null 2>&1 &&
		node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; then
		dirname "$$(command -v npm)" > $@
	else
		echo "installing requirements/node.txt"
		$(PIP) install --require-hashes -r requirements/node.txt
		echo "$(CURDIR)/$(VENV)/bin" > $@
	fi

$(STAMPS)/vendor: $(ASSETS)/package-lock.json $(ASSETS)/vendor.txt $(STAMPS)/node
	echo "installing $(ASSETS)/package-lock.json"
	export PATH="$$(cat $(STAMPS)/node):$$PATH"
	(cd $(ASSETS) && npm ci --ignore-scripts --loglevel=error)
	rm -rf $(VENDOR)
	while read -r file; do
		mkdir -p "$(VENDOR)/$$(dirname "$$file")"
		cp "$(ASSETS)/node_modules/$$file" "$(VENDOR)/$$file"
	done < $(ASSETS)/vendor.txt
	touch $@
