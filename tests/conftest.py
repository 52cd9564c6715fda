"""What every test can use, and how hard laws are tried: fixtures are in `servers`, the rule for skips is in
`skips`, the order of files in `order`.

Know before changing: the fixtures of servers are synchronous on purpose, so that synchronous and asynchronous
tests can both use them, and a session-wide Kafka never belongs to one test's event loop. Hypothesis judges no
times here: how long an example may take is for `bench/`, and a slow machine is no broken law.
"""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.skips", "tests.servers", "tests.groups", "tests.order"]

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", UNTIMED, max_examples=50)
settings.register_profile("thorough", UNTIMED, max_examples=2000)
settings.load_profile("thorough" if os.environ.get("SANDIK_TEST_THOROUGH") else "quick")
