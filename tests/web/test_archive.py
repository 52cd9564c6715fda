"""Versions under addresses that name one content for ever: found as they were shown, and never too many."""

import gc
import tracemalloc
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from election.night import ContestId
from election.wire.frames import Board, dumps
from tests.web.made import Worker, hub, night, parts, records
from web.archive import OF_THE_CLOCK, Archive, clock_mark, name_of, weight

MAYOR, BRIDGE = ContestId("mayor"), ContestId("bridge")


def nights_versions(size: int = 3) -> list[tuple[str, dict[str, Any]]]:
    """Tag and snapshot of every version that a gateway with a tick shows of the practice night's mayor."""
    to, worker, found = hub(night()), Worker(night()), []
    for batch in parts(records(), size):
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
        to.turn(0.0)
        group = to.groups[MAYOR]
        if not found or found[-1][1] is not group.shown:
            found.append((group.tag, group.shown))
    return found


def test_a_version_is_found_as_it_was_shown() -> None:
    """Whatever was shown since; with the same hash, and without what the clock alone changes."""
    archive, versions = Archive(), nights_versions()
    for tag, shown in versions:
        archive.keep(MAYOR, tag, shown)
    for tag, shown in versions:
        found = archive.find(MAYOR, name_of(tag))
        assert found is not None
        assert found | {"sources": shown["sources"]} == shown
        assert [
            {field: value for field, value in source.items() if field not in OF_THE_CLOCK}
            for source in shown["sources"]
        ] == found["sources"]
    assert name_of(versions[-1][0]) == archive.newest(MAYOR)


def test_the_embargo_is_part_of_the_address() -> None:
    """The hour alone changes what a version shows, so a version may have several addresses."""
    tags = [tag for tag, _ in nights_versions(1)]
    assert len(set(tags)) == len(tags)
    assert {"closed", "open"} <= {tag.split(":")[2] if tag.count(":") == 2 else "open" for tag in tags}
    assert ("e1-4-closed", "e1~2-4") == (name_of("e1:4:closed"), name_of("e1~2:4"))


def test_every_gateway_has_the_same_content_under_the_same_address() -> None:
    """Two that looked at the clock at other moments, in live, where it says how long a source is silent."""
    worker = Worker(night(), mode="live")
    worker.count(records())
    state = replace(worker.state(MAYOR), version=1)
    assert state.at is not None
    made = []
    for later in (0, 600):
        archive, board = Archive(), Board(night(), night().contests[MAYOR], "live")
        archive.keep(
            MAYOR, "e1:1", board.snapshot(state, state.at.replace(year=2030, second=0, minute=later // 60))
        )
        found = archive.find(MAYOR, "e1-1")
        assert found is not None
        made.append(dumps(found))
    assert made[0] == made[1]


def test_the_mark_of_the_clock() -> None:
    """In live what the clock alone changes has a mark of its own; elsewhere the version says it."""
    (_, shown), *_ = nights_versions()
    assert "" == clock_mark(shown)
    live = shown | {"mode": "live"}
    silent = [source | {"silent_s": 3600} for source in shown["sources"]]
    assert clock_mark(live) == clock_mark(dict(live)) != clock_mark(live | {"sources": silent})
    assert clock_mark(live).startswith(":")


def test_what_there_is_not() -> None:
    """Another contest, a version that was skipped, and nothing at all."""
    archive = Archive()
    assert ("", None) == (archive.newest(MAYOR), archive.find(MAYOR, "e1-1"))
    tag, shown = nights_versions()[-1]
    archive.keep(MAYOR, tag, shown)
    assert archive.find(BRIDGE, name_of(tag)) is None
    assert archive.find(MAYOR, "e1-0") is None


@settings(deadline=None, max_examples=30)
@given(versions_max=st.integers(1, 20), kilobytes=st.integers(1, 3000), two=st.booleans())
def test_never_more_than_may_be_kept(versions_max: int, kilobytes: int, two: bool) -> None:
    """Bounded by number and by memory; what is shown now is always there."""
    archive, versions = Archive(versions_max, kilobytes * 1000), nights_versions()
    for tag, shown in versions:
        for contest in (MAYOR, BRIDGE)[: 1 + two]:
            archive.keep(contest, tag, shown)
            archive.keep(contest, tag, shown)
            assert archive.find(contest, name_of(tag)) is not None
        assert archive.held_bytes <= kilobytes * 1000 or len(archive) == 1 + two
        assert len(archive) <= versions_max * (1 + two)
    kept = [shown for tag, shown in versions if archive.find(MAYOR, name_of(tag)) is not None]
    told = sum(weight(shown, before) for shown, before in zip(kept, [None, *kept], strict=False))
    assert two or told == archive.held_bytes


def test_the_weight_is_what_it_costs() -> None:
    """Measured: a bit more than the memory that is really held, and not several times as much."""
    nights_versions()  # what is made once is made before measuring
    gc.collect()
    tracemalloc.start()
    versions = nights_versions(2)
    gc.collect()
    cost, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    told = sum(
        weight(shown, before)
        for (_, shown), (_, before) in zip(versions, [("", None), *versions], strict=False)
    )
    assert cost <= told <= 3 * cost, (cost, told)
