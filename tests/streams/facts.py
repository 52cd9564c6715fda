"""Facts that were told, for tests of what is delivered.

Know before changing: titles are as the teller makes them, mode first; what is told is never the point here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from election.alerts import Told
from election.night import NightId
from election.wire.topics import Scope
from tests.election.tellings import d_of

SCOPE = Scope("replay", NightId("practice"))
START = datetime(2024, 10, 6, 17, 0, tzinfo=UTC)


def told(
    seq: int, kind: str = "lead-change", scope: Scope = SCOPE, contest: str = "mayor", prev: str = "",
    d: Mapping[str, Any] | None = None,
) -> Told:  # fmt: skip
    """The fact with this number, of this kind; `d` says more than what its kind must say."""
    return Told(
        scope=scope.name, contest=contest, seq=seq, prev=prev, kind=kind, key=str(seq),
        at=START + timedelta(minutes=seq), version=10 * seq, positions={"replay.practice.reports/0": seq},
        title={"en": f"REPLAY · SIMULATED · Mayor: {kind} {seq}", "tr": f"TEKRAR · Başkan: {kind} {seq} ğ"},
        because={"en": "The lead is 1,204 of 8,000.", "tr": "Fark 8.000'de 1.204."},
        d={**d_of(kind, "deniz"), **(d or {})},
    )  # fmt: skip
