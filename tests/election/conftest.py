"""How long Hypothesis looks at the laws of the count: a hundred examples each, and the same hundred in CI.

Know before changing: no law has a deadline, since a busy machine is no broken promise.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "here",
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # how fast examples are made is no promise of ours
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
if not os.environ.get("SANDIK_TEST_THOROUGH"):  # then it is as everywhere
    settings.load_profile("ci" if os.environ.get("SANDIK_TEST_ALL") == "1" else "here")
