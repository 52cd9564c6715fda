"""A fact has an id made from what happened, so that it is told once wherever it is seen."""

from datetime import UTC, datetime

from election.alerts import ALERT_KINDS, KINDS, Told, identity

CONTRACT = (
    "first-boxes", "counted", "lead-change", "band-entered", "band-left", "call-proposed", "call-made",
    "call-retracted", "source-stalled", "source-resumed", "source-skewed", "sources-disagree",
    "sources-agree", "correction", "quarantine-decisive", "quarantine-cleared", "embargo-lifted", "objection",
    "concession", "recount-ordered", "certified", "annulled", "rerun-set",
)  # fmt: skip
"""The kinds that outsiders subscribe to."""


def test_the_kinds_that_may_be_subscribed_to_are_kept() -> None:
    """A kind that vanished would silence a newsroom; what is for the desk is none of them."""
    assert set(CONTRACT) == set(ALERT_KINDS)
    assert {"lead-noted", "proposal-withdrawn", "proposal-refused", "proposal-approved"} == {
        kind.id for kind in KINDS.values() if kind.desk
    }


def test_only_a_retraction_goes_before_everything() -> None:
    """Who heard a call must hear first that it is withdrawn."""
    assert ["call-retracted"] == [kind.id for kind in KINDS.values() if kind.first]


def test_the_id_hangs_on_what_happened_and_not_on_when_it_was_seen() -> None:
    """Two workers make the same; another mode, contest, kind or key is another fact."""
    at = datetime(2024, 10, 6, 18, tzinfo=UTC)
    first = Told("live.x", "mayor", 1, "", "counted", "50", at, 3, {"a/0": 1}, {"en": "a"}, {"en": "b"})
    again = Told("live.x", "mayor", 7, "f", "counted", "50", at, 9, {"a/0": 8}, {"en": "c"}, {"en": "d"})
    assert first.id == again.id == identity("live.x", "mayor", "counted", "50") == "6b4df8ce8c4ccd8b"
    others = [
        identity(*words)
        for words in (
            ("replay.x", "mayor", "counted", "50"), ("live.x", "council", "counted", "50"),
            ("live.x", "mayor", "lead-change", "50"), ("live.x", "mayor", "counted", "75"),
        )
    ]  # fmt: skip
    assert 5 == len({first.id, *others})
