"""The gate: places that never leak, purses that fill at their rate, tokens, scopes, and any header at all."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from election.errors import UsageError
from web.gate import (
    AT_ONCE_S,
    GETS_A_NEWCOMER,
    READABLE,
    REASONS,
    Gate,
    GateRules,
    Refused,
    Visitor,
    sealed,
    token_in,
)
from web.tokens import Token, Tokens, line, make, nobodys

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
DESK_TEXT, DESK = make("Ayşe Demir", ["desk", "view"], NOW, dice=lambda size: b"d" * size)
OLD_TEXT, OLD = make("Old", ["desk"], NOW - timedelta(days=9), 1, lambda size: b"o" * size)


class Kept:
    """A file of tokens without a file, that can be changed."""

    def __init__(self, *tokens: Token) -> None:
        self.content: bytes | None = b"".join(map(line, tokens))

    def news(self) -> bytes | None:
        """What it holds, once."""
        content, self.content = self.content, None
        return content


def tokens(*held: Token) -> Tokens:
    """These tokens."""
    return Tokens(Kept(*held).news, lambda: NOW)


def gate(*held: Token, **said: object) -> Gate:
    """A gate with these tokens and settings."""
    return Gate(GateRules.read(**said), tokens(*held) if held else nobodys())  # type: ignore[arg-type] # a test names only what there is


def came(answer: Visitor | Refused) -> Visitor:
    """Who was let in."""
    assert isinstance(answer, Visitor), answer
    return answer


def refused(answer: Visitor | Refused) -> tuple[int, str]:
    """Status and reason of who was not; every refusal says something and can be sent."""
    assert isinstance(answer, Refused), answer
    assert answer.body.decode().strip() == answer.message
    assert (answer.status is HTTPStatus.UNAUTHORIZED) == ("WWW-Authenticate" in answer.headers)
    assert "no-store" == answer.headers["Cache-Control"]
    assert answer.reason in REASONS
    return answer.status.value, answer.reason


def bearer(text: str) -> dict[str, str]:
    """The header of a program that has a token."""
    return {"authorization": f"Bearer {text}"}


def test_everybody_sees_the_count_and_what_is_told() -> None:
    """That is the default; the rest needs a token."""
    visitor = came(gate().admit("192.0.2.7", {}, 0.0))
    assert ("192.0.2.7", "", {"view", "alerts"}) == (visitor.address, visitor.name, set(visitor.scopes))


def test_a_token_adds_its_scopes_and_its_name() -> None:
    """By the header of a program, and by the command of a page that cannot set one."""
    one = gate(DESK)
    by_header = came(one.admit("192.0.2.7", bearer(DESK_TEXT), 0.0))
    guest = came(one.admit("192.0.2.7", {}, 0.0))
    by_command = one.sign_in(DESK_TEXT, guest)
    assert by_command is not None
    for visitor in (by_header, by_command):
        assert ("Ayşe Demir", {"view", "alerts", "desk"}) == (visitor.name, set(visitor.scopes))
        assert DESK.id == visitor.token
    assert (guest.seat, guest.address) == (by_command.seat, by_command.address)
    one.leave(by_command)
    one.leave(by_header)
    assert 0 == one.taken


@pytest.mark.parametrize("text", [OLD_TEXT, DESK_TEXT[:-1], DESK_TEXT + "A", "", "sandik_", "guess"])
def test_a_token_that_is_no_good_lets_nobody_in(text: str) -> None:
    """Unknown, expired or cut short: also where without one everybody might come, so that it is noticed."""
    one = gate(DESK, OLD)
    assert (401, "bad-token") == refused(one.admit("192.0.2.7", bearer(text), 0.0))
    assert (401, "bad-token") == refused(one.visitor("192.0.2.7", bearer(text), 0.0))
    assert one.sign_in(text) is None
    assert 0 == one.taken


@pytest.mark.parametrize(
    "said", ["Basic QWxhZGRpbg==", "Bearer", f"Bearer {DESK_TEXT}, Bearer {DESK_TEXT}", DESK_TEXT, "x" * 9000]
)
def test_an_authorization_of_another_kind_is_refused(said: str) -> None:
    """Somebody believes to be signed in and is not."""
    assert (401, "bad-token") == refused(gate(DESK).visitor("192.0.2.7", {"authorization": said}, 0.0))


@pytest.mark.parametrize(
    "target",
    ["/ws?token=x", "/ws?a=1&Access_Token=x", f"/ws?q={DESK_TEXT}", f"/{DESK_TEXT}", "/ws?%74oken=x",
     f"/ws?q={DESK_TEXT.replace('_', '%5F')}"],
)  # fmt: skip
def test_a_token_in_an_address_is_refused_with_a_sentence(target: str) -> None:
    """It is in the logs of every proxy by now: it must be revoked, and nobody gets used to it."""
    one = gate(DESK)
    assert token_in(target)
    for answer in (one.admit("192.0.2.7", {}, 0.0, target), one.visitor("192.0.2.7", {}, 0.0, target)):
        assert (400, "token-in-url") == refused(answer)
        assert isinstance(answer, Refused)
        assert "revoked" in answer.message
        assert DESK_TEXT not in answer.message


@pytest.mark.parametrize(
    "target", ["/", "/ws", "/snapshot/mayor.json?as_of=2019", "/?contest=token", "/sandik_x"]
)
def test_other_addresses_are_fine(target: str) -> None:
    """A word that looks a little like it is no token."""
    assert not token_in(target)


def test_revoking_counts_at_once() -> None:
    """Who is connected is asked about again; who comes is not let in; without a token nothing ends."""
    kept = Kept(DESK)
    one = Gate(GateRules.read(), Tokens(kept.news, lambda: NOW))
    here, guest = (came(one.admit("192.0.2.7", head, 0.0)) for head in (bearer(DESK_TEXT), {}))
    assert one.still(here)
    kept.content = b""
    assert not one.still(here)
    assert one.still(guest)
    assert one.sign_in(DESK_TEXT) is None


def test_a_private_gateway_answers_only_who_has_a_token() -> None:
    """A plain GET hears so; a websocket may come and say its token, which a page cannot do before."""
    one = gate(DESK, public="none")
    assert one.rules.private
    assert (401, "no-token") == refused(one.visitor("192.0.2.7", {}, 0.0))
    assert {"view", "desk"} == came(one.visitor("192.0.2.7", bearer(DESK_TEXT), 0.0)).scopes
    guest = came(one.admit("192.0.2.7", {}, 0.0))
    assert not guest.scopes
    signed_in = one.sign_in(DESK_TEXT, guest)
    assert signed_in is not None
    assert signed_in.scopes
    assert came(gate().admit("192.0.2.7", {}, 0.0)).scopes


def test_a_page_of_another_site_is_refused_before_it_takes_a_place() -> None:
    """And a program without an origin is not."""
    one, host = gate(), {"host": "kent.example"}
    assert (403, "origin") == refused(one.admit("192.0.2.7", {**host, "origin": "https://evil.example"}, 0.0))
    assert 0 == one.taken
    came(one.admit("192.0.2.7", {**host, "origin": "https://kent.example"}, 0.0))
    came(one.admit("192.0.2.7", host, 0.0))
    assert 2 == one.taken


def test_a_full_gateway_says_when_to_come_again() -> None:
    """503 for all, 429 for an address that has its share; whoever leaves makes room."""
    one = gate(clients_max=3, per_address_max=2)
    first, second = (came(one.admit("192.0.2.7", {}, 0.0)) for _ in range(2))
    answer = one.admit("192.0.2.7", {}, 0.0)
    assert (429, "crowded") == refused(answer)
    assert isinstance(answer, Refused)
    assert "10" == answer.headers["Retry-After"]
    came(one.admit("192.0.2.8", {}, 0.0))
    assert (503, "full") == refused(one.admit("192.0.2.9", {}, 0.0))
    one.leave(first)
    one.leave(first)
    assert 2 == one.taken
    came(one.admit("192.0.2.9", {}, 0.0))
    one.leave(second)
    assert {"crowded": 1, "full": 1} == {reason: count for reason, count in one.refused.items() if count}


def test_who_is_turned_away_elsewhere_is_counted_here() -> None:
    """Whoever listens refuses some before the gate sees them; a reason that is not in the table is a slip."""
    one = gate()
    one.turned_away("malformed")
    assert 1 == one.refused["malformed"]
    with pytest.raises(ValueError):
        one.turned_away("x")
    assert set(REASONS) == set(one.refused)


def test_newcomers_of_one_address_are_slowed_and_others_are_not() -> None:
    """A page that reconnects in a circle costs its own address, nobody else."""
    one = gate(new_per_s=2)
    at_once = int(2 * AT_ONCE_S)
    for _ in range(at_once):
        came(one.admit("192.0.2.7", {}, 100.0))
    answer = one.admit("192.0.2.7", {}, 100.0)
    assert (429, "too-fast") == refused(answer)
    assert isinstance(answer, Refused)
    assert 1 == answer.retry_after_s
    came(one.admit("192.0.2.8", {}, 100.0))
    came(one.admit("192.0.2.7", {}, 100.5))


def test_who_is_refused_has_paid_all_the_same() -> None:
    """Otherwise guessing tokens or origins would be free."""
    one = gate(DESK, new_per_s=1)
    for _ in range(int(AT_ONCE_S)):
        assert (401, "bad-token") == refused(one.admit("192.0.2.7", bearer("sandik_guess"), 0.0))
    assert (429, "too-fast") == refused(one.admit("192.0.2.7", bearer(DESK_TEXT), 0.0))


def test_plain_gets_have_a_purse_of_their_own() -> None:
    """A page is many of them, and none of them takes a place."""
    one = gate(new_per_s=1)
    for _ in range(int(AT_ONCE_S) * GETS_A_NEWCOMER):
        came(one.visitor("192.0.2.7", {}, 0.0))
    assert (429, "too-fast") == refused(one.visitor("192.0.2.7", {}, 0.0))
    came(one.admit("192.0.2.7", {}, 0.0))
    assert 1 == one.taken


def test_a_proxy_of_ours_says_who_comes() -> None:
    """Behind one that is not named, everybody would share its limits; and nobody else is believed."""
    one = gate(proxies="10.0.0.0/8", per_address_max=1)
    for client in ("198.51.100.1", "198.51.100.2"):
        assert client == came(one.admit("10.0.0.1", {"x-forwarded-for": f"1.2.3.4, {client}"}, 0.0)).address
    stranger = came(one.admit("203.0.113.5", {"x-forwarded-for": "198.51.100.3"}, 0.0))
    assert "203.0.113.5" == stranger.address
    assert 3 == one.addresses


@pytest.mark.parametrize(
    ("said", "variable"),
    [
        ({"public": "view everything"}, "SANDIK_PUBLIC"),
        ({"public": "view desk"}, "SANDIK_PUBLIC"),
        ({"public": "none view"}, "SANDIK_PUBLIC"),
        ({"origins": "kent.example"}, "SANDIK_ORIGINS"),
        ({"proxies": "nginx"}, "SANDIK_PROXIES"),
        ({"clients_max": 0}, "SANDIK_CLIENTS_MAX"),
        ({"per_address_max": -1}, "SANDIK_CLIENTS_PER_ADDRESS_MAX"),
        ({"new_per_s": float("inf")}, "SANDIK_NEW_PER_S"),
        ({"new_per_s": float("nan")}, "SANDIK_NEW_PER_S"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(said: dict[str, object], variable: str) -> None:
    """Before anybody is let in by it."""
    with pytest.raises(UsageError) as caught:
        GateRules.read(**said)  # type: ignore[arg-type] # a test names only what there is
    assert variable in str(caught.value)


def test_the_rules_by_default_are_those_of_the_settings() -> None:
    """One default, wherever it is written."""
    assert GateRules() == GateRules.read()
    assert GateRules(public=frozenset()) == GateRules.read(public="") == GateRules.read(public="none")
    assert frozenset({"view", "replay"}) == GateRules.read(public="replay,view").public


def test_an_allowed_site_may_read_answers_and_no_other() -> None:
    """Its page fetches the snapshot; a cache keeps no copy for one that the other could not use."""
    one = gate(origins="https://kent.example")
    answer = one.readable_from({"origin": "https://kent.example"})
    assert {**READABLE, "Access-Control-Allow-Origin": "https://kent.example", "Vary": "Origin"} == answer
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
        assert {"Vary": "Origin"} == one.readable_from(headers)
    assert {**READABLE, "Access-Control-Allow-Origin": "*"} == gate(origins="*").readable_from({})
    assert {} == gate().readable_from({"origin": "https://kent.example", "host": "kent.example"})


def test_what_is_private_stays_in_no_cache() -> None:
    """`public, max-age=1` would let a cache hand it to whoever asks next."""
    public = {"Cache-Control": "public, max-age=1", "Vary": "Accept-Encoding", "ETag": "x"}
    private = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Authorization", "ETag": "x"}
    assert private == sealed(public)
    assert "Authorization" == sealed({})["Vary"]


def test_nothing_that_is_shown_or_logged_of_a_visitor_holds_a_token() -> None:
    """Nor its hash: a Token does not show it, and a Visitor does not have it."""
    one = gate(DESK)
    visitor = came(one.admit("192.0.2.7", bearer(DESK_TEXT), 0.0))
    answer = one.admit("192.0.2.7", bearer(OLD_TEXT), 0.0)
    for shown in map(repr, (visitor, answer, DESK, one.rules)):
        assert not any(secret in shown for secret in (DESK_TEXT, OLD_TEXT, DESK.digest))
