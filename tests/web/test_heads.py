"""A head is read in one way or not at all, in whatever pieces it comes; an answer is one whole response."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.heads import GOOD, READ
from web.heads import END, HEAD_BYTES_MAX, HeadError, busy, read, too_slow, written
from web.policy import SECURITY
from web.replies import Answer


def status_of(data: bytes) -> int:
    """What the bytes come to: 200 for a request, 0 for one that is not whole."""
    try:
        return 200 if read(data) is not None else 0
    except HeadError as error:
        return error.answer().status


@pytest.mark.parametrize(("data", "status"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_what_it_comes_to(data: bytes, status: int) -> None:
    """Whatever two programs could read in two ways is refused, with a status that says where it is wrong."""
    assert status == status_of(data)


@pytest.mark.parametrize(("data", "status"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_in_pieces_it_comes_to_the_same(data: bytes, status: int) -> None:
    """Bit by bit: never a request that is none, and the same end at the same place or before."""
    for end in [*range(1, len(data), 1 + len(data) // 400), len(data)]:
        found = status_of(data[:end])
        if found:
            assert status == found
            return
    assert status == 0


def test_a_request() -> None:
    """Method, target and headers; names in lower case, several of one name joined; and where it ended."""
    data = b"GET /snapshot/mayor.json?a=b HTTP/1.1\r\nHost: x\r\nX-A:  1 \r\nx-a: 2\r\n\r\nmore"
    found = read(data)
    assert found is not None
    request, length = found
    assert ("GET", "/snapshot/mayor.json?a=b") == (request.method, request.target)
    assert {"host": "x", "x-a": "1, 2"} == request.headers
    assert b"more" == data[length:]


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Nothing that comes is an error of ours."""
    assert status_of(data) in (0, 200, 400, 405, 414, 431, 505)
    assert status_of(GOOD + data) in (0, 200, 400, 431)


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"a", b"GET", b"/", b"HTTP/1.1"])))
def test_pieces_of_requests(parts: list[bytes]) -> None:
    """The letters that matter, in any order: a request has one host, no body and no line in two."""
    data = b"".join(parts)
    for begin in (b"", GOOD):
        try:
            found = read(begin + data)
        except HeadError:
            continue
        if found is not None:
            request, length = found
            head = (begin + data)[:length]
            assert head.endswith(END)
            assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n")
            assert request.target.startswith("/")


def test_it_is_bounded() -> None:
    """Whoever goes on and on is told so, at the latest when the longest head is there."""
    with pytest.raises(HeadError):
        read(GOOD + b"X-A: b\r\n" * (HEAD_BYTES_MAX // 8))


def test_an_answer() -> None:
    """Status line, the headers of every answer, its own, an empty line, the body: and the end of it all."""
    said = written(Answer(HTTPStatus.OK, {"Content-Type": "text/plain"}, b"hello"))
    head, _, body = said.partition(END)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert ("HTTP/1.1 200 OK", b"hello") == (first, body)
    assert ("close", "5", "text/plain") == (
        headers["Connection"], headers["Content-Length"], headers["Content-Type"],
    )  # fmt: skip
    assert SECURITY.items() <= headers.items()


def test_nothing_was_changed() -> None:
    """A 304 has neither a body nor a length of one."""
    assert b"Content-Length" not in written(Answer(HTTPStatus.NOT_MODIFIED, {"ETag": '"a"'}))


def test_a_head_has_the_length_of_what_it_stands_for() -> None:
    """What the answer says of its length stands."""
    assert b"Content-Length: 7\r\n" in written(Answer(HTTPStatus.OK, {"Content-Length": "7"}))


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
def test_a_header_is_one_line(value: str) -> None:
    """Nothing that an answer is made of can become a second header."""
    with pytest.raises(ValueError, match="two lines"):
        written(Answer(HTTPStatus.OK, {"Location": value}))


def test_who_is_too_slow_and_when_we_are() -> None:
    """408 for a request that never ends; 503 with the time to come back for too much at once."""
    assert HTTPStatus.REQUEST_TIMEOUT == too_slow().answer().status
    assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (busy().status, busy().headers["Retry-After"])
