"""Plain GETs: the page, its files, the snapshots and health; all made once, and nothing under embargo."""

import gzip
import json
from dataclasses import replace
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.alerts import Told
from election.night import SourceId
from tests.streams.facts import told
from tests.web.asking import FILES, MAYOR, answers, ask, counted, get
from tests.web.made import Worker, hub, night, parts, records, with_other_figures
from tests.web.test_events import facts
from web.exports import EXPORTS
from web.hub import Hub
from web.replies import Request


def test_snapshot() -> None:
    """The same bytes as over the websocket, named by epoch and version, and cacheable for a moment."""
    to = counted()
    answer = get(answers(to), "/snapshot/mayor.json")
    assert (HTTPStatus.OK, to.groups[MAYOR].body) == (answer.status, answer.body)
    assert {
        "ETag": f'"e1:{to.groups[MAYOR].version}"',
        "Cache-Control": "public, max-age=1",
        "Vary": "Accept-Encoding",
        "Content-Type": "application/json",
        "Content-Disposition": f'inline; filename="{to.label}-mayor.json"',
    } == answer.headers


def test_a_snapshot_that_the_client_has() -> None:
    """Whoever names the version it has is told that it has it, also if a cache has weakened the name."""
    made = answers(counted())
    etag = get(made, "/snapshot/mayor.json").headers["ETag"]
    for have in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = get(made, "/snapshot/mayor.json", if_none_match=have)
        assert (HTTPStatus.NOT_MODIFIED, b"", etag) == (answer.status, answer.body, answer.headers["ETag"])
    assert HTTPStatus.OK == get(made, "/snapshot/mayor.json", if_none_match='"e1:0"').status


def test_a_tag_names_one_content() -> None:
    """While the embargo hides something the tag says so: the hour alone changes what a version shows."""
    etag = get(answers(counted(0.3)), "/snapshot/mayor.json").headers["ETag"]
    assert etag.endswith((':bulletins"', ':closed"'))


def test_a_source_that_falls_silent_in_live_is_another_content() -> None:
    """Nothing was counted and the version is the same, and yet whoever polls gets to know it."""
    to = counted()
    group = to.groups[MAYOR]
    group.shown = group.shown | {"mode": "live"}
    made = answers(to)
    before = get(made, "/snapshot/mayor.json").headers["ETag"]
    assert before.startswith(f'"{group.tag}:')
    sources = [source | {"silent_s": 3600} for source in group.shown["sources"]]
    group.shown = group.shown | {"sources": sources}
    assert HTTPStatus.OK == get(made, "/snapshot/mayor.json", if_none_match=before).status


def test_while_the_store_is_away_the_tag_of_a_snapshot_says_so() -> None:
    """Who polls, behind a cache too, is told when that begins and when it ends; the body is the same."""
    made = answers(counted())
    fresh = get(made, "/snapshot/mayor.json")
    made.stale_s = 3.21
    stale = get(made, "/snapshot/mayor.json", if_none_match=fresh.headers["ETag"])
    assert (HTTPStatus.OK, fresh.body) == (stale.status, stale.body)
    assert stale.headers["ETag"] == fresh.headers["ETag"][:-1] + ':stale"'
    known = get(made, "/snapshot/mayor.json", if_none_match=stale.headers["ETag"])
    assert (HTTPStatus.NOT_MODIFIED, stale.headers["ETag"]) == (known.status, known.headers["ETag"])
    assert get(made, "/snapshot/mayor.json?source=party").headers["ETag"].endswith(':stale"')
    made.stale_s = None
    again = get(made, "/snapshot/mayor.json", if_none_match=stale.headers["ETag"])
    assert (HTTPStatus.OK, fresh.headers["ETag"]) == (again.status, again.headers["ETag"])


def test_packed() -> None:
    """Who takes gzip gets it, packed once for all, under a weak tag; who does not, does not."""
    made = answers(counted())
    plain = get(made, "/snapshot/mayor.json")
    packed = get(made, "/snapshot/mayor.json", accept_encoding="br, gzip;q=0.5")
    assert plain.body == gzip.decompress(packed.body)
    assert ("gzip", "W/" + plain.headers["ETag"]) == (
        packed.headers["Content-Encoding"],
        packed.headers["ETag"],
    )
    assert packed.body is get(made, "/snapshot/mayor.json", accept_encoding="gzip").body
    for none in ("", "identity", "gzip;q=0", "br"):
        assert plain == get(made, "/snapshot/mayor.json", accept_encoding=none)


def test_a_new_version_is_answered_at_once() -> None:
    """What is kept is kept for one version only."""
    to = counted(0.9)
    made = answers(to)
    before = get(made, "/snapshot/mayor.json"), get(made, "/")
    shown = to.groups[MAYOR].shown
    worker = Worker(night())
    worker.count(records())
    to.hold(MAYOR, replace(worker.state(MAYOR), version=shown["version"] + 1))
    to.turn(0.0)
    after = get(made, "/snapshot/mayor.json"), get(made, "/")
    assert json.loads(before[0].body)["version"] + 1 == json.loads(after[0].body)["version"]
    assert before[1].headers["ETag"] != after[1].headers["ETag"]


def test_board() -> None:
    """The page is whole as it is sent: the first contest in the reader's language, or as asked for."""
    made = answers(counted())
    first = get(made, "/")
    assert (HTTPStatus.OK, "text/html; charset=utf-8") == (first.status, first.headers["Content-Type"])
    assert b'<html lang="en"' in first.body
    assert "Accept-Language" in first.headers["Vary"]
    assert b'data-contest="mayor"' in first.body
    assert b'data-contest="bridge"' in get(made, "/?contest=bridge").body
    assert b'<html lang="tr"' in get(made, "/?lang=tr").body
    assert b'<html lang="tr"' in get(made, "/", accept_language="tr-TR,en;q=0.5").body
    assert b'<html lang="en"' in get(made, "/", accept_language="de, en-GB").body
    assert first.body is get(made, "/?lang=en&x=1").body


def test_style() -> None:
    """A contest has a stylesheet of its own, made once."""
    made = answers(counted())
    answer = get(made, "/style/mayor.css")
    assert ("text/css; charset=utf-8", HTTPStatus.OK) == (answer.headers["Content-Type"], answer.status)
    assert answer.body is get(made, "/style/mayor.css").body


def test_files() -> None:
    """The files of the page, with their type and a tag that hangs on their bytes."""
    made = answers(counted(), ready=False)
    script = get(made, "/static/board.js", accept_encoding="gzip")
    assert "text/javascript; charset=utf-8" == script.headers["Content-Type"]
    assert FILES["board.js"] == gzip.decompress(script.body)
    small = get(made, "/static/icon.svg", accept_encoding="gzip")
    assert (FILES["icon.svg"], "image/svg+xml") == (small.body, small.headers["Content-Type"])
    assert "application/octet-stream" == get(made, "/static/odd.bin").headers["Content-Type"]
    etag = small.headers["ETag"]
    assert HTTPStatus.NOT_MODIFIED == get(made, "/static/icon.svg", if_none_match=etag).status


@pytest.mark.parametrize("name", ["feed.atom", "feed.json"])
def test_feeds(name: str) -> None:
    """What was told of every contest, in the reader's language; made again only when something was told."""
    made = answers(counted(0.9))
    first = get(made, f"/{name}", accept_encoding="gzip")
    assert HTTPStatus.OK == first.status
    kind = {"feed.atom": "application/atom+xml", "feed.json": "application/feed+json"}[name]
    assert f"{kind}; charset=utf-8" == first.headers["Content-Type"]
    assert HTTPStatus.NOT_MODIFIED == get(made, f"/{name}", if_none_match=first.headers["ETag"]).status
    turkish = get(made, f"/{name}?lang=tr")
    assert turkish.headers["ETag"] != first.headers["ETag"]
    assert turkish.body == get(made, f"/{name}", accept_language="tr").body
    assert HTTPStatus.SERVICE_UNAVAILABLE == get(answers(hub(night()), ready=False), f"/{name}").status
    assert HTTPStatus.NOT_FOUND == get(made, f"/{name}/x").status


def test_a_feed_keeps_its_tag_while_nothing_is_told() -> None:
    """Another total is not another feed; another fact is."""
    to = counted(0.9)
    made = answers(to)
    before = get(made, "/feed.atom").headers["ETag"]
    group = to.groups[MAYOR]
    group.shown = group.shown | {"version": group.shown["version"] + 1}
    assert before == get(made, "/feed.atom").headers["ETag"]
    tell(to, (told(1, "concession"),))
    after = get(made, "/feed.atom")
    assert before != after.headers["ETag"]
    assert b"concession" in after.body


@pytest.mark.parametrize(
    "target", ["/", "/contests", "/contests/colours.css", "/embed/mayor.css", "/feed.atom"]
)
def test_another_edition_of_a_night_is_another_content(target: str) -> None:
    """Behind the same address, with the same names and numbers: its colours and its words may be others."""
    tags = {
        get(answers(hub(replace(night(), digest=edition))), target).headers["ETag"] for edition in ("a", "b")
    }
    assert 2 == len(tags)


def test_a_feed_has_all_that_was_told_and_not_only_the_newest() -> None:
    """A snapshot has twenty; who asks now and then misses nothing, and least of all a retraction."""
    to = counted(0.9)
    tell(to, facts(50))
    items = json.loads(get(answers(to), "/feed.json").body)["items"]
    ours = [item for item in items if "/mayor/" in item["id"]]
    assert 30 == len(ours) == len({item["id"] for item in ours})
    assert not {"call-proposed", "lead-noted"} & {item["tags"][0] for item in items}
    assert [item["date_published"] for item in items] == sorted(
        (item["date_published"] for item in items), reverse=True
    )


def tell(to: Hub, facts: tuple[Told, ...]) -> None:
    """So much was told of the mayor, and is shown."""
    to.hold(MAYOR, replace(to.groups[MAYOR].state, told=facts, version=to.groups[MAYOR].version + 1))
    to.turn(1.0)


@pytest.mark.parametrize(
    "target",
    [
        "/nothing", "/static/", "/static/../pages.py", "/static/%2e%2e/pages.py", "/static//etc/passwd",
        "/static/board.js/..", "/snapshot/king.json", "/snapshot/mayor.xml", "/snapshot/", "/style/mayor.js",
        "/snapshot/mayor", "/snapshot/mayor/", "/snapshot/mayor/x/y.json", "/snapshot/king/e1-1.json",
        "/export", "/export/", "/export/elex.xml", "/export/elex.csv/x", "/style/mayor/x.css", "//",
        "/?contest=king", "/ws", "*", "", "/%00", "http://[/", "/static/board.js%00",
    ],
)  # fmt: skip
def test_there_is_nothing_else(target: str) -> None:
    """Any other path is 404 with a sentence, whatever it looks like."""
    answer = get(answers(counted()), target)
    assert HTTPStatus.NOT_FOUND == answer.status
    assert answer.body.endswith(b".\n")


WORDS = st.sampled_from(
    [
        "snapshot", "export", "mayor", "elex.csv", "boxes.csv", "races.json", "e1-1.json", ".", "..", "%2e",
        "?", "&", "=", "contest=", "have=", "minDateTime=", "bom=1", "%00", "static", "board.js",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.text() | st.lists(WORDS | st.text(max_size=3), max_size=6).map(lambda words: "/" + "/".join(words)),
    st.sampled_from(["GET", "HEAD", "POST", "BREW", ""]),
    st.frozensets(st.sampled_from(["view", "alerts", "desk"])),
)
def test_nothing_that_is_asked_breaks_it(target: str, method: str, scopes: frozenset[str]) -> None:
    """Whatever stands in a request line, whoever asks, there is an answer."""
    assert ask(answers(hub(night())), Request(method, target, {}, scopes)).status in HTTPStatus


def test_only_get() -> None:
    """Another method is told which there are; HEAD is a GET without its body."""
    made = answers(counted())
    refused = get(made, "/", "POST")
    assert (HTTPStatus.METHOD_NOT_ALLOWED, "GET, HEAD") == (refused.status, refused.headers["Allow"])
    for target in ("/snapshot/mayor.json", "/export/elex.csv", "/export/boxes.csv", "/nothing", "/"):
        whole, head = get(made, target), get(made, target, "HEAD")
        assert (whole.status, b"", str(len(whole.body))) == (
            head.status,
            head.body,
            head.headers["Content-Length"],
        )
        assert whole.headers.items() <= head.headers.items()
    etag = get(made, "/snapshot/mayor.json").headers["ETag"]
    known = get(made, "/snapshot/mayor.json", "HEAD", if_none_match=etag)
    assert (HTTPStatus.NOT_MODIFIED, None) == (known.status, known.headers.get("Content-Length"))


def test_before_the_store_was_read() -> None:
    """Nothing about the count is answered from nothing: pages show no zeros that nobody counted."""
    made = answers(hub(night()), ready=False)
    for target in ("/", "/snapshot/mayor.json", "/style/mayor.css", "/export/elex.csv", "/export/boxes.csv"):
        answer = get(made, target)
        assert (HTTPStatus.SERVICE_UNAVAILABLE, "2") == (answer.status, answer.headers["Retry-After"])
    assert HTTPStatus.SERVICE_UNAVAILABLE == get(made, "/health/ready").status
    assert HTTPStatus.OK == get(made, "/health/live").status


def test_health() -> None:
    """Ready means: the store was read, and is not away; it says the versions, and how old the data are."""
    made = answers(counted())
    ready = get(made, "/health/ready")
    assert (HTTPStatus.OK, True) == (ready.status, json.loads(ready.body)["ready"])
    made.stale_s = 3.21
    stale = get(made, "/health/ready")
    assert (HTTPStatus.SERVICE_UNAVAILABLE, 3.2) == (stale.status, json.loads(stale.body)["stale_s"])
    assert HTTPStatus.OK == get(made, "/snapshot/mayor.json").status  # old numbers stay, and are told as old


@pytest.mark.parametrize("scopes", [(), ("alerts",), ("view",), ("view", "alerts")])
def test_health_names_no_contest_where_the_count_is_not_for_everybody(scopes: tuple[str, ...]) -> None:
    """No contest and no version: who deals out clients needs the status alone."""
    made = answers(counted())
    told = ask(made, Request("GET", "/health/ready", {}, frozenset(scopes)))
    assert (HTTPStatus.OK, "view" in scopes) == (told.status, b"versions" in told.body)
    assert ("view" in scopes) == (b"mayor" in told.body)


@settings(deadline=None, max_examples=4)
@given(size=st.integers(5, 30), other=st.integers(0, 10**6))
def test_under_the_embargo_figures_make_no_difference(size: int, other: int) -> None:
    """Were every vote another one, pages and snapshots would be the same bytes: nothing of them can leak."""
    plain, changed, worker = hub(night()), hub(night()), Worker(night())
    one, two = answers(plain), answers(changed)
    for batch in parts(records(), size):
        for contest, _ in worker.count(batch):
            state = worker.state(contest)
            if worker.rehearsal.boards[contest].embargo(state, state.at).is_open:
                return
            plain.hold(contest, state)
            changed.hold(contest, with_other_figures(state, other))
        plain.turn(0.0)
        changed.turn(0.0)
        for contest in night().contests:
            for target in (
                f"/snapshot/{contest}.json",
                f"/?contest={contest}",
                f"/?contest={contest}&lang=tr",
                "/feed.atom",
                "/feed.json",
                *(f"/export/{name}?contest={contest}" for name in EXPORTS if name != "boxes.csv"),
                "/snapshot/{}/{}.json".format(contest, plain.groups[contest].tag.replace(":", "-")),
            ):
                assert get(one, target) == get(two, target)
    raise AssertionError("the ban was never lifted")


def test_a_snapshot_by_another_count_is_had_by_its_name() -> None:
    """The same as a subscription with that source begins with; the published one by its name is the usual."""
    of = counted()
    mayor = json.loads(get(answers(of), "/snapshot/mayor.json?source=party").body)
    assert ("party", False) == (mayor["source"], mayor["published"])
    assert of.by(MAYOR, SourceId("party")).shown == mayor
    usual, named = (
        get(answers(of), f"/snapshot/mayor.json{query}").body for query in ("", "?source=council")
    )
    assert usual == named


def test_a_count_that_there_is_not_is_said_with_those_there_are() -> None:
    """And before now there is the published one alone."""
    unknown = get(answers(counted()), "/snapshot/mayor.json?source=nobody")
    assert (400, True) == (unknown.status, b"there is council" in unknown.body)
    assert 400 == get(answers(counted()), "/snapshot/mayor.json?source=party&as_of=18:00").status
