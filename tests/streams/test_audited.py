"""What a comparison of the chain says it compared, and that nothing compared is never said to be right."""

from election.night import ContestId, NightId
from election.wire.attested import Walked
from election.wire.audit import audit, first_link, links
from election.wire.frames import dumps
from election.wire.topics import Scope
from streams.audited import Audit, Audited
from streams.chain import Stored

SCOPE = Scope("replay", NightId("practice"))
TOPIC = SCOPE.topic("reports")
NAME = f"{TOPIC}/0"
MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")
LOG = [b"%d" % number for number in range(20)]


def made(values: list[bytes], begins: int = 0) -> Stored:
    """The chain that a store would hold of these records."""
    return Stored(begins, list(links(first_link(NAME, begins), values)))


def heard(
    values: list[bytes], stored: dict[ContestId, dict[str, Stored]], shown: list[bytes], first: int = 0,
    rebuilt: bool = False,
) -> Audit:  # fmt: skip
    """A log beside what is held and what was shown."""
    audited = Audited(SCOPE, stored, rebuilt)
    for offset, value in enumerate(shown):
        audited.hear(SCOPE.topic("shown"), 0, offset, value)
    for offset, value in enumerate(values, first):
        audited.hear(TOPIC, 0, offset, value)
    return audited.finish()


def published(at: int, values: list[bytes], version: int = 1) -> bytes:
    """A snapshot of so many records."""
    mark = Walked(0, list(made(values).links)).mark(at)
    assert mark is not None
    return dumps({"contest": MAYOR, "epoch": "e1", "version": version, "audit": audit({"reports/0": mark})})


BOTH = {MAYOR: {NAME: made(LOG)}, BRIDGE: {NAME: made(LOG)}}


def test_a_log_that_agrees_with_the_store_and_with_what_was_shown_is_proven() -> None:
    """And both are said, with how much was compared."""
    found = heard(LOG, BOTH, [published(9, LOG), b"rubbish"])
    assert ([], True, 20, 1) == (found.sentences, found.proves, found.linked, found.shown.agree)
    assert "20 records are the ones that the store's chain was made of" in str(found)
    assert {"reports/0": 20} == {name: mark.offset for name, mark in found.marks.items()}


def test_a_contest_whose_chain_alone_was_touched_is_found() -> None:
    """The others hold the right one, and are compared once."""
    changed = [*LOG[:7], b"other", *LOG[8:]]
    found = heard(LOG, {MAYOR: {NAME: made(LOG)}, BRIDGE: {NAME: made(changed)}}, [])
    assert [("changed", 7)] == [(one.kind, one.offset) for one in found.differences]
    one_link = list(made(LOG).links)
    one_link[7] = bytes(32)
    broken = heard(LOG, {MAYOR: {NAME: made(LOG)}, BRIDGE: {NAME: Stored(0, one_link)}}, [])
    assert [7, 8] == [one.offset for one in broken.differences]


def test_a_store_without_links_and_nothing_shown_prove_nothing_and_say_so() -> None:
    """Never silently right."""
    for stored in ({}, {MAYOR: {NAME: Stored(20, [])}}):
        found = heard(LOG, stored, [])
        assert ([], False) == (found.sentences, found.proves)
        assert "nothing says that the log is what it was" in str(found)


def test_a_store_that_was_made_from_this_log_just_now_proves_nothing() -> None:
    """What was shown still does."""
    assert not heard(LOG, BOTH, [], rebuilt=True).proves
    found = heard(LOG, BOTH, [published(9, LOG)], rebuilt=True)
    assert found.proves
    assert "its chain proves nothing" in str(found)
    changed = heard(LOG, BOTH, [published(9, [b"other", *LOG[1:]])], rebuilt=True)
    assert (True, 1) == (changed.proves, len(changed.sentences))


def test_a_log_that_was_cut_off_is_compared_from_where_it_begins() -> None:
    """With the store's link before it, so that what was shown later still agrees."""
    found = heard(LOG[6:], BOTH, [published(15, LOG)], first=6)
    assert ["cut"] == [one.kind for one in found.differences]
    assert (14, 1, {"reports/0": 6}) == (found.linked, found.shown.agree, found.begins)
    assert "reports/0 begins at offset 6" in str(found)


def test_a_partition_that_is_gone_altogether_is_missing() -> None:
    """A topic that was deleted."""
    found = heard([], BOTH, [])
    assert [("missing", 0)] == [(one.kind, one.offset) for one in found.differences]
    assert "offsets 0 to 19: 20 records" in found.sentences[0]
