"""What befalls a recording: the same each time, honest about what is lost; all of it adds up."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.errors import RecordError
from election.rehearsal import Rehearsal
from election.wire.records import Bundle, Record, Ruling, decode, encode, identity
from producers.faults import KINDS, LOSSLESS, Fault, Faults, below
from producers.pace import Cue, cues
from sandik import folders, outcome, recordings

PRACTICE = folders.load("practice")
NIGHT = PRACTICE.night
HEARD = [one for one in recordings.heard(PRACTICE.recording, NIGHT) if isinstance(one, Record)]
FIRST, LAST = HEARD[0].heard_at, HEARD[-1].heard_at
HOUR = FIRST + timedelta(minutes=20)

ONE_OF_EACH = {
    "stall": Fault("stall", begin=HOUR, end=HOUR + timedelta(minutes=30)),
    "burst": Fault("burst", after_s=300),
    "delay": Fault("delay", chance=0.3, after_s=600, spread_s=300),
    "reorder": Fault("reorder", spread_s=900),
    "duplicate": Fault("duplicate", chance=0.5, after_s=60),
    "drop": Fault("drop", chance=0.1),
    "corrupt": Fault("corrupt", chance=0.1),
    "correct": Fault("correct", chance=0.2, after_s=60),
    "withdraw": Fault("withdraw", chance=0.1, after_s=60),
}

KEEPING = [kind for kind in KINDS if kind not in ("drop", "corrupt")]
"""What lets every record of the night come: it has its own conflicts, and its own words that end them."""


def befallen(*faults: Fault, seed: int = 1) -> tuple[list[Cue], Faults]:
    """The practice night after these."""
    made = Faults(faults, seed)
    return list(made(cues(HEARD))), made


def sent(played: list[Cue]) -> list[tuple[Any, bytes, str]]:
    """What is sent when, in bytes."""
    return [(cue.at, encode(cue.record) if cue.damaged is None else cue.damaged, cue.mark) for cue in played]


def counted(played: list[Cue]) -> Rehearsal:
    """The count of what arrives undamaged."""
    return Rehearsal(NIGHT, "replay").hear_all(cue.record for cue in played if cue.damaged is None)


def totals(rehearsal: Rehearsal) -> dict[str, Any]:
    """Every contest's."""
    return {
        contest.id: outcome.totals(
            rehearsal.boards[contest.id].standing(rehearsal.state(contest.id), contest.area), contest
        )
        for contest in NIGHT.contests.values()
    }


PLAIN = totals(Rehearsal(NIGHT, "replay").hear_all(HEARD))


def test_there_is_an_example_of_every_kind() -> None:
    """A new kind needs a line here, or nothing below says anything of it."""
    assert list(KINDS) == list(ONE_OF_EACH)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_night_file_and_seed_give_the_same_bytes(kind: str) -> None:
    """And another seed gives others, where dice are thrown at all."""
    fault = ONE_OF_EACH[kind]
    played, faults = befallen(fault, seed=5)
    assert sent(played) == sent(list(faults(cues(HEARD)))) == sent(befallen(fault, seed=5)[0])
    if kind not in ("stall", "burst"):
        assert sent(played) != sent(befallen(fault, seed=6)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_fault_touched_is_marked_and_counted_and_rulings_pass(kind: str) -> None:
    """Everything else is as it was."""
    played, faults = befallen(ONE_OF_EACH[kind])
    assert 0 < faults.done[kind]
    marked = [cue for cue in played if cue.mark]
    assert all(kind in cue.mark or "renumbered" in cue.mark for cue in marked)
    assert bool(marked) == (kind != "drop")
    assert [one for one in HEARD if isinstance(one, Ruling)] == [
        cue.record for cue in played if isinstance(cue.record, Ruling)
    ]
    whole = Counter(map(identity, HEARD))
    assert all(whole[identity(cue.record)] for cue in played if not cue.mark)


@given(st.lists(st.sampled_from([ONE_OF_EACH[kind] for kind in LOSSLESS]), max_size=4), st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_what_loses_nothing_ends_as_the_night_does(faults: list[Fault], seed: int) -> None:
    """However they follow one another: all of it comes, by the order of its hours; totals are the same."""
    played, made = befallen(*faults, seed=seed)
    assert not made.lost
    assert sorted(cue.at for cue in played) == [cue.at for cue in played]
    assert set(map(identity, HEARD)) == {identity(cue.record) for cue in played}
    assert all(cue.at >= cue.record.heard_at for cue in played)
    assert PLAIN == totals(counted(played))


@given(st.lists(st.sampled_from([ONE_OF_EACH[kind] for kind in KEEPING]), max_size=4), st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_whatever_befalls_no_paper_is_made_up_that_does_not_add_up(faults: list[Fault], seed: int) -> None:
    """What is refused was refused before; no unit is stated twice in one revision because of us."""
    played, _ = befallen(*faults, seed=seed)
    rehearsal, plain = counted(played), Rehearsal(NIGHT, "replay").hear_all(HEARD)
    assert {one.unit for one in rehearsal.refused} <= {one.unit for one in plain.refused}
    for contest in NIGHT.contests:
        for source in NIGHT.sources:
            found = rehearsal.findings(contest, source).get("Q311", 0)
            assert found <= plain.findings(contest, source).get("Q311", 0)


def test_corrections_move_votes_and_nothing_else() -> None:
    """Boxes, voters and valid votes stay; the choices do not; the made-up record has a name that says so."""
    played, faults = befallen(ONE_OF_EACH["correct"])
    assert faults.lost
    made = [cue.record for cue in played if cue.record.id.startswith("simulated-correct-")]
    assert len(made) == faults.done["correct"]
    after = totals(counted(played))
    assert after != PLAIN
    for contest, before in PLAIN.items():
        assert {**before, "choices": 0, "leader": 0, "margin_votes": 0, "boxes": 0} == {
            **after[contest], "choices": 0, "leader": 0, "margin_votes": 0, "boxes": 0,
        }  # fmt: skip
        assert sum(map(int, before["choices"].values())) == sum(map(int, after[contest]["choices"].values()))


def test_what_is_withdrawn_and_reinstated_counts_in_the_end() -> None:
    """Withdrawn for good, boxes are missing; reinstated, nothing is."""
    fault = replace(ONE_OF_EACH["withdraw"], source="council")
    gone = totals(counted(befallen(fault)[0]))
    assert gone["mayor"]["boxes"]["counted"] < PLAIN["mayor"]["boxes"]["counted"]
    played, faults = befallen(replace(fault, again_after_s=600))
    assert not faults.lost
    assert PLAIN == totals(counted(played))


def test_what_is_damaged_is_no_record_and_the_right_one_may_follow() -> None:
    """Bytes cut, or rubbish; with `again` nothing is lost."""
    for how in ("cut", "rubbish"):
        played, faults = befallen(replace(ONE_OF_EACH["corrupt"], how=how, again_after_s=120))
        damaged = [cue.damaged for cue in played if cue.damaged is not None]
        assert len(damaged) == faults.done["corrupt"] > 0
        for one in damaged:
            with pytest.raises(RecordError):
                decode(one)
        assert PLAIN == totals(counted(played))
        assert not faults.lost


def test_a_fault_touches_only_whom_it_means() -> None:
    """A source, a contest, an area with all below it, and a window of hours."""
    area = next(iter(NIGHT.areas_of_level[NIGHT.levels[1]]))
    fault = Fault(
        "duplicate", source="council", contest="mayor", areas=below(NIGHT, area), begin=HOUR,
        end=HOUR + timedelta(minutes=40),
    )  # fmt: skip
    played, faults = befallen(fault)
    assert faults.done["duplicate"] > 0
    for cue in played:
        if cue.mark:
            assert isinstance(cue.record, Bundle)
            assert ("council", "mayor") == (cue.record.source, cue.record.contest)
            assert area in NIGHT.lines[cue.record.area]  # type: ignore[index] # a bundle's area is text
            assert HOUR <= cue.record.heard_at < HOUR + timedelta(minutes=40)


def test_a_stalled_source_says_everything_when_it_speaks_again() -> None:
    """Nothing of it plays inside the window, and nothing is lost."""
    end = HOUR + timedelta(minutes=30)
    played, _ = befallen(Fault("stall", source="council", begin=HOUR, end=end))
    silent = [cue for cue in played if HOUR <= cue.at < end and isinstance(cue.record, Bundle)]
    assert silent
    assert "council" not in {cue.record.source for cue in silent}
    assert len(HEARD) == len(played)


def test_one_more_fault_does_not_change_the_dice_of_the_others() -> None:
    """So that a file can grow and a night still be compared with the one before."""
    one = ONE_OF_EACH["drop"]
    first = {identity(cue.record) for cue in befallen(one)[0]}
    both = {identity(cue.record) for cue in befallen(one, Fault("duplicate", chance=0.5))[0]}
    assert first == both


# Faults that are added while the recording is played.


def halfway(made: Faults, add: Fault, share: float) -> list[Cue]:
    """The night with a fault added after a share of its cues, from what is still to come."""
    out: list[Cue] = []
    played = made(cues(HEARD))
    for cue in played:
        out.append(cue)
        if len(out) == int(len(HEARD) * share):
            begin = made.next_at()
            assert begin is not None
            made.add(replace(add, begin=begin, end=begin + timedelta(minutes=20)))
    return out


@pytest.mark.parametrize("kind", ["stall", "delay", "reorder", "duplicate", "drop", "corrupt"])
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_fault_added_halfway_gives_the_night_that_a_file_with_it_gives(kind: str, share: float) -> None:
    """The same bytes in the same order: what was broken by hand can be broken again from a file."""
    made = Faults([Fault("reorder", spread_s=60)], 3)
    by_hand = halfway(made, ONE_OF_EACH[kind], share)
    from_file = Faults(made.faults, 3)
    assert sent(by_hand) == sent(list(from_file(cues(HEARD))))
    assert made.stages[1].touched > 0


@pytest.mark.parametrize("kind", ["stall", "delay", "reorder", "duplicate"])
def test_what_is_added_halfway_and_loses_nothing_changes_no_total(kind: str) -> None:
    """As where it stands in a file."""
    assert totals(counted(halfway(Faults([], 1), ONE_OF_EACH[kind], 0.3))) == totals(
        Rehearsal(NIGHT, "replay").hear_all(HEARD)
    )


def test_a_stall_that_is_ended_early_lets_everything_come_then() -> None:
    """What it held back comes next, before anything newer, and nothing after it is held."""
    made, out = Faults([], 1), []
    played = made(cues(HEARD))
    for cue in played:
        out.append(cue)
        if len(out) == 20:
            begin = made.next_at()
            assert begin is not None
            made.add(Fault("stall", source="council", begin=begin, end=begin + timedelta(hours=9)))
        if len(out) == 60:
            held = made.stages[0].touched
            made.end(0)
            end = made.faults[0].end
    assert held > 0
    assert end is not None
    assert Counter(sent_bytes(out)) == Counter(sent_bytes(list(cues(HEARD))))
    assert [cue.at for cue in out] == sorted(cue.at for cue in out)
    late = [cue.at for cue in out if cue.mark == "stall"]
    assert {end} == set(late)
    assert sent(out) == sent(list(Faults(made.faults, 1)(cues(HEARD))))


def sent_bytes(played: list[Cue]) -> list[bytes]:
    """What is sent, whenever that is."""
    return [encode(cue.record) for cue in played]


def test_a_correction_of_one_report_says_whose_votes_moved() -> None:
    """One box, and no more; the report adds up as before."""
    played, made = befallen(Fault("correct", after_s=10, most=1))
    (moved,) = made.stages[0].made_up
    assert made.stages[0].had_enough
    assert moved.votes > 0
    assert moved.giver != moved.taker
    (again,) = [cue.record for cue in played if cue.mark == "correct"]
    assert isinstance(again, Bundle)
    assert [moved.box] == again.box


def test_a_fault_is_over_when_nothing_more_comes_of_it() -> None:
    """Later than its window, where it delays; never, where it has no end."""
    assert HOUR + timedelta(seconds=90) == Fault("delay", end=HOUR, after_s=60, spread_s=30).over_at
    assert HOUR == Fault("burst", end=HOUR, after_s=60).over_at
    assert Fault("drop").over_at is None
