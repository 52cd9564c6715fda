"""What a run of seeds keeps and answers, whatever becomes of its nights."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from election.errors import OutsideError
from faults import __main__ as program
from faults.checker import Broken, check
from faults.history import read
from faults.plan import Group, plan
from faults.summary import Seed, nights


class NoBrokers:
    """They are there, and nobody asks them."""

    processes: tuple[object, ...] = ()

    def __init__(self, *_: object) -> None:
        """Nothing is started."""

    def start(self) -> None:
        """At once."""

    def stop(self) -> None:
        """At once."""


def night(*, ended: bool, broken: int = 0) -> Seed:
    """One of them, as its histories say."""
    return Seed("seed-1", 1, "single", ended, (), Counter(), Counter({"P1": broken} if broken else {}))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the run writes, without a broker."""
    made = tmp_path / "run"
    made.mkdir()
    monkeypatch.setattr(program, "Brokers", NoBrokers)
    monkeypatch.setattr(program.tempfile, "mkdtemp", lambda prefix: str(made))
    return made


@pytest.mark.parametrize(
    ("one", "code", "kept"),
    [
        (night(ended=True), 0, False),
        (night(ended=True, broken=1), 1, True),
        (night(ended=False), 1, True),
    ],
)
def test_what_failed_is_kept_and_what_held_is_not(
    one: Seed, code: int, kept: bool, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night that never came to its end has failed too, and its logs say why."""
    monkeypatch.setattr(program, "_night", lambda *_: one)
    assert code == program.main(["--plan", "1", "--seeds", "1"])
    assert kept == place.exists()


def test_what_a_failing_seed_left_stays_when_it_is_played_again_with_fewer_faults(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or a summary would find a shorter night in its place, which may have held."""
    groups = plan(1, version=1)

    async def played(
        seed: int, groups: Sequence[Group], brokers: object, folder: Path, staging: object
    ) -> Any:
        (folder / "histories").mkdir()
        line = {"t": "seed", "plan": 1, "groups": len(groups)}
        (folder / "histories" / "faults-1.jsonl").write_text(json.dumps(line) + "\n")
        return ([Broken("P1", "somebody", "is lost")] if groups[0].faults == first else []), {}

    first = groups[0].faults
    monkeypatch.setattr(program, "run", played)
    assert 1 == program.main(["--plan", "1", "--seed", "1", "--seeds", "1"])
    [kept] = [read(folder / "histories") for folder in nights(place)]
    assert [len(groups)] == [one["groups"] for one in kept]
    assert f"the fewest that fail: {groups[0]}\n" in capsys.readouterr().out


def test_a_night_that_broke_off_after_its_end_has_failed_too(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its histories may hold; what was still to be looked at was not."""

    async def played(*given: Any) -> Any:
        raise OutsideError("the crowd has ended")

    monkeypatch.setattr(program, "run", played)
    monkeypatch.setattr(program, "look", lambda folder: night(ended=True))
    assert 1 == program.main(["--plan", "1", "--seeds", "1", "--no-shorten"])
    assert place.exists()
    said = capsys.readouterr().out
    assert "the crowd has ended" in said
    assert "| P7: not right again within a minute | **1** |" in said


def test_a_night_whose_histories_cannot_be_read_is_one_verdict_and_not_the_end_of_the_run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, and its folder kept, and the next seed is played; a summary says the same of it."""

    async def played(
        seed: int, groups: Sequence[Group], brokers: object, folder: Path, staging: object
    ) -> Any:
        histories = folder / "histories"
        histories.mkdir()
        (histories / "faults-1.jsonl").write_text('{"t":"seed","plan":2,"store":"cluster"}\n')
        (histories / "watch-7.jsonl").write_text('{"t":"hello"}\n' if seed > 3 else '{"t":"he\nllo"}\n')
        return (check(read(histories)) if seed == 3 else []), {}

    monkeypatch.setattr(program, "run", played)
    assert 1 == program.main(["--plan", "1", "--seed", "3", "--seeds", "2", "--no-shorten", "--keep"])
    said = capsys.readouterr().out
    assert (
        f"seed 3: the night cannot be judged (its histories: {place}/seed-3/histories): watch-7.jsonl:1"
        in said
    )
    assert "seed 4: " in said
    assert ["seed-3", "seed-4"] == [folder.name for folder in nights(place)]
    assert 1 == program.main(["--summary", str(place)])
    said = capsys.readouterr().out
    assert "seed-3: cannot be judged: watch-7.jsonl:1: this is no fact" in said
    assert "seed-4: {} and did not end" in said


def test_a_broker_that_does_not_come_back_ends_its_night_and_not_the_run(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the seeds before it came to would be lost."""

    class Gone:
        """A broker that has ended."""

        def keep(self) -> bool:
            """It is tried."""
            return True

        def until_ready(self) -> None:
            """In vain."""
            raise OutsideError("kafka-2 was not ready")

    monkeypatch.setattr(NoBrokers, "processes", (Gone(),))
    assert 1 == program.main(["--plan", "1", "--seeds", "2", "--no-shorten"])
    said = capsys.readouterr().out
    assert 2 == said.count("kafka-2 was not ready")
    assert "| nights that did not come to their end | **2** |" in said


def test_no_nights_at_all_are_no_run_in_which_all_held(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of nothing would say that nothing was lost."""
    assert 2 == program.main(["--seeds", "0"])
    said = capsys.readouterr()
    assert "--seeds says how many nights are played: 0 of them prove nothing." in said.err
    assert "" == said.out


@pytest.mark.parametrize(
    ("held", "why"),
    [(None, "cannot be read"), (b"\xff", "cannot be read"), (b"no marks\n", "faults: begin")],
)
def test_a_page_that_takes_no_table_is_named_before_the_first_night(
    held: bytes | None,
    why: str,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Or a night's work would end in a traceback."""
    page = tmp_path / "page.md"
    if held is not None:
        page.write_bytes(held)
    monkeypatch.setattr(program, "_run", lambda args: pytest.fail("a night was played"))
    assert 2 == program.main(["--into", str(page)])
    said = capsys.readouterr().err
    assert str(page) in said
    assert why in said


def test_a_page_that_cannot_be_written_is_named_below_the_table(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has been printed, so nothing is lost."""
    page = tmp_path / "page.md"
    page.write_text("<!-- faults: begin -->\n<!-- faults: end -->\n")

    def full(*_: object, **__: object) -> int:
        raise OSError("No space left on device")

    monkeypatch.setattr(program, "_night", lambda *_: night(ended=True))
    monkeypatch.setattr(Path, "write_text", full)
    assert 2 == program.main(["--plan", "1", "--seeds", "1", "--into", str(page)])
    said = capsys.readouterr()
    assert "| seeds that did | 1 |" in said.out
    assert f"{page} cannot be written" in said.err


def test_a_folder_without_nights_is_no_night_in_which_all_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is the table of a page replaced by one of nothing."""
    page = tmp_path / "page.md"
    page.write_text("<!-- faults: begin -->\nas it was\n<!-- faults: end -->\n")
    assert 2 == program.main(["--summary", str(tmp_path), "--into", str(page)])
    assert f"No night is kept in {tmp_path}" in capsys.readouterr().err
    assert "\nas it was\n" in page.read_text()
