"""Which bundles commands leave out: those that the workers refuse."""

from pathlib import Path

import pytest

from election.wire.records import encode
from election.wire.topics import Scope
from producers.record import Logged
from producers.signing import make
from sandik.signed import counts
from tests.streams import made

NIGHT = made.night()
SCOPE = Scope("replay", NIGHT.id)


def test_only_what_is_signed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the file in the environment; rulings and, without a file, everything."""
    bundle, ruling = [
        next(one for one in made.recording() if hasattr(one, name)) for name in ("box", "actor")
    ]
    signer = make("council-1")
    value = encode(bundle, SCOPE)
    unsigned = Logged(SCOPE.topic("reports"), 0, 0, None, value)
    signed = Logged(SCOPE.topic("reports"), 0, 1, None, value, dict(signer.headers(value)))
    assert counts(NIGHT)(bundle, unsigned)
    path = tmp_path / "keys.toml"
    source = getattr(bundle, "source")  # noqa: B009 - one of two kinds
    path.write_text(f'[[keys]]\nid = "council-1"\nsource = "{source}"\npublic = "{signer.public}"\n')
    monkeypatch.setenv("SANDIK_FEED_KEYS", str(path))
    count = counts(NIGHT)
    assert [True, False] == [count(bundle, signed), count(bundle, unsigned)]
    assert count(ruling, unsigned)
