# ConvScope. `make` alone prints what there is.
#
# Needs Python 3.11 to 3.13, git and make; everything else is installed into .venv. A stamp beside each installation
# depends on its list of packages, so a second start installs nothing.

ADDRESS ?= 127.0.0.1
PORT ?= 8501
WATCH ?= none

VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/.installed-app
DEV := $(VENV)/.installed-dev
JS := $(VENV)/js
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# The first interpreter that fits; PYTHON=/path/to/python says which one instead.
PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3 python python3.13 python3.12 python3.11)
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
COMPLETE := import venv, ensurepip
# A stamp says nothing once the interpreter it was made with is gone.
GONE := $(shell [ -x $(BIN)/python ] || rm -f $(APP) $(DEV))

# Two processes share the tests, and who is done takes from the other. Keras stays out of the first run, because Streamlit
# is slow where Keras is loaded; the package's `__init__` would load it when doctests are looked for.
ALONE := not keras and not browser and not process
UNLOADED := -n 2 --dist worksteal --ignore=cnn_core/keras_model --ignore=cnn_core/__init__.py tests cnn_core pages/ui
QUICK := -m "$(ALONE)" $(UNLOADED)
QUICKEST := -m "$(ALONE) and not long" $(UNLOADED)
SLOW := -n 2 --dist worksteal -m "keras or browser or process" tests cnn_core/keras_model
# requirements*.txt name what we use, each in one version; the locks name all that comes with it, for every system and
# Python, with hashes. They keep their versions until a direct one asks for others.
UPGRADE ?=
LOCK = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes $(UPGRADE)
COVERAGE := --cov --cov-append --cov-report=
PYBABEL := $(BIN)/python -m babel.messages.frontend
PYTEST := $(BIN)/python -m pytest
LINT := '$(BIN)/ruff check' '$(BIN)/ruff format --check' '$(BIN)/python -m mypy' '$(BIN)/node $(JS)/node_modules/typescript/bin/tsc -p assets/components'
# Runs every command, also after one that failed: a slip of the pen must not hide what the tests say.
every = failed=; for command in $(1); do \
		echo "$$command"; sh -c "$$command" || failed="$$failed\n  $$command"; \
	done; \
	[ -z "$$failed" ] || { printf "Failed:$$failed\n" >&2; exit 1; }
SOURCES := app.py pages cnn_core
LANGUAGES = $(notdir $(wildcard assets/catalogues/*))
KEYWORDS := _ N_ CnnError ImageError LayerError NetworkError NetworkFileError NetworkLineError ModelFileError Note refuse:1

.DEFAULT_GOAL := help
SESSIONS ?= 100
SECONDS ?= 600
.PHONY: help run test check coverage bench load study golden catalogues lock browser

help:  ## print this list
	@echo 'ConvScope: make <target>'
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16
	@echo 'Variables: PORT=$(PORT) ADDRESS=$(ADDRESS) WATCH=$(WATCH) PYTHON=<interpreter> CONVSCOPE_BROWSER=<Chromium or Chrome>'

run: $(APP)  ## install what is missing, then start the app on http://127.0.0.1:8501
	@exec $(BIN)/python -m streamlit run app.py \
		--server.headless true --server.address $(ADDRESS) --server.port $(PORT) --server.fileWatcherType $(WATCH)

test: $(DEV) $(JS)/.installed browser  ## everything, as CI does: lint, format, types, all tests with Keras and a browser
	@$(call every,$(LINT) '$(PYTEST) $(QUICK)' '$(PYTEST) $(SLOW)')

check: $(DEV) $(JS)/.installed  ## lint, format, types and the fast tests: a minute or two
	@$(call every,$(LINT) '$(PYTEST) $(QUICKEST)')

coverage: $(DEV) browser  ## everything again, and how much of the code it runs: .cache/coverage/index.html
	@rm -f .cache/.coverage
	@$(call every,'$(PYTEST) $(COVERAGE) $(QUICK)' '$(PYTEST) $(COVERAGE) --cov-report=html $(SLOW)')

bench: $(DEV)  ## measure the server's share of what a reader waits for
	$(BIN)/python tests/bench/run.py $(ROWS)

study: $(APP)  ## go on with a recorded study, minutes to hours: STUDY=, DATA= where its pictures lie, WORK=, SEEDS=, RECORDS=
	$(BIN)/python assets/make/studies/$(if $(filter downsampling,$(STUDY)),downsampling.py $(DATA),fits.py $(STUDY) \
		$(if $(DATA),--data "$(DATA)") $(if $(WORK),--work "$(WORK)") $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(RECORDS),--records "$(RECORDS)"))

load: $(DEV)  ## send a class of SESSIONS to a server on this machine for SECONDS, and print what it waited for
	$(BIN)/python tests/load/$(if $(VISITS),visits.py --visits $(VISITS),$(if $(KILLS),kills.py,run.py) --sessions $(SESSIONS) --seconds $(SECONDS))

golden: $(DEV)  ## write the golden tables anew; read the difference before you commit it
	$(PYTEST) --overwrite tests/network/test_summary.py

catalogues: $(APP)  ## collect the sentences of the code into the catalogues of assets/catalogues
	@mkdir -p .cache
	$(PYBABEL) -q extract -F babel.cfg $(KEYWORDS:%=-k %) --sort-by-file --add-location=file --width=120 \
		--project=ConvScope --copyright-holder='ConvScope contributors' -o .cache/convscope.pot $(SOURCES)
	@for language in $(LANGUAGES); do \
		$(PYBABEL) update --init-missing --ignore-pot-creation-date --previous --width=120 \
			-D convscope -l $$language -i .cache/convscope.pot -d assets/catalogues || exit 1; \
	done

lock: $(DEV)  ## write anew which version of every package is installed; UPGRADE=--upgrade takes the newest that fit
	$(LOCK) requirements.txt -o requirements.lock
	$(LOCK) requirements-serving.txt -c requirements.lock -o requirements-serving.lock
	$(LOCK) requirements-dev.txt -c requirements-serving.lock -o requirements-dev.lock

browser: $(DEV)
	@$(BIN)/python tests/browser_setup.py

$(BIN)/python:
	@python=; for one in $(CANDIDATES); do \
		if "$$one" -c '$(FITS)' 2>/dev/null; then python=$$one; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'ConvScope needs Python 3.11, 3.12 or 3.13 (TensorFlow has no package for others). Tried:' >&2; \
		for one in $(CANDIDATES); do echo "  $$one: $$("$$one" --version 2>&1 | tail -n 1)" >&2; done; \
		echo 'Install one of them, or name it: make run PYTHON=/path/to/python3.12' >&2; exit 1; \
	fi; \
	if ! "$$python" -c '$(COMPLETE)' 2>/dev/null; then \
		echo "$$python has no venv module with pip in it. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(APP): requirements.lock | $(BIN)/python
	@echo 'Installing what the app needs, TensorFlow among it: about 700 MB, once'
	@$(PIP) install -r $<
	@touch $@

$(DEV): requirements-dev.lock | $(BIN)/python
	@echo 'Installing what the app and its tests need, once'
	@$(PIP) install -r $<
	@touch $(APP) $@

# What checks the types in JavaScript, by the Node.js and npm that come as a Python package.
$(JS)/.installed: assets/components/package-lock.json $(DEV)
	@mkdir -p $(JS)
	@cp assets/components/package.json assets/components/package-lock.json $(JS)
	@cd $(JS) && '$(CURDIR)/$(BIN)/npm' ci --no-audit --no-fund --silent
	@touch $@
