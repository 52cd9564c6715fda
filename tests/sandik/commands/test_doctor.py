"""What the doctor is handed."""

import os
import subprocess
import sys
from dataclasses import fields

from election.wire.topics import WHATS
from producers.settings import Settings
from sandik.commands.doctor import asked_for, known


def test_every_setting_of_every_room_is_known() -> None:
    """A name nobody reads is then a finding."""
    assert {spec.metadata["variable"] for spec in fields(Settings)} <= known()
    assert {"SANDIK_NIGHT", "SANDIK_REDIS", "SANDIK_PORT"} <= known()


def test_the_topics_of_the_night_are_asked_for_with_their_partitions() -> None:
    """Reports as many as the settings say, the others one."""
    wanted = asked_for("practice", {"SANDIK_MODE": "live", "SANDIK_PARTITIONS": "8", "HOME": "/"})
    assert 8 == wanted.topics["live.practice.reports"]
    assert [1] * (len(WHATS) - 1) == [
        count for name, count in wanted.topics.items() if not name.endswith("reports")
    ]
    assert {"SANDIK_MODE", "SANDIK_PARTITIONS"} == set(wanted.env)


def test_without_a_night_no_topics_are_asked_for() -> None:
    """Kafka and Redis can be looked at before there is a night."""
    assert {} == asked_for(None, {}).topics


def test_where_nothing_answers_that_is_said_in_sentences_of_ours_alone() -> None:
    """The client library has a line of its own for every failed try."""
    away = {"SANDIK_KAFKA": "127.0.0.1:1", "SANDIK_REDIS": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-m", "sandik.cli", "doctor"],
        env={**os.environ, **away},
        capture_output=True,
        check=False,
    )
    assert (3, b"") == (done.returncode, done.stderr)
    assert b"WRONG  kafka: 127.0.0.1:1 cannot be reached" in done.stdout
