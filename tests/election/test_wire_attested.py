"""Whether a published head says that the log is the one it was made of, or since when it is not."""

from typing import Any

import orjson
import pytest

from election.wire.attested import Attested, Published, Walked, attest, read_published
from election.wire.audit import Mark, first_link, head, links

NAMES = {"reports/0": "replay.practice.reports/0", "rulings/0": "replay.practice.rulings/0"}


def walked(name: str, values: list[bytes], begins: int = 0) -> Walked:
    """The chain of a log."""
    return Walked(begins, list(links(first_link(NAMES[name], begins), values)))


def log(count: int = 20) -> list[bytes]:
    """So many records."""
    return [b"%d" % number for number in range(count)]


def shown(version: int, at: dict[str, int], chains: dict[str, Walked], contest: str = "mayor") -> Published:
    """What was published of these chains."""
    marks = {name: chains[name].mark(offset) for name, offset in at.items()}
    return Published(
        contest, "e1", version, "T", head({name: mark or Mark(0, "") for name, mark in marks.items()}), at
    )


RIGHT = {"reports/0": walked("reports/0", log()), "rulings/0": walked("rulings/0", log(3))}
PUBLISHED = [shown(at, {"reports/0": at, "rulings/0": 1 + at // 10}, RIGHT) for at in (4, 9, 14, 20)]


def test_heads_of_the_same_log_agree() -> None:
    """Each proves every record up to it."""
    assert Attested(4, 0, []) == attest(PUBLISHED, RIGHT)
    assert Attested(0, 0, []) == attest([], RIGHT)


def test_a_changed_log_differs_between_the_last_head_that_agrees_and_the_first_that_does_not() -> None:
    """In the partition, and among the offsets, in which it can only be."""
    values = log()
    values[11] = b"other"
    found = attest(PUBLISHED, {**RIGHT, "reports/0": walked("reports/0", values)})
    (broken,) = found.broken
    assert (2, 9, 14) == (found.agree, broken.before and broken.before.version, broken.first.version)
    assert {"reports/0": (9, 14), "rulings/0": (1, 2)} == broken.where
    assert "somewhere in reports/0 from 9 up to 14" in str(broken)


def test_what_another_contest_has_proven_narrows_the_place() -> None:
    """A head of any contest proves the records of all."""
    values = log()
    values[11] = b"other"
    bridge = [shown(1, {"reports/0": 11, "rulings/0": 2}, RIGHT, "bridge")]
    (broken,) = attest([*PUBLISHED, *bridge], {**RIGHT, "reports/0": walked("reports/0", values)}).broken
    assert {"reports/0": (11, 14)} == broken.where


def test_a_snapshot_that_was_changed_itself_is_told_from_a_changed_log() -> None:
    """Every record before it is proven by a later one."""
    forged = Published("mayor", "e1", 9, "T", "0" * 64, PUBLISHED[1].offsets)
    (broken,) = attest([PUBLISHED[0], forged, *PUBLISHED[2:]], RIGHT).broken
    assert {} == broken.where
    assert "or what was shown was changed" in str(broken)


def test_a_log_that_ends_before_what_was_shown_is_told_so() -> None:
    """Cut off at its end."""
    (broken,) = attest(PUBLISHED, {**RIGHT, "reports/0": walked("reports/0", log(12))}).broken
    assert (True, 9) == (broken.ends_early, broken.before and broken.before.version)
    assert "it ends too early" in str(broken)
    (all_of_it,) = attest(PUBLISHED, {"rulings/0": RIGHT["rulings/0"]}).broken
    assert (True, None) == (all_of_it.ends_early, all_of_it.before)
    assert "from the beginning" in str(all_of_it)


def test_what_was_shown_before_the_logs_beginning_proves_nothing_either_way() -> None:
    """A replay that went back has deleted it."""
    later = {**RIGHT, "reports/0": walked("reports/0", log(5), begins=20)}
    newest = shown(30, {"reports/0": 22}, later)
    assert Attested(1, 4, []) == attest([*PUBLISHED, newest], later)


GOOD: dict[str, Any] = {
    "contest": "mayor", "epoch": "e1", "version": 3, "at": None,
    "audit": {"head": "ab", "at": {"reports/0": 3}},
}  # fmt: skip


def test_a_published_snapshot_is_read_and_anything_else_is_not() -> None:
    """The topic is for outsiders too; what is there and is no snapshot of ours proves nothing."""
    assert Published("mayor", "e1", 3, "", "ab", {"reports/0": 3}) == read_published(orjson.dumps(GOOD))
    assert "mayor e1-3 (nothing heard yet)" == str(read_published(orjson.dumps(GOOD)))


ODD: list[dict[str, Any]] = [
    {"audit": None}, {"audit": []}, {"audit": {"head": 7, "at": {}}}, {"audit": {"head": "a"}},
    {"audit": {"head": "a", "at": {"reports/0": "3"}}}, {"version": "3"}, {"contest": None},
    {"audit": {"head": "a", "at": {"reports/0": -3}}},
]  # fmt: skip


@pytest.mark.parametrize("odd", [b"", b"{", b"[]", b"7", *(orjson.dumps(GOOD | more) for more in ODD)])
def test_what_is_no_snapshot_is_left_out(odd: bytes) -> None:
    """Not raised: it would hide everything after it."""
    assert read_published(odd) is None
