"""What is written as TOML is read back as it was."""

import tomllib

import pytest

from sandik.nightbuild_toml import toml
from tests.plain_count import SHIPPED, files


@pytest.mark.parametrize("night", SHIPPED)
def test_a_night_written_again_says_the_same(night: str) -> None:
    """Texts, dates, numbers, lists and tables in tables survive the way out and back."""
    facts = tomllib.loads(files(night)["night.toml"].decode())
    assert facts == tomllib.loads(toml(facts))


def test_texts_with_quotes_and_line_ends_survive() -> None:
    """Whatever stands in a name is escaped."""
    table = {"a": 'say "so"\n\\ and ı', "b": {"c": [1, 2.5, True], "names": {"tr": "x"}}, "d": [{"e": []}]}
    assert table == tomllib.loads(toml(table))
