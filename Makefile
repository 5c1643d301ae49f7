# Everything that is made here needs only Python (3.11 or later), git and make.
.PHONY: demo test test-all bench bench-large sample-city pictures clean
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

demo: $(VENV)/installed
	$(BIN)/gridgeo demo --out build/demo
	$(BIN)/python docs/make_pictures.py build/demo/pictures

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/installed-dev
	$(BIN)/python -m pytest --hypothesis-profile=explore

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/cutting.py
	$(BIN)/python benchmarks/checking.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/locating.py
	$(BIN)/python benchmarks/maps.py
	$(BIN)/python benchmarks/zoning.py

bench-large: $(VENV)/installed-bench
	$(BIN)/python benchmarks/cutting.py --large
	$(BIN)/python benchmarks/checking.py --large
	$(BIN)/python benchmarks/reading.py --large
	$(BIN)/python benchmarks/locating.py --large
	$(BIN)/python benchmarks/zoning.py --large

sample-city: $(VENV)/installed-dev
	$(BIN)/python data/make_sample_city.py

pictures: demo
	cp build/demo/pictures/*.png docs/

clean:
	rm -rf $(VENV) build dist

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/installed

$(VENV)/installed-bench: pyproject.toml | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --editable ".[dev,bench]"
	@touch $@ $(VENV)/installed $(VENV)/installed-dev
