"""In which order the workers of a run get their files: what takes long first, what waits beside what works.

    ordered(["election/test_night.py", "live/test_one.py", "browser/test_two.py"])
        == ["live/test_one.py", "browser/test_two.py", "election/test_night.py"]

Know before changing: xdist gives whole files to workers, and would begin with those of most tests; files of
one long test would come last, one worker busy and the others done. `make test` tells it to keep this order.
Without workers the order is pytest's own.
"""

from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WAITS, COMPUTES = "live/", "browser/"
LONG = (
    "election/test_calls_calibration.py", "election/test_outstanding.py", "election/test_tally.py",
    "sandik/test_kafka.py", "sandik/test_nightbuild.py", "streams/test_batch.py", "test_compose.py",
    "test_house.py", "test_nights.py", "web/test_gateway.py", "web/test_hub.py", "web/test_hub_laws.py",
)  # fmt: skip
"""Of the files that need neither a broker nor a browser, those that take half a minute on a busy machine."""


def ordered(files: Sequence[str]) -> list[str]:
    """The files, each once; those of one kind stay in the order in which they are given."""
    waits = [one for one in files if one.startswith(WAITS)]
    computes = [one for one in files if one.startswith(COMPUTES) or one in LONG]
    both = [one for one in chain.from_iterable(zip_longest(waits, computes)) if one is not None]
    return list(dict.fromkeys([*both, *files]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The same in every worker, as xdist demands."""
    if not hasattr(config, "workerinput"):
        return
    file = {item: item.path.relative_to(HERE).as_posix() for item in items}
    place = {name: number for number, name in enumerate(ordered(list(dict.fromkeys(file.values()))))}
    items.sort(key=lambda item: place[file[item]])
