"""The order in which workers get their files."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.order import LONG, ordered

FILES = st.lists(
    st.sampled_from(["live/a", "live/b", "live/c", "browser/a", "browser/b", *LONG, "web/x", "y"])
)


def test_what_takes_long_comes_first_and_what_waits_beside_what_computes() -> None:
    """The short ones fill what is left at the end."""
    files = ["browser/a", "browser/b", "election/a", "live/a", "live/b", "live/c", LONG[-1], "web/b"]
    expected = ["live/a", "browser/a", "live/b", "browser/b", "live/c", LONG[-1], "election/a", "web/b"]
    assert expected == ordered(files)


@given(FILES)
def test_no_file_is_lost_or_given_twice(files: list[str]) -> None:
    """Whatever is chosen for a run."""
    assert sorted(set(files)) == sorted(ordered(files))


def test_the_files_that_take_long_are_there() -> None:
    """A name that is no longer a file would do nothing, silently."""
    assert [] == [name for name in LONG if not (Path(__file__).parent / name).is_file()]
