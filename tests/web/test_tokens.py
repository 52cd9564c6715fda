"""Tokens: made of dice, kept as a hash, found by their text, and shown nowhere."""

import base64
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import UsageError
from web import tokens
from web.tokens import (
    NAME_CHARACTERS_MAX,
    SCOPES,
    TOKENS_MAX,
    NoFileError,
    Token,
    Tokens,
    digest,
    facts,
    line,
    make,
    nobodys,
    ordered,
    read,
    without,
)

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=NAME_CHARACTERS_MAX)
TOKENS = st.builds(
    lambda name, scopes, days, dice: make(name, scopes, NOW, days, lambda number: dice)[1],
    NAMES.filter(lambda name: tokens.checked_name(name) == name),
    st.sets(st.sampled_from(SCOPES), min_size=1),
    st.none() | st.floats(0.01, 1000),
    st.binary(min_size=32, max_size=32),
)


class News:
    """A file that changes when the test says so."""

    def __init__(self, content: bytes | Exception | None) -> None:
        self.next: bytes | Exception | None = content

    def __call__(self) -> bytes | None:
        """What is new."""
        said, self.next = self.next, None
        if isinstance(said, Exception):
            raise said
        return said


def clock(at: datetime = NOW) -> Callable[[], datetime]:
    """A clock that stands."""
    return lambda: at


def test_a_token_is_256_bits_and_says_what_it_is() -> None:
    """Its id is the beginning of its hash; its text is nowhere in what is kept."""
    text, token = make("Ayşe Demir", ["view", "desk", "view"], NOW)
    assert text.startswith("sandik_")
    assert 32 == len(base64.urlsafe_b64decode(text.removeprefix("sandik_") + "="))
    assert (digest(text)[:8], ("view", "desk"), NOW, None) == (
        token.id, token.scopes, token.made_at, token.expires_at,
    )  # fmt: skip
    assert text.removeprefix("sandik_").encode() not in line(token)
    assert text != make("Ayşe Demir", ["view"], NOW)[0]


@given(st.lists(TOKENS, unique_by=lambda token: token.id, max_size=8))
def test_a_file_holds_what_was_written(held: list[Token]) -> None:
    """To the millisecond, in order, whatever the names."""
    read_again = read(b"\n".join(map(line, held)))
    assert [facts(token, NOW) for token in held] == [facts(token, NOW) for token in read_again]
    assert [token.digest for token in held] == [token.digest for token in read_again]


@pytest.mark.parametrize("name", ["", " ", "a\nb\x00", "\u202e", "x" * (NAME_CHARACTERS_MAX + 1)])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    """It will stand beside a call, and in logs: no line ends, nothing that turns the writing around."""
    with pytest.raises(UsageError, match="name"):
        make(name, ["view"], NOW)


def test_a_name_is_tidied() -> None:
    """Two spaces or another way of composing ş make no other person."""
    assert "Ayşe Demir" == make("  Ays\u0327e \t Demir ", ["view"], NOW)[1].name


@pytest.mark.parametrize("scopes", [[], ["admin"], ["view", "all"]])
def test_a_scope_that_is_none_is_refused(scopes: list[str]) -> None:
    """A token that may do nothing, or something nobody knows, is a slip."""
    with pytest.raises(UsageError, match="view, alerts, desk, replay"):
        ordered(scopes)


@pytest.mark.parametrize("days", [0, -1, 1e9, float("nan"), float("inf")])
def test_days_that_make_no_date_are_refused(days: float) -> None:
    """A token that has expired when it is made, or never would by overflow."""
    with pytest.raises(UsageError, match="--days"):
        make("Ayşe", ["view"], NOW, days)


def test_a_token_is_found_by_its_text_until_it_expires() -> None:
    """To the moment; any other text finds nothing."""
    text, token = make("Ayşe", ["desk"], NOW, days=1)
    other, _ = make("Ayşe", ["desk"], NOW)
    for at, expected in ((NOW, token.id), (NOW + timedelta(days=1), None)):
        held = Tokens(News(line(token)), clock(at))
        found = held.find(text)
        assert expected == (found.id if found else None)
        assert (expected is not None) == held.holds(token.id) == bool(held.good)
        assert held.find(other) is None
    assert not Tokens(News(b""), clock()).holds(token.id)


@given(st.text(max_size=300) | st.text(max_size=60).map("sandik_".__add__))
def test_any_text_is_no_token(text: str) -> None:
    """Whatever a stranger sends, lone surrogates and all, is looked for and not found."""
    assert Tokens(News(line(make("Ayşe", ["desk"], NOW)[1])), clock()).find(text) is None


def test_every_comparison_takes_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All hashes are compared, each by hmac.compare_digest, wherever the right one stands."""
    made = [make(f"N{number}", ["view"], NOW) for number in range(5)]
    compared: list[str] = []

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return one == other

    monkeypatch.setattr("hmac.compare_digest", compare)
    held = Tokens(News(b"".join(line(token) for _, token in made)), clock())
    for text, _ in made:
        compared.clear()
        assert held.find(text) is not None
        assert [token.digest for _, token in made] == compared


def good() -> dict[str, object]:
    """The fields of a line."""
    fields: dict[str, object] = orjson.loads(line(make("Ayşe", ["view"], NOW)[1]))
    return fields


@pytest.mark.parametrize(
    "change",
    [
        {"id": "00000000"}, {"id": None}, {"name": ""}, {"name": 7}, {"scopes": []}, {"scopes": "view"},
        {"scopes": ["root"]}, {"scopes": [["view"]]}, {"made_at": "yesterday"}, {"made_at": 5},
        {"expires_at": "x"}, {"sha256": "zz"}, {"sha256": "AB" * 32}, {"sha256": "ab"}, {"sha256": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_is_no_token_is_named_and_not_shown(change: dict[str, object]) -> None:
    """What stands there may be somebody's token, pasted into the wrong file."""
    secret = "sandik_" + "S" * 43
    content = line(make("First", ["view"], NOW)[1]) + orjson.dumps({**good(), "note": secret, **change})
    with pytest.raises(UsageError) as caught:
        read(content, "tokens.jsonl")
    assert str(caught.value).startswith("tokens.jsonl:2: this is no token (")
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "content", [b"sandik_SSSSSSSSSS", b"[1]", b"{}", b"\xff", b'{"id": "x"}', b"null", b'"' + b"x" * 9 + b'"']
)
def test_rubbish_in_the_file_is_a_sentence(content: bytes) -> None:
    """Never a traceback."""
    with pytest.raises(UsageError, match=r"tokens:1: this is no token"):
        read(content, "tokens")


@given(st.binary(max_size=300))
def test_any_bytes_are_tokens_or_a_sentence(content: bytes) -> None:
    """Somebody's editor, somebody's disk."""
    try:
        found: object = read(content)
    except UsageError as error:
        found = str(error)
    assert found == () or "this is no token" in str(found)


def test_a_token_stands_there_once_and_there_is_a_most() -> None:
    """Two lines of one id could be revoked by halves; a file without end would be compared without end."""
    twice = line(make("Ayşe", ["view"], NOW)[1]) * 2
    with pytest.raises(UsageError, match="twice"):
        read(twice)
    many = b"".join(line(make("Ayşe", ["view"], NOW)[1]) for _ in range(TOKENS_MAX + 1))
    with pytest.raises(UsageError, match=f"at most {TOKENS_MAX}"):
        read(many)


def test_a_file_that_cannot_be_used_stops_the_start() -> None:
    """Before anybody is turned away by it."""
    for trouble in (b"rubbish", NoFileError("gone"), UsageError("mode")):
        with pytest.raises(UsageError):
            Tokens(News(trouble), clock())


def test_what_changes_in_the_file_counts_from_the_next_question() -> None:
    """Added, revoked: no restart."""
    (text, token), (other_text, other) = make("Ayşe", ["desk"], NOW), make("Can", ["desk"], NOW)
    news = News(line(token))
    held = Tokens(news, clock())
    assert held.find(other_text) is None
    news.next = line(token) + line(other)
    assert held.find(other_text) == other
    news.next = line(other)
    assert not held.holds(token.id)
    assert held.find(text) is None


def test_a_file_that_is_spoiled_while_the_gateway_runs_keeps_what_it_had(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A slip of an editor must not lock the desk out; it is said once, and is visible until it is mended."""
    text, token = make("Ayşe", ["desk"], NOW)
    news = News(line(token))
    held = Tokens(news, clock())
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            news.next = b"sandik_PASTED"
            assert held.find(text) == token
        assert "no revocation counts" in held.trouble
        assert 1 == caplog.text.count("this is no token")
        news.next = line(token)
        assert held.find(text) == token
    assert "" == held.trouble
    assert "in order again" in caplog.text
    assert "PASTED" not in caplog.text


def test_a_file_that_is_gone_takes_all_tokens_with_it() -> None:
    """Removing it is the quickest way to shut the desk; it must not be a way that does nothing."""
    text, token = make("Ayşe", ["desk"], NOW)
    news = News(line(token))
    held = Tokens(news, clock())
    news.next = NoFileError("There is no file of tokens.")
    assert held.find(text) is None
    assert "nobody's token is good" in held.trouble
    news.next = line(token)
    assert held.holds(token.id)


def test_without_a_file_nobody_has_a_token() -> None:
    """And nothing is wrong."""
    held = nobodys()
    assert held.find(make("Ayşe", ["desk"], NOW)[0]) is None
    assert (0, "", False) == (held.good, held.trouble, held.holds("x"))


def test_neither_text_nor_hash_of_a_token_is_shown_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    """In no repr, no format, no facts, no error and no log line."""
    text, token = make("Ayşe", ["desk"], NOW)
    news = News(line(token))
    with caplog.at_level(logging.DEBUG):
        held = Tokens(news, clock())
        held.find(text)
        news.next = b'{"sha256": "' + token.digest.encode() + b'", "text": "' + text.encode() + b'"}'
        held.find(text)
    shown = [repr(token), str(token), f"{token!r:.200}", str(facts(token, NOW)), held.trouble, caplog.text]
    assert "no revocation counts" in caplog.text
    for words in shown:
        assert text not in words
        assert token.digest not in words
        assert token.digest[8:20] not in words


def test_revoking_takes_those_that_are_named() -> None:
    """And tells which of them were there."""
    one, other = (make(name, ["view"], NOW)[1] for name in ("Ayşe", "Can"))
    assert ((other,), (one,)) == without((one, other), [one.id, "ffffffff"])
