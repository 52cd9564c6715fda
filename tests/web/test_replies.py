"""How answers are written: what is known already, what is wrong, what is not for sharing."""

from http import HTTPStatus

from web.kept import kept
from web.replies import SHORT, TYPES, Answer, Request, cached, finish, later, nothing, sentence, type_of


def test_whoever_has_it_already_is_told_so() -> None:
    """By the tag of the content, packed or not."""
    body = kept("e1:4", b"x" * 600)
    first = cached(body, Request("GET", "/"), TYPES["json"], SHORT)
    assert (HTTPStatus.OK, b"x" * 600, '"e1:4"') == (first.status, first.body, first.headers["ETag"])
    again = Request("GET", "/", {"if-none-match": 'W/"e1:4"'})
    assert HTTPStatus.NOT_MODIFIED == cached(body, again, TYPES["json"], SHORT).status
    packed = cached(body, Request("GET", "/", {"accept-encoding": "gzip"}), TYPES["json"], SHORT)
    assert ("gzip", 'W/"e1:4"') == (packed.headers["Content-Encoding"], packed.headers["ETag"])


def test_what_was_had_with_a_token_is_not_kept_on_the_way() -> None:
    """A cache that others share must not have it."""
    made = Answer(HTTPStatus.OK, {"Cache-Control": SHORT}, b"x")
    asked = Request("GET", "/", {"authorization": "Bearer x"})
    assert "private, max-age=1" == finish(made, asked).headers["Cache-Control"]


def test_a_head_is_a_get_without_its_body() -> None:
    """But with its length, also where two have a hand in it."""
    made = finish(Answer(HTTPStatus.OK, {}, b"12345"), Request("HEAD", "/"))
    assert (b"", "5") == (made.body, made.headers["Content-Length"])
    assert made == finish(made, Request("HEAD", "/"))


def test_every_refusal_is_a_sentence() -> None:
    """That a person can read; one that passes says when to come again."""
    assert b"There is nothing here.\n" == nothing().body
    assert "2" == later("Not now.").headers["Retry-After"]
    assert HTTPStatus.BAD_REQUEST == sentence(HTTPStatus.BAD_REQUEST, "from: no time.").status
    assert "application/octet-stream" == type_of("a.odd")
