# Everything here needs a Python 3.10 or later, git, and a package index that pip can reach; nothing has to be installed before.
PYTHON ?= python3
CHECK = $(PYTHON) -B tests/tools/check.py

.PHONY: help demo test test-all lint docs unit sanity integration fuzz faults bench reference release clean

help:  ## Show this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

demo:  ## Show the whole product at work, with a mail server of its own (QUICK=1: the main job only)
	$(PYTHON) -B demo/run.py

test:  ## Run lint, the documentation's site, unit tests, ansible-test sanity, integration tests: each test, not on each version
	$(CHECK)

test-all:  ## Run all that, every test on every version: twice as long
	$(CHECK) --all

lint:  ## Run the linters
	$(CHECK) lint

docs:  ## Build the documentation's site in docs/_build/html, without a warning
	$(CHECK) docs

unit:  ## Run the unit tests: the target half on every Python, the controller half on every ansible-core
	$(CHECK) unit

sanity:  ## Run ansible-test sanity on the oldest and the newest ansible-core
	$(CHECK) sanity

integration:  ## Run the tests that go through ansible-playbook (some need Postfix and sshd)
	$(CHECK) integration

fuzz:  ## Look for bytes that break the readers, and a million names against OpenSSL (FUZZ_SECONDS=60 for each target)
	$(PYTHON) -B tests/tools/fuzz.py

faults:  ## Write docs/reference/send-faults.md: every send fault on four Pythons, and what is reported
	$(PYTHON) -B tests/tools/faults.py

bench:  ## Compare runs with a ping and with other tools, on fleets of namespaces; writes docs/benchmark.md (as root)
	$(PYTHON) -B tests/tools/benchmark.py

reference:  ## Write what is made from the tables in the code: reference pages, documentation of options, role defaults
	$(PYTHON) -B -m tests.tools.reference

release:  ## Build and verify the archive, its bill of materials and checksums in dist/ (TRIAL=1 for what is not a release yet)
	$(PYTHON) -B tests/tools/make_release.py $(if $(TRIAL),--trial)

clean:  ## Remove all that these commands made
	rm -rf .venvs .hypothesis .pytest_cache .mypy_cache .ruff_cache .ansible tests/output demo/scratch dist docs/_build docs/collection
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
