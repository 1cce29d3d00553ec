# Everything a person types. `make run` and `make test` need nothing but Python 3.11+.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
WORDS  := $(patsubst %.po,%.mo,$(wildcard resources/i18n/*/LC_MESSAGES/trasluz.po))

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types layers unit fuzz soak bench mutants lock screenshots translations clean

help: ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) $(WORDS) ## Create .venv, install the locked versions, compile the catalogues

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) tools/check_system.py --python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "from engine.child import compile_ahead; compile_ahead()"
	@touch $(STAMP)

%.mo: %.po | $(STAMP)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

run: setup ## Open the window on the embedded demo (without a display: into build/demo/)
	@$(BIN)/python tools/check_system.py --libraries
	$(BIN)/python main.py --demo

test: setup lint types layers unit ## Check everything

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

unit: setup
	@$(BIN)/python tools/check_system.py --tests
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(BIN)/python -m pytest \
	    --numprocesses auto --maxprocesses 4 --dist loadfile

fuzz: setup ## Damage files by the thousand and read them (about an hour)
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 FUZZ_MUTANTS=$(or $(FUZZ_MUTANTS),5000) \
	    $(BIN)/python -m pytest tests/fuzz

soak: setup ## Kill, fill, cut, cancel and starve ten times as often as the suite (hours)
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 TRASLUZ_SOAK=$(or $(TRASLUZ_SOAK),10) \
	    $(BIN)/python -m pytest tests/engine/case tests/soak \
	    tests/engine/models/test_hostile_pickles.py --timeout=7200

bench: setup ## Measure speed and memory (minutes; writes build/bench/)
	$(BIN)/python tests/bench

mutants: setup ## Plant known faults and see that the tests notice each (minutes)
	$(BIN)/python tools/mutants.py

screenshots: setup ## Take the README's pictures anew
	QT_QPA_PLATFORM=offscreen $(BIN)/python tools/screenshots.py

translations: setup ## Collect new strings and compile the catalogues
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --keywords "tr trn:1,2 mark" --no-location \
	    --sort-output --project Trasluz --output build/trasluz.pot engine gui
	$(BIN)/pybabel --quiet update --domain trasluz --no-fuzzy-matching --ignore-obsolete \
	    --ignore-pot-creation-date --input-file build/trasluz.pot --output-dir resources/i18n
	$(BIN)/pybabel --quiet compile --domain trasluz --directory resources/i18n

lock: ## Write the versions installed now to requirements.lock
	$(BIN)/python tools/write_lock.py

clean:
	rm -rf build dist $(VENV)
