"""Brokers that cannot begin say why."""

from pathlib import Path

import pytest

from election.errors import OutsideError
from faults import brokers
from faults.brokers import Brokers


def test_a_folder_that_cannot_be_formatted_is_told_in_the_words_of_kafka(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or nobody would know what to mend."""
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'No space left on device' >&2\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setattr(brokers, "find_java", lambda environment: str(java))
    monkeypatch.setattr(brokers, "find_jars", lambda environment: tmp_path)
    with pytest.raises(OutsideError, match=r"(?s)folder of kafka-1 could not.*No space left on device"):
        Brokers(tmp_path / "run")
