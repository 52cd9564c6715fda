"""What every test can use: the fixtures are in `servers`, the rule for skips in `skips`.

Know before changing: the fixtures of servers are synchronous on purpose, so that synchronous and asynchronous
tests can both use them, and a session-wide Kafka never belongs to one test's event loop.
"""

pytest_plugins = ["tests.skips", "tests.servers"]
