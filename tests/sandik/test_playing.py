"""How the words of `sandik replay` and `sandik demo` say that a recording is played."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from election.errors import UsageError
from producers.faults import Fault, Faults
from producers.pace import cues
from sandik import folders, playing
from sandik.recordings import records
from sandik.say import Out

PRACTICE = folders.load("practice")
MARCH = folders.load("istanbul-2019-03-31")


def words(*typed: str) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser()
    playing.arguments(parser)
    return parser.parse_args(typed)


def test_long_silences_play_as_the_night_says_or_as_one_says() -> None:
    """In March the night itself shortens weeks to minutes."""
    night = MARCH.night
    assert night.replay.gap_max_s == playing.pace(words(), night).gap_max_s
    assert 10 == playing.pace(words("--gap-max", "10"), night).gap_max_s
    assert None is playing.pace(words("--gap-max", "none"), night).gap_max_s
    assert (60.0, None) == tuple(playing.pace(words("--speed", word), night).speed for word in ("60", "max"))


@pytest.mark.parametrize("word", ["-1", "long", "inf", "nan"])
def test_a_silence_that_is_none_is_refused(word: str) -> None:
    """With what would be right."""
    with pytest.raises(UsageError, match="so many recorded seconds"):
        playing.pace(words(f"--gap-max={word}"), MARCH.night)


def test_a_file_of_faults_that_is_not_there_is_said(tmp_path: Path) -> None:
    """By its name; without one nothing befalls the night."""
    with pytest.raises(UsageError, match=r"gone\.toml cannot be read"):
        playing.plan(tmp_path / "gone.toml", PRACTICE.night)
    assert (
        playing.Play.of(words(), PRACTICE, PRACTICE.recording, playing.plan(None, PRACTICE.night)).faults
        is None
    )


def test_what_faults_did_is_said_and_an_ending_promised_only_where_nothing_is_lost(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A file that names a fault that loses loses nothing before it has happened."""
    (tmp_path / "f.toml").write_text('[[fault]]\nkind = "drop"\nchance_pct = 10\n')
    typed = words("--faults", str(tmp_path / "f.toml"), "--seed", "4")
    play = playing.Play.of(typed, PRACTICE, PRACTICE.recording, playing.plan(typed.faults, PRACTICE.night))
    assert play.promised
    assert play.faults is not None
    bad: list[Any] = []
    list(play.faults(cues(records(PRACTICE.recording, PRACTICE.night, bad.append))))
    facts = play.facts
    assert facts is not None
    assert (4, False) == (facts["seed"], facts["ending_promised"])
    assert facts["records"]["drop"] > 0
    play.said(Out())
    assert "need not end as it did" in capsys.readouterr().out
    assert Faults([Fault("drop", chance=0.1)], 4).done == {}
