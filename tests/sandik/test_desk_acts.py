"""What the desk does besides deciding, without a store; the whole way is in tests/live/test_desk_view.py."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from election.errors import OutsideError, RecordError, UsageError
from election.night import ContestId
from election.wire.delivered import ACKNOWLEDGED, DEAD, Delivery, Target, delivery
from sandik import desk, desk_acts
from tests.sandik.evenings import MAYOR, Evening

TO = Target("webhook", "https://wire.example/", who="wire")


class Book:
    """A ledger that is a list."""

    def __init__(self, *rows: Delivery, why: str = "") -> None:
        self.rows, self.why, self.again = rows, why, list[str]()

    async def deliveries(self, contest: ContestId) -> AsyncIterator[Delivery]:
        """Those of the mayor's contest."""
        for one in self.rows if contest == MAYOR else ():
            yield one

    async def dead(self, contest: ContestId) -> list[Delivery]:
        """What was given up."""
        return [one async for one in self.deliveries(contest) if one.state == DEAD]

    async def resend(self, contest: ContestId, held: Delivery) -> str:
        """Noted, or why not."""
        self.again += [] if self.why else [held.id]
        return self.why


DEAD_ONE = replace(delivery("f1", 1, "counted", TO), state=DEAD)
SENT_ONE = replace(delivery("f2", 2, "counted", TO), state=ACKNOWLEDGED)


async def test_a_dead_delivery_is_sent_again_and_nothing_else_is() -> None:
    """What the ledger says against it is said back."""
    book: Any = Book(DEAD_ONE, SENT_ONE)
    night = Evening().night
    assert "" == await desk_acts.resend(book, night, DEAD_ONE.id)
    assert "no dead delivery" in await desk_acts.resend(book, night, SENT_ONE.id)
    assert [DEAD_ONE.id] == book.again
    book.why = "this call was retracted; it is not sent again"
    assert book.why == await desk_acts.resend(book, night, DEAD_ONE.id)


async def test_what_is_seen_is_an_alert_or_a_dead_letter() -> None:
    """Anything else is refused before anything is sent."""
    evening, book = Evening(), Book(DEAD_ONE, SENT_ONE)
    cases: list[Any] = [evening.case()]
    for alert in (evening.proposal.id, DEAD_ONE.id):
        wish = await desk_acts.seen(cases, book, "alert-acknowledged", alert)  # type: ignore[arg-type]
        assert ("alert-acknowledged", {"alert": alert}) == (wish.kind, wish.data)
    for alert in (SENT_ONE.id, "nothing"):
        with pytest.raises(desk.RefusedError, match="no alert"):
            await desk_acts.seen(cases, book, "alert-acknowledged", alert)  # type: ignore[arg-type]


class Looking:
    """A store that keeps one paper."""

    def __init__(self, status: str) -> None:
        self.kept = orjson.dumps({"status": status, "revision": 1})

    async def paper(self, contest: str, source: str, unit: str) -> bytes | None:
        """Of whatever is asked for."""
        return self.kept


@pytest.mark.parametrize(
    ("status", "revision", "nothing"),
    [("conflict", 1, True), ("conflict", 2, False), ("quarantined", 1, False)],
)
async def test_clearing_one_of_two_statements_would_settle_nothing(
    status: str, revision: int, nothing: bool
) -> None:
    """The desk is told so instead of writing a ruling that does nothing."""
    case: Any = Evening().case()
    unit = next(iter(case.view.night.boxes))
    data = {"source": "council", "box": unit, "revision": revision}
    looks: Any = Looking(status)
    assert nothing == bool(await desk_acts.settles_nothing(looks, case, data))
    assert "" == await desk_acts.settles_nothing(looks, case, data | {"box": "nowhere"})


async def test_what_is_no_id_never_becomes_a_word_of_a_command() -> None:
    """An option would be understood as one."""
    for id in ("", "--help", "a b", "../x"):
        with pytest.raises(UsageError):
            await desk_acts.recompute(Path("nowhere"), {}, id)


async def test_a_folder_of_the_same_name_is_not_taken_for_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway may be started beside somebody's own `web`."""
    for name in ("web", "streams", "sandik"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('somebody else')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutsideError, match="cannot be made again") as caught:
        await desk_acts.recompute(tmp_path / "nowhere", os.environ, "p1")
    assert "somebody else" not in str(caught.value)
    assert "nowhere" in str(caught.value)


def test_the_answer_of_a_command_is_its_last_line() -> None:
    """One that gave none is said with its last words."""
    assert {"same": True} == desk_acts.read(b'told\n{"same":true}\n', b"")
    for out in (b"", b"no JSON\n", b"[1]\n"):
        with pytest.raises(RecordError, match="the broker is away"):
            desk_acts.read(out, b"first\nthe broker is away\n")
    with pytest.raises(RecordError, match="said nothing"):
        desk_acts.read(b"", b"")
