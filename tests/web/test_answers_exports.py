"""Exports and versions by plain GET: types, tags, caching, wrong queries, private gateways.

Know before changing: what stands in an export is looked at in the tests of its shape; here it is how it is
answered.
"""

import asyncio
import gzip
import json
from collections.abc import Awaitable
from http import HTTPStatus
from inspect import isawaitable

import pytest

from tests.web.asking import FILES, MAYOR, answers, ask, counted, get
from tests.web.made import Worker, hub, night, parts, records
from tests.web.shapes import begun as at_the_ban
from tests.web.shapes import counted as at_the_end
from web import exporting
from web.answers import Answers
from web.exports import EXPORTS
from web.replies import PUBLIC, Answer, Request
from web.words import languages


@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "boxes.csv"])
def test_exports(name: str) -> None:
    """Each with its type, packed once, with a tag that says whether it changed."""
    at = at_the_end()
    made = answers(at.hub, exports=at.exports)
    first = get(made, f"/export/{name}", host="results.example")
    assert (HTTPStatus.OK, EXPORTS[name].kind) == (first.status, first.headers["Content-Type"])
    assert "public, max-age=1" == first.headers["Cache-Control"]
    assert ("X-Forwarded-Proto" in first.headers["Vary"]) == (name == "races.json")
    again = get(made, f"/export/{name}", host="results.example", accept_encoding="gzip")
    assert (first.body, "W/" + first.headers["ETag"]) == (gzip.decompress(again.body), again.headers["ETag"])
    assert again.body is get(made, f"/export/{name}", host="results.example", accept_encoding="gzip").body
    known = get(made, f"/export/{name}", host="results.example", if_none_match=first.headers["ETag"])
    assert (HTTPStatus.NOT_MODIFIED, b"") == (known.status, known.body)
    at.worker.versions[MAYOR] += 1
    at.show()
    moved = get(made, f"/export/{name}", host="results.example", if_none_match=first.headers["ETag"])
    assert HTTPStatus.OK == moved.status


def test_a_large_export_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer; who has it already is told so without anything being made."""
    at = at_the_end()
    made = answers(at.hub, exports=at.exports)
    at_once = get(made, "/export/elex.csv")
    monkeypatch.setattr(exporting, "CELLS_AT_ONCE_MAX", 0)
    assert isawaitable(waiting := made.answer(Request("GET", "/export/elex.csv")))
    assert at_once == asyncio.run(waited(waiting))
    known = made.answer(Request("GET", "/export/elex.csv", {"if-none-match": at_once.headers["ETag"]}))
    assert isinstance(known, Answer)
    assert HTTPStatus.NOT_MODIFIED == known.status
    assert b"" == get(made, "/export/elex.csv", "HEAD").body


async def waited(answer: Awaitable[Answer]) -> Answer:
    """An answer that takes a moment."""
    return await answer


def test_boxes() -> None:
    """The one answer that is waited for; a store that is away is a sentence and a time to come back."""
    at = at_the_end()
    made = answers(at.hub, exports=at.exports)
    first = get(made, "/export/boxes.csv?contest=bridge")
    assert (HTTPStatus.OK, "public, max-age=5") == (first.status, first.headers["Cache-Control"])
    assert first.body.startswith(b"contest,source,")
    assert HTTPStatus.NOT_MODIFIED == get(
        made, "/export/boxes.csv?contest=bridge", if_none_match=first.headers["ETag"]
    ).status  # fmt: skip
    away = get(answers(at.hub), "/export/boxes.csv")
    assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (away.status, away.headers["Retry-After"])
    assert b"The store does not give out its boxes now; try again shortly.\n" == away.body
    assert b"" == get(made, "/export/boxes.csv", "HEAD").body
    nothing = Answers(at.hub, FILES, lambda *_: b"", lambda _: b"", languages())
    nothing.ready = True
    assert HTTPStatus.NOT_FOUND == get(nothing, "/export/boxes.csv").status


@pytest.mark.parametrize("target", ["/export/elex.csv?contest=king", "/export/boxes.csv?contest=king"])
def test_a_wrong_query(target: str) -> None:
    """400 with a sentence that names the field, and no cache keeps it."""
    answer = get(answers(at_the_end().hub), target)
    assert (HTTPStatus.BAD_REQUEST, "no-store") == (answer.status, answer.headers["Cache-Control"])
    assert b"contest: there is no 'king' here; there is mayor, assembly, bridge.\n" == answer.body


@pytest.mark.parametrize("path", ["/export/nist.json", "/export/", "/export", "/export/elex.csv/mayor"])
def test_an_export_that_there_is_not_is_answered_with_those_that_there_are(path: str) -> None:
    """Each with its address; a browser gets a page in its language."""
    made = answers(at_the_end().hub)
    plain = get(made, path)
    addresses = ", ".join(f"/export/{name}" for name in EXPORTS)
    assert HTTPStatus.NOT_FOUND == plain.status
    assert f"There is no such export; there is {addresses}.\n" == plain.body.decode()
    page = get(made, path, accept="text/html", accept_language="en")
    assert HTTPStatus.NOT_FOUND == page.status
    assert f"<h1>There is no page “{path.strip('/')}” here.</h1>" in page.body.decode()
    early = get(answers(at_the_end().hub, ready=False), path)
    assert HTTPStatus.SERVICE_UNAVAILABLE == early.status


def test_what_is_said_of_an_export_that_there_is_not_is_short() -> None:
    """However long the address was."""
    page = get(answers(at_the_end().hub), f"/export/{'x' * 5000}", accept="text/html").body
    assert b"x" * 100 not in page


def test_a_version_has_an_address_of_its_own() -> None:
    """It is there for as long as it is kept, the same bytes, for ever fresh; another one is none yet."""
    to, worker = hub(night()), Worker(night())
    made = answers(to)
    seen: dict[str, bytes] = {}
    for batch in parts(records(), 7):
        for contest, _ in worker.count(batch):
            to.hold(contest, worker.state(contest))
        to.turn(0.0)
        made.keep()
        group = to.groups[MAYOR]
        seen[group.tag.replace(":", "-")] = group.shown["hash"]
    assert len(seen) > 3
    for name, digest in seen.items():
        answer = get(made, f"/snapshot/mayor/{name}.json", accept_encoding="gzip")
        assert (HTTPStatus.OK, f'W/"{name}"') == (answer.status, answer.headers["ETag"])
        assert "public, max-age=31536000, immutable" == answer.headers["Cache-Control"]
        found = json.loads(gzip.decompress(answer.body))
        assert (digest, name.split("-")[1]) == (found["hash"], str(found["version"]))
        assert answer.body is get(made, f"/snapshot/mayor/{name}.json", accept_encoding="gzip").body
    none = get(made, "/snapshot/mayor/e1-999.json")
    newest = list(seen)[-1]
    assert (HTTPStatus.NOT_FOUND, "no-store") == (none.status, none.headers["Cache-Control"])
    assert f"the newest is {newest}: /snapshot/mayor/{newest}.json.\n".encode() in none.body


def test_what_is_shown_now_has_its_address_at_once() -> None:
    """Also where nobody has noted it yet."""
    to = counted()
    tag = to.groups[MAYOR].tag
    assert HTTPStatus.OK == get(answers(to), f"/snapshot/mayor/{tag.replace(':', '-')}.json").status
    unready = answers(to, ready=False)
    unready.keep()
    assert (
        HTTPStatus.SERVICE_UNAVAILABLE == get(unready, f"/snapshot/mayor/{tag.replace(':', '-')}.json").status
    )


@pytest.mark.parametrize(
    "target", ["/", "/snapshot/mayor.json", "/export/elex.csv", "/export/boxes.csv", "/feed.atom"]
)
def test_a_private_gateway(target: str) -> None:
    """Nothing without a token, and why is said; what was had with one is for no cache that others share."""
    at = at_the_end()
    made = answers(at.hub, exports=at.exports)

    def come(scopes: set[str], **headers: str) -> Answer:
        return ask(made, Request("GET", target, headers, frozenset(scopes)))

    stranger = come(set())
    assert (HTTPStatus.UNAUTHORIZED, 'Bearer realm="sandik"') == (
        stranger.status,
        stranger.headers["WWW-Authenticate"],
    )
    assert stranger.body.startswith(b"This gateway is private: send a token with scope view")
    assert HTTPStatus.FORBIDDEN == come({"desk"}, authorization="Bearer x").status
    allowed = come({"view"}, authorization="Bearer x")
    assert HTTPStatus.OK == allowed.status
    assert "public" not in allowed.headers["Cache-Control"]
    assert HTTPStatus.OK == come(set(PUBLIC)).status
    assert (HTTPStatus.OK == come({"alerts"}).status) == (target == "/feed.atom")
    for free in ("/health/live", "/health/ready", "/static/board.js"):
        assert HTTPStatus.OK == ask(made, Request("GET", free, {}, frozenset())).status


def test_exports_under_the_embargo() -> None:
    """They are there, with the boxes that were received, and without a figure."""
    at = at_the_ban()
    made = answers(at.hub, exports=at.exports)
    for name in EXPORTS:
        answer = get(made, f"/export/{name}")
        assert HTTPStatus.OK == answer.status
        assert b"bulletins" in answer.body or b"ban is in force" in answer.body


@pytest.mark.parametrize("name", sorted(EXPORTS))
@pytest.mark.parametrize("when", ["as_of=23:21", "as_of="])
def test_an_export_of_another_time_is_refused_and_never_of_now(name: str, when: str) -> None:
    """Whoever asks for 23:21 and is given the figures of now would print them as those of 23:21."""
    answer = get(answers(counted()), f"/export/{name}?{when}")
    assert HTTPStatus.BAD_REQUEST == answer.status
    assert answer.body.startswith(b"as_of: an export is of what is shown now.")
