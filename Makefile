# The ways into the project. Each target first installs what it needs into .venv in this checkout.
# Know before changing: on a new machine the first make runs with Python and nothing else installed.

.DEFAULT_GOAL := help
.PHONY: help demo test check audit bench soak faults mutants calibration kafka clean install install-test

help:
	@echo "make demo    the night of 23 June 2019 on this machine; ARGS=\"--speed max --port 0\" for sandik demo"
	@echo "make test    every test; what cannot run here is skipped by name; ARGS=\"-k store\" for pytest"
	@echo "make check   format, lint, types, the rules of the house, known faults of packages where the index can be asked"
	@echo "make audit   asks anew whether a fault is known of any package we use; who is not answered for is a failure"
	@echo "make bench   the measurements, side by side"
	@echo "make soak    twelve nights back to back with clients that come and go: what grows (about an hour)"
	@echo "make faults   nights on three brokers with everything breaking; N=20 for twenty seeds"
	@echo "make mutants  small faults put into the count, the calls and the scripts: which does no test notice?"
	@echo "make calibration   10,000 simulated nights through the rules: wrong calls, and when each first spoke"
	@echo "make kafka   fetch Apache Kafka by Maven and see it start; ARGS=--keep keeps it on port 9092"
	@echo "make clean   remove what these targets made, except .venv and .kafka"

demo: install
	@.venv/bin/sandik demo $(ARGS)

test: install-test
	@tools/parts
	PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: install-test
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy --strict
	.venv/bin/python -m pytest -q tests/test_house.py tests/test_locks.py
	@.venv/bin/python tools/audit.py

# Strict: a package that nobody could be asked about is a failure, and not a line.
audit: install
	@.venv/bin/python tools/audit.py --strict

bench: install-test
	@tools/parts
	.venv/bin/python -m bench $(ARGS)

soak: install-test
	@tools/parts
	.venv/bin/python -m bench.soak $(ARGS)

faults: install-test
	@tools/parts
	.venv/bin/python -m faults --seeds $(or $(N),5) $(ARGS)

mutants: install-test
	@tools/parts
	@tools/mutants $(ARGS)

calibration: install-test
	.venv/bin/python -m bench.calibration $(ARGS)

kafka: install
	@tools/kafka/fetch
	@.venv/bin/python tools/kafka/try.py $(ARGS)

clean:
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist bench/results tests/browser/shots
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

install:
	@PYTHON="$(PYTHON)" tools/install run

install-test:
	@PYTHON="$(PYTHON)" tools/install test
