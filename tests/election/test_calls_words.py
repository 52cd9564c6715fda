"""What a reason calls a choice, and how it rounds a share."""

from election.calls.words import name, named, names, percent
from election.night import ChoiceId
from tests.election.strategies import contest_of


def test_a_share_is_rounded_down() -> None:
    """What is not reached does not read as reached; nothing of nothing is nothing."""
    assert [99.9, 0.0] == [percent(9999, 10000), percent(3, 0)]


def test_names_are_short_and_plain_ones_are_translated() -> None:
    """A person's short name stays; yes and no are said in the language."""
    assert ("Deniz", "Evet") == (
        named(contest_of(), ChoiceId("ada"), "tr"),
        named(contest_of("bridge"), ChoiceId("yes"), "tr"),
    )
    assert ("nobody", "hiç kimse") == (named(contest_of(), None, "en"), named(contest_of(), None, "tr"))


def test_a_sentence_takes_names_by_language() -> None:
    """One, or several in the order given."""
    bridge = contest_of("bridge")
    assert ("Yes", "Evet") == (name(bridge, ChoiceId("yes"))("en"), name(bridge, ChoiceId("yes"))("tr"))
    assert ["Hayır", "Evet"] == names(bridge, [ChoiceId("no"), ChoiceId("yes")])("tr")
