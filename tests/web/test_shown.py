"""The log of what was shown, as this room sees it: what became of it is a number for each reason."""

from election.night import NightId
from election.wire.topics import Scope
from tests.web.logs import ListLog
from web.shown import LOST, Note, ShownLog


def test_a_log_in_memory_is_a_log() -> None:
    """What tests are made with is what the gateway takes."""
    log: ShownLog = ListLog(Scope("replay", NightId("practice")))
    assert not log.index.ready


def test_every_reason_is_counted_from_nothing() -> None:
    """So that a rate is there before the first loss."""
    note = Note()
    assert (set(LOST), 0) == (set(note.lost), note.lost.total())
    note.lost["late"] += 1
    assert 0 == Note().lost.total()
