"""What the rooms of one machine are told."""

from dataclasses import replace
from pathlib import Path

import pytest

from producers.settings import Settings as Producing
from sandik import one_machine
from sandik.one_machine import Machine
from streams.settings import Settings as Counting
from web.settings import Settings as Showing

MACHINE = Machine(
    Path("nights/practice"), "replay", "127.0.0.1:1", "tansu", "redis://127.0.0.1:2/0", "0.0.0.0", 3
)


def test_every_room_reads_the_same_machine() -> None:
    """The settings of all three rooms take what they are told."""
    told = MACHINE.settings
    producing, counting, showing = Producing.read(told), Counting.read(told), Showing.read(told)
    assert ["127.0.0.1:1"] == producing.brokers == list(counting.brokers)
    assert "redis://127.0.0.1:2/0" == counting.redis == showing.redis
    assert ("replay", "tansu", 3) == (showing.mode, counting.kafka_kind, showing.port)


@pytest.mark.parametrize(("speed", "said"), [(60.0, 60.0), (0.5, 0.5), (None, 0.0)])
def test_the_page_is_told_how_fast_a_replay_runs(speed: float | None, said: float) -> None:
    """As fast as possible is no number, and then nothing is said."""
    assert said == Showing.read(replace(MACHINE, speed=speed).settings).speed


def test_what_is_set_for_another_night_does_not_reach_the_rooms() -> None:
    """A session left over in the user's shell is overwritten, also by nothing."""
    assert "" == MACHINE.settings["SANDIK_SESSION"]
    assert Path(MACHINE.settings["SANDIK_NIGHT"]).is_absolute()


def test_how_another_kafka_lets_somebody_in_does_not_reach_the_rooms_of_our_own() -> None:
    """A broker that was started here knows no passwords; one that was named has the user's own."""
    theirs = {"SANDIK_KAFKA_SECURITY": "sasl", "SANDIK_KAFKA_USER": "a", "SANDIK_KAFKA_PASSWORD": "b"}
    assert "plaintext" == Producing.read({**theirs, **MACHINE.settings}).kafka_security
    named = replace(MACHINE, own_kafka=False)
    assert "sasl" == Counting.read({**theirs, **named.settings}).kafka_security
    assert "" == named.settings["SANDIK_SECRETS"]


def test_the_page_is_reached_on_this_machine_wherever_it_listens() -> None:
    """0.0.0.0 is no address to go to."""
    assert "http://127.0.0.1:3/" == MACHINE.url
    assert "http://10.0.0.5:3/" == replace(MACHINE, host="10.0.0.5").url
    assert ("::1", "http://[::1]:3/") == (
        replace(MACHINE, host="::").reached_at,
        replace(MACHINE, host="::").url,
    )
    assert "http://[2001:db8::5]:3/" == replace(MACHINE, host="2001:db8::5").url


def test_the_rooms_are_this_python_and_not_a_folder_of_the_same_name() -> None:
    """-P keeps the folder one stands in out of what is imported."""
    for room in (MACHINE.worker(), MACHINE.gateway()):
        assert ("-P", "-m", "sandik.cli", room.name) == room.argv[1:]
        assert MACHINE.settings == room.env


@pytest.mark.parametrize(("name", "expected"), [("DISPLAY", True), ("BROWSER", True), ("TERM", False)])
def test_a_browser_needs_a_screen(name: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server over ssh no text browser takes the terminal."""
    monkeypatch.setattr("sys.platform", "linux")
    for one in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(name, "x")
    assert expected == one_machine.can_open_browser()
