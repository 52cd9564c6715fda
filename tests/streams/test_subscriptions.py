"""Whether alerts.toml says who is told what, and every mistake in it is found at once, with its line."""

import dataclasses

import pytest

from election.alerts import ALERT_KINDS
from election.errors import MistakesError
from election.night import ContestId
from streams.settings import Settings
from streams.subscriptions import Subscriptions, read_subscriptions
from tests.streams import made

NIGHT = made.night()
MAYOR = ContestId("mayor")
ENVIRONMENT = {
    "DESK": "whsec_c2Vjcm V0".replace(" ", ""), "NEXT": "whsec_bmV4dA", "SLACK": "https://hooks.slack.example/T0/B0/xyz",
    "INSIDE": "http://10.0.0.7/hook", "OTHERS": "json://127.0.0.1:9/",
}  # fmt: skip
SETTINGS = Settings(smtp_from="night@paper.example")
HEAD = 'mode = "replay"\n'
HOOK = """[[subscription]]
who = "City desk"
channel = "webhook"
url = "https://newsroom.example/hook"
secret_env = "DESK"
"""


def read(text: str, settings: Settings = SETTINGS) -> Subscriptions:
    """The subscriptions in a text."""
    return read_subscriptions("alerts.toml", text.encode(), NIGHT, ENVIRONMENT, settings)


def mistakes(text: str, settings: Settings = SETTINGS) -> list[str]:
    """What is wrong with a text, each as `line: message`."""
    with pytest.raises(MistakesError) as caught:
        read(text, settings)
    for mistake in caught.value.mistakes:
        assert str(mistake) in str(caught.value)
    for value in ENVIRONMENT.values():
        assert value not in str(caught.value)
    return [f"{mistake.line}: {mistake.message}" for mistake in caught.value.mistakes]


def test_a_subscription_is_for_everything_unless_it_says_otherwise() -> None:
    """All contests of the night, all alerts, in English."""
    [one] = read(HEAD + HOOK).all
    assert tuple(NIGHT.contests) == one.contests
    assert ALERT_KINDS == one.kinds
    [place] = one.places
    assert ("webhook", "https://newsroom.example/hook", "DESK", "en") == (
        place.channel, place.address, place.secrets, place.language,
    )  # fmt: skip
    assert not place.private


def test_kinds_and_contests_choose() -> None:
    """And nothing else is told."""
    found = read(HEAD + HOOK + 'contests = ["mayor"]\nkinds = ["call-made"]\n')
    assert 1 == len(found.targets(MAYOR, "call-made"))
    assert [] == found.targets(MAYOR, "lead-change")
    assert [] == found.targets(ContestId("assembly"), "call-made")


def test_a_place_that_two_subscriptions_name_is_told_once() -> None:
    """The first one's language counts."""
    twice = HOOK.replace("City desk", "Night desk") + 'language = "tr"\n'
    [place] = read(HEAD + HOOK + twice).targets(MAYOR, "call-made")
    assert ("City desk", "en") == (place.who, place.language)


def test_every_channel_can_be_subscribed() -> None:
    """Each with its own address; those that are secrets by the name of a variable."""
    text = (
        HEAD
        + HOOK
        + """
[[subscription]]
who = "Chat"
channel = "slack"
url_env = "SLACK"
[[subscription]]
who = "Editors"
channel = "email"
to = ["a@paper.example", "b@paper.example"]
[[subscription]]
who = "Telephones"
channel = "apprise"
url_env = "OTHERS"
"""
    )
    addresses = [place.address for one in read(text).all for place in one.places]
    assert [
        "https://newsroom.example/hook",
        "SLACK",
        "a@paper.example",
        "b@paper.example",
        "OTHERS",
    ] == addresses


def test_a_secret_that_takes_the_place_of_another_stands_beside_it() -> None:
    """Both sign, so that the receiver can change when it likes."""
    [one] = read(HEAD + HOOK.replace('"DESK"', '["DESK", "NEXT"]')).all
    assert "DESK NEXT" == one.places[0].secrets


def test_a_host_may_be_private_and_http_by_name() -> None:
    """Each for itself; others stay as they are."""
    host = '[[host]]\nname = "10.0.0.7"\nallow_private = true\nallow_http = true\n'
    inside = '[[subscription]]\nwho = "Inside"\nchannel = "slack"\nurl_env = "INSIDE"\n'
    first, second = read(HEAD + host + inside + HOOK).all
    assert (True, True) == (first.places[0].private, first.places[0].http)
    assert (False, False) == (second.places[0].private, second.places[0].http)
    [wrong] = mistakes(HEAD + inside)
    assert wrong.startswith("5: url_env cannot be used: it is http")


def test_a_host_that_stands_twice_is_a_mistake() -> None:
    """One of the two would be left out, and nobody could say which."""
    hosts = '[[host]]\nname = "10.0.0.7"\nallow_http = true\n[[host]]\nname = "10.0.0.7"\n'
    assert ["6: The host 10.0.0.7 stands twice; allow it everything in one place."] == mistakes(
        HEAD + hosts + HOOK
    )


def test_a_mail_server_may_go_without_tls_by_name() -> None:
    """However the name is written; no other host may, and none without being named."""
    hosts = '[[host]]\nname = "Mail.paper.example"\nallow_plain_mail = true\n[[host]]\nname = "10.0.0.7"\n'
    assert frozenset({"mail.paper.example"}) == read(HEAD + hosts + HOOK).plain_mail
    assert frozenset() == read(HEAD + HOOK).plain_mail


def test_a_file_for_another_mode_is_refused() -> None:
    """A rehearsal must not reach those who wait for the real night."""
    [wrong] = mistakes('mode = "live"\n' + HOOK)
    assert wrong.startswith("1: mode is 'live'")
    assert "mode is missing" in mistakes(HOOK)[0]


WRONG = """contests = ["mayors"]
kinds = ["call-mad", "proposal-refused"]
language = "fr"
colour = "red"
[[subscription]]
who = "Chat"
channel = "slak"
[[subscription]]
who = "Unset"
channel = "slack"
url_env = "NOT_SET"
[[subscription]]
who = "Not a name"
channel = "slack"
url_env = "https://hooks.slack.example/secret"
[[subscription]]
who = "Unsigned"
channel = "webhook"
url = "https://newsroom.example/other"
[[subscription]]
channel = "webhook"
url = "http://newsroom.example/hook"
secret_env = "DESK"
[[subscription]]
who = "Loopback"
channel = "webhook"
url = "https://127.0.0.1/hook"
secret_env = "DESK"
[[subscription]]
who = "Nobody"
channel = "email"
to = []
[[subscription]]
who = "Nowhere"
channel = "email"
to = "not an address"
"""


def test_every_mistake_is_found_at_once_with_its_line() -> None:
    """Somebody mends the file in one go, on election day."""
    text = HEAD + HOOK + WRONG
    expected = [
        (7, "There is no contest 'mayors'"), (8, "There is no alert 'call-mad'; did you mean call-made?"),
        (8, "There is no alert 'proposal-refused'"), (9, "language is 'fr'"),
        (10, "There is no subscription.colour"), (13, "did you mean slack?"),
        (17, "The environment has no NOT_SET"), (21, "name of an environment variable"),
        (22, "secret_env is missing"), (26, "who is missing"), (28, "it is http"), (33, "not public"),
        (38, "to names nobody"), (42, "it is no mail address"),
    ]  # fmt: skip
    found = mistakes(text)
    assert len(expected) == len(found), found
    for (line, part), wrong in zip(expected, found, strict=True):
        assert wrong.startswith(f"{line}: "), (part, wrong)
        assert part in wrong
    assert not any("slack.example/secret" in wrong for wrong in found)


@pytest.mark.parametrize(
    "text", ["", 'mode = "replay"\n', "mode = \n", 'mode = "replay"\nsubscription = "me"\n']
)
def test_a_file_that_subscribes_nobody_is_a_mistake(text: str) -> None:
    """A process that delivers nothing all night should not have started."""
    assert mistakes(text)


@pytest.mark.parametrize("key", ["contests", "kinds"])
def test_a_subscription_to_nothing_is_a_mistake(key: str) -> None:
    """Nobody would notice before the night that nothing comes."""
    assert [f"7: {key} names none; left out, it is all of them."] == mistakes(f"{HEAD}{HOOK}{key} = []\n")


def test_mail_needs_an_address_it_comes_from() -> None:
    """It is said when the file is read, not when the first alert is due."""
    text = HEAD + '[[subscription]]\nwho = "E"\nchannel = "email"\nto = "a@paper.example"\n'
    assert read(text).all
    for sender in ("", "sandik", "Night desk <night@paper.example>"):
        [wrong] = mistakes(text, dataclasses.replace(SETTINGS, smtp_from=sender))
        assert "SANDIK_SMTP_FROM" in wrong


def test_a_signing_secret_is_looked_at_days_before_it_is_used() -> None:
    """By the name of its variable: what is in it is said nowhere."""
    [wrong] = mistakes(HEAD + HOOK.replace("DESK", "SLACK"))
    assert wrong == "6: What SLACK holds is no signing secret: it is whsec_ and base64."
