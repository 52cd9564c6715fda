"""What the gateway answers to plain GETs: the page, its files, snapshots, exports, feeds, health.

    answers.answer(Request("GET", "/snapshot/mayor.json"))      an Answer; for boxes one to wait for
    answers.keep()                                              at every tick, for addresses of one version

Know before changing: this is pure; `gateway` turns an Answer into HTTP. Files are looked up in a table made
at the start, so no path of a stranger ever reaches the disk. A body that follows the count is made from what
the hub shows and from nothing else, so that the embargo holds here too; it is made, and packed, once for each
version. What is wrong with a request is said before anything is made.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qs, unquote

from election.errors import OutsideError, UsageError
from election.night import ContestId, SourceId
from election.wire.frames import Json, dumps
from web import accepting, feeds, then
from web.archive import Archive, clock_mark
from web.asked import Asked, Route
from web.exporting import BOXES, Exports
from web.exports import EXPORTS
from web.hub import Group, Hub
from web.kept import Keep, Kept, digest, kept
from web.large import BYTES_AT_ONCE_MAX, HTML, Content, Sent, is_quick, said
from web.lines import Lines
from web.lost import BOARD, no_contest, no_export
from web.map_file import MapFile
from web.past import NotShownError, Past, Told, question
from web.policy import Outside
from web.replies import (
    BY_LANGUAGE,
    EXPORT,
    FOR_EVER,
    SHORT,
    TABLE,
    TYPES,
    Answer,
    Request,
    cached,
    finish,
    in_json,
    later,
    not_yet,
    nothing,
    only_get,
    sentence,
    type_of,
    waited,
    wrong,
)
from web.routes import OPEN, ROUTES
from web.saved import Saved
from web.story import with_all_told
from web.workshop import Workshop

SCOPES: Mapping[str, frozenset[str]] = {
    "health": frozenset(),
    **dict.fromkeys(("static", *OPEN), frozenset()),
    **dict.fromkeys(feeds.FEEDS, frozenset({"view", "alerts"})),
}
"""By the first part of a path, scopes of which one is enough; none: nobody is asked. All else needs VIEW."""
VIEW = frozenset({"view"})
FEED_WRITERS: Mapping[str, Callable[[Sequence[Json], str], bytes]] = {
    "feed.atom": feeds.atom,
    "feed.json": feeds.json_feed,
}
"""How each of `feeds.FEEDS` is written."""

STALE = ":stale"
"""Behind the tag of the newest snapshot while the store is away, so that a cache learns of it too."""

Page = Callable[[Json, str, list[Json]], bytes]
"""Snapshot, language and the contests of the night → the whole page."""


class Answers:
    """Everything that can be had by GET."""

    def __init__(
        self, hub: Hub, files: Mapping[str, bytes], page: Page, style: Callable[[Json], bytes],
        languages: tuple[str, ...], exports: Exports | None = None, past: Past | None = None,
        mapped: MapFile | None = None,
    ) -> None:  # fmt: skip
        """Without `exports` nothing under /export/, without `past` no log of what was shown, else no map."""
        self._hub, self._page, self._style, self._languages = hub, page, style, languages
        self._exports, self._past = exports, past
        self._files = {name: kept(digest(body), body) for name, body in files.items()}
        night = f"{hub.facts} {mapped.name if mapped else ''}"
        self._edition = digest(b"".join(files.values()) + night.encode())
        self._keep, self._styles, self._archive = Keep(), Keep(), Archive()
        self._saved = Saved(hub.label)
        self._workshop = Workshop()
        self.ready = False
        """Whether the store was read at least once; until then nothing about the count is answered."""
        self.stale_s: float | None = None
        self.outside = Outside()
        """How the gateway is known to others."""
        self.lines = Lines()
        """How each contest went so far."""
        self.mapped = mapped

    def keep(self) -> None:
        """Notes what is shown now, so that it can be had under its own address later."""
        if self.ready:
            for contest, group in self._hub.groups.items():
                self._archive.keep(contest, group.tag, group.shown)
                self.lines.look(contest, group.shown)

    def answer(self, request: Request) -> Answer | Awaitable[Answer]:
        """The answer to a request; every wrong one has a sentence. Exports may have to be waited for."""
        if request.method not in ("GET", "HEAD"):
            return only_get()
        path, _, query = request.target.partition("?")
        path, asked = unquote(path), parse_qs(query)
        if "as_of" in parse_qs(query, keep_blank_values=True):
            asked.setdefault("as_of", [""])  # asked for, and not said: that is no question about now
        refused = _refused(path, request)
        if refused is not None:
            return finish(refused, request)
        name = path.removeprefix("/export/")
        if path.startswith("/export/") and name in EXPORTS and self._exports is not None:
            made = self._export(self._exports, name, asked, request) if self.ready else not_yet()
        else:
            made = self._route(path, asked, request)
        return self._saved.named(path, asked, finish(made, request) if isinstance(made, Answer) else made)

    def _export(
        self, exports: Exports, name: str, query: Mapping[str, list[str]], request: Request
    ) -> Answer | Awaitable[Answer]:
        """What is shown in a shape that other people's readers know; boxes and large ones take a moment."""
        if name == BOXES:
            return waited(lambda: exports.boxes(query), request, EXPORTS[BOXES].kind, TABLE)
        try:
            wanted = exports.wanted(name, query, request.headers)
        except UsageError as error:
            return wrong(error)
        if accepting.matches(request.headers.get("if-none-match", ""), f'"{wanted.etag}"'):
            known = Kept(wanted.etag, b"", b"")  # whoever has it already needs none made
            return cached(known, request, wanted.kind, EXPORT, wanted.vary)
        if not wanted.at_once:
            return waited(lambda: exports.made(wanted), request, wanted.kind, EXPORT, wanted.vary)
        body = self._keep.get(wanted.key, wanted.etag, wanted.make)
        return cached(body, request, wanted.kind, EXPORT, wanted.vary)

    def _route(
        self, path: str, query: Mapping[str, list[str]], request: Request
    ) -> Answer | Awaitable[Answer]:
        where, _, name = path.removeprefix("/").partition("/")
        if path == "/health/live":
            return in_json({"live": True})
        if path == "/health/ready":
            return self._readiness(request)
        if where == "static" and name in self._files:
            return cached(self._files[name], request, type_of(name), "public, max-age=60")
        if where in ROUTES:
            return self._elsewhere(where, name, query, request)
        if where == "export" and self._exports is not None:
            return self._elsewhere(where, name, query, request, no_export)
        if path != "/" and where not in ("snapshot", "style", "shown", *feeds.FEEDS):
            return nothing()
        asked = self._asks_the_past(where, name, query, request)
        if asked is not None:
            return asked
        if not self.ready:
            return not_yet()
        if path == "/" and then.is_asked(query, self._hub.groups):
            return self._elsewhere("", "", query, request, then.answer)
        if path == "/":
            return self._board(query, request)
        if path.removeprefix("/") in feeds.FEEDS:
            return self._feed(where, query, request)
        return self._of_a_contest(where, name, query, request)

    def _elsewhere(
        self,
        where: str,
        name: str,
        query: Mapping[str, list[str]],
        request: Request,
        route: Route | None = None,
    ) -> Answer | Awaitable[Answer]:
        """One of the addresses in `routes`."""
        if not self.ready:
            return not_yet()
        made = (route or ROUTES[where])(self._asked(where, name, query, request))
        if isinstance(made, Answer):
            return made
        return _finished(made, request)

    def _asked(self, where: str, name: str, query: Mapping[str, list[str]], request: Request) -> Asked:
        return Asked(
            where, name, query, self._language(query, request), request, self._hub.groups, self._hub.titles(),
            self._keep, self._edition, self._past, self.outside, self.lines, self.mapped,
            None if self._exports is None else self._exports.apart, self._workshop, self.stale_s is not None,
        )  # fmt: skip

    def _no_contest(self, where: str, name: str, query: Mapping[str, list[str]], request: Request) -> Answer:
        """Of an address below `where` that names a contest, which there is not, or none."""
        contest = name.partition("/")[0].rpartition(".json")
        named = contest[0] or contest[2]
        if not self.ready:
            return not_yet()
        if ContestId(named) in self._hub.groups:
            return nothing()
        to = {"snapshot": "/snapshot/{}.json", "shown": "/shown/{}"}.get(where, BOARD)
        return no_contest(self._asked(where, name, query, request), named, to)

    def _asks_the_past(
        self, where: str, name: str, query: Mapping[str, list[str]], request: Request
    ) -> Answer | Awaitable[Answer] | None:
        """What was shown before; None: another question."""
        kind, contest = question(where, name, query)
        past, lang = self._past, self._language(query, request)
        if not kind:
            return None
        if contest not in self._hub.groups:
            return self._no_contest(where, name, query, request)
        if "source" in query and where == "snapshot":
            return wrong(UsageError("source: of what was shown before there is the published count alone."))
        if past is None:
            text = "This gateway keeps no log of what is shown (SANDIK_SHOWN)."
            return sentence(HTTPStatus.NOT_FOUND, text)
        return _told(lambda: past.answer(kind, contest, query, lang), request)

    def _of_a_contest(
        self, where: str, name: str, query: Mapping[str, list[str]], request: Request
    ) -> Answer | Awaitable[Answer]:
        """The snapshot of a contest, one of its versions, or its stylesheet."""
        stem, _, ending = name.rpartition(".")
        contest, _, version = stem.partition("/")
        group = self._hub.groups.get(ContestId(contest))
        if group is None:
            return self._no_contest(where, name, query, request)
        if where == "snapshot" and ending == "json" and version:
            return self._version(ContestId(contest), version, request)
        if where == "snapshot" and ending == "json" and "/" not in stem:
            return self._snapshot(ContestId(contest), query, request)
        if where == "style" and ending == "css" and "/" not in stem:
            return cached(self._styled(group), request, TYPES["css"], "public, max-age=60")
        return nothing()

    def _snapshot(
        self, contest: ContestId, query: Mapping[str, list[str]], request: Request
    ) -> Answer | Awaitable[Answer]:
        """The newest of a contest, by the published count or by another that is asked for."""
        source = query.get("source", [""])[0]
        known = self._hub.offer.sources
        if source and source not in known:
            return wrong(UsageError(f"source: there is none of that name; there is {', '.join(known)}."))
        group = self._hub.by(contest, SourceId(source) if source else None)

        def now() -> Content:
            tag, body = _tag(group) + (STALE if self.stale_s is not None else ""), group.body
            return Content(group.shown, tag, lambda: body, len(body) <= BYTES_AT_ONCE_MAX)

        how = Sent(TYPES["json"], SHORT)
        return said(self._workshop, self._keep, request, f"/snapshot/{contest}?{source}", now, how)

    def _version(self, contest: ContestId, name: str, request: Request) -> Answer | Awaitable[Answer]:
        """What was shown as one version, from memory, else from the log."""
        group = self._hub.groups[contest]
        self._archive.keep(contest, group.tag, group.shown)
        found = self._archive.find(contest, name)
        past = self._past
        if found is None and past is not None and past.has(contest, name):
            return _told(lambda: past.version(contest, name), request)
        if found is None:
            newest = self._archive.newest(contest)
            return sentence(
                HTTPStatus.NOT_FOUND,
                f"There is no such version of {contest} here, or none any more; the newest is {newest}: "
                f"/snapshot/{contest}/{newest}.json.",
            )
        body = self._keep.get(f"/snapshot/{contest}/{name}", name, lambda: dumps(found))
        return cached(body, request, TYPES["json"], FOR_EVER)

    def _board(self, query: Mapping[str, list[str]], request: Request) -> Answer | Awaitable[Answer]:
        groups = self._hub.groups
        contest = ContestId(query.get("contest", [next(iter(groups))])[0])
        lang = self._language(query, request)
        group = groups[contest]

        def now() -> Content:
            shown, titles = group.shown, self._hub.titles()
            tag = f"{_tag(group)}:{lang}:{self._edition}"
            return Content(shown, tag, lambda: self._page(shown, lang, titles), is_quick(shown))

        return said(self._workshop, self._keep, request, f"/{contest}/{lang}", now, HTML)

    def _feed(self, name: str, query: Mapping[str, list[str]], request: Request) -> Answer:
        """All alerts of the night; made again only when something was told."""
        lang = self._language(query, request)
        groups = self._hub.groups.values()
        identity = feeds.identity([group.shown for group in groups])
        etag = digest(f"{name} {lang} {self._edition} {identity}".encode())
        made = self._keep.get(
            f"{name}/{lang}", etag,
            lambda: FEED_WRITERS[name]([with_all_told(one.shown, one.led.told) for one in groups], lang),
        )  # fmt: skip
        kind = f"{feeds.FEEDS[name]}; charset=utf-8"
        return cached(made, request, kind, SHORT, BY_LANGUAGE)

    def _language(self, query: Mapping[str, list[str]], request: Request) -> str:
        """As the address asks for it, else as the browser does."""
        lang = query.get("lang", [""])[0]
        known = lang in self._languages
        return (
            lang if known else accepting.language(request.headers.get("accept-language", ""), self._languages)
        )

    def _styled(self, group: Group) -> Kept:
        """It hangs on the night alone."""
        contest = str(group.shown["contest"])
        found = self._styles.find(contest)
        if found is not None:
            return found
        made = self._style(group.shown)
        return self._styles.put(contest, kept(digest(made), made))

    def _readiness(self, request: Request) -> Answer:
        """Nobody is asked who they are: what names contests is said where everybody may see the count."""
        facts: Json = {"ready": self.ready and self.stale_s is None}
        if request.scopes & VIEW:
            facts["versions"] = self._hub.versions()
        if self.stale_s is not None:
            facts["stale_s"] = round(self.stale_s, 1)
        return in_json(facts, HTTPStatus.OK if facts["ready"] else HTTPStatus.SERVICE_UNAVAILABLE)


def _tag(group: Group) -> str:
    """Names exactly what is shown: in live a source may fall silent without a new version."""
    return group.tag + clock_mark(group.shown)


async def _finished(made: Awaitable[Answer], request: Request) -> Answer:
    return finish(await made, request)


async def _told(make: Callable[[], Awaitable[Told]], request: Request) -> Answer:
    """What the log of what was shown says, or why it says nothing."""
    try:
        told = await make()
    except UsageError as error:
        return finish(wrong(error), request)
    except NotShownError as error:
        return finish(sentence(HTTPStatus.NOT_FOUND, str(error)), request)
    except OutsideError as error:
        return finish(later(str(error)), request)
    made = cached(told.body, request, told.kind, told.caching, told.vary)
    return finish(replace(made, headers={**made.headers, **told.headers}), request)


def is_open(path: str) -> bool:
    """Whether nobody is asked who they are there, not even at a private gateway: nothing of the count is."""
    return path.removeprefix("/").partition("/")[0] in ("static", *OPEN)


def _refused(path: str, request: Request) -> Answer | None:
    """What a private gateway answers to somebody who may not see this."""
    needed = SCOPES.get(path.removeprefix("/").partition("/")[0], VIEW)
    if not needed or needed & request.scopes:
        return None
    if "authorization" in request.headers:
        return sentence(HTTPStatus.FORBIDDEN, "This token is not one to see this with; it needs scope view.")
    text = "This gateway is private: send a token with scope view, as Authorization: Bearer TOKEN."
    return sentence(HTTPStatus.UNAUTHORIZED, text, **{"WWW-Authenticate": 'Bearer realm="sandik"'})
