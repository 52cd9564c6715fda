"""What every test can use, and how hard laws are tried: fixtures are in `servers`, the rule for skips is in
`skips`, the order of files in `order`.

Know before changing: the fixtures of servers are synchronous on purpose, so that synchronous and asynchronous
tests can both use them, and a session-wide Kafka never belongs to one test's event loop. Hypothesis judges no
times here: how long an example may take is for `bench/`, and a slow machine is no broken law. A profile holds
for every test that is imported after it was loaded, so there is one place that loads one.
"""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.skips", "tests.servers", "tests.groups", "tests.order"]

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", UNTIMED, max_examples=100)
settings.register_profile("same", settings.get_profile("quick"), derandomize=True, print_blob=True)
settings.register_profile("thorough", UNTIMED, max_examples=2000)
if os.environ.get("SANDIK_TEST_THOROUGH"):
    settings.load_profile("thorough")
else:
    settings.load_profile("same" if os.environ.get("SANDIK_TEST_ALL") == "1" else "quick")
