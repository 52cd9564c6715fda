"""Our own CSV founds a night as well: its header is its mapping."""

import pytest

from producers.formats import csv_mapped
from producers.formats.cells import Table
from producers.formats.document import FeedError, Seen
from producers.formats.own_words import own_words
from producers.formats.shapes import FileShape
from tests.producers import tiny


def test_every_column_that_is_no_word_of_ours_is_a_choice() -> None:
    """And the others are what they are called."""
    text = (
        "contest,box,revision,voters,valid,ada,bulut,state,source\nmayor,n-1,3,200,190,100,90,sealed,council"
    )
    (found,) = csv_mapped.survey(tiny.document(text))
    assert isinstance(found, Seen)
    assert ("mayor", "n-1", 3, 10, "sealed", {"ada": 100, "bulut": 90}) == (
        found.contest, found.unit, found.revision, found.invalid, found.state, found.votes,
    )  # fmt: skip


def test_another_table_needs_a_mapping() -> None:
    """The way out is in the sentence."""
    with pytest.raises(FeedError, match="no column box, voters: say with --mapping"):
        own_words(Table(tiny.document("Sandık,valid\n1,2"), FileShape()))
