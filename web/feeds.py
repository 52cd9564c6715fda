"""The alerts of every contest of a night as feeds: Atom (RFC 4287) and JSON Feed 1.1.

    atom([snapshot, …], "en")          the bytes of /feed.atom
    json_feed([snapshot, …], "tr")     the bytes of /feed.json?lang=tr

Know before changing: an alert is a fact with an id of its own, so an entry never changes once it is there,
and a reader shows it once. Titles are those that were told: the mode, and SIMULATED, stand in each. Nothing
is taken from a snapshot but its alerts and its names, so no total is here before the embargo opens. Whoever
reads a feed now and then misses nothing, where the snapshots came through `story.with_all_told`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from web.face import Snapshot
from web.html import of_xml
from web.story import DESK_ONLY, language_of, reason
from web.words import BOLD, Words, words

FEEDS: Mapping[str, str] = {"feed.atom": "application/atom+xml", "feed.json": "application/feed+json"}
"""Path of each feed and its type."""
JSON_FEED = "https://jsonfeed.org/version/1.1"
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One alert of one contest, as both feeds say it."""

    id: str
    at: str
    seq: int
    kind: str
    title: str
    because: str
    contest: str
    title_lang: str
    """The language that the title is in, which is the feed's unless it was told before there was that one."""
    because_lang: str


def entries(contests: Sequence[Snapshot], w: Words) -> list[Entry]:
    """The alerts of all contests, newest first."""
    made = []
    for s in contests:
        for alert in s.get("alerts") or []:
            if alert["kind"] in DESK_ONLY:
                continue
            title = str((alert.get("titles") or {}).get(w.lang) or alert.get("title") or "").replace(BOLD, "")
            made.append(
                Entry(
                    tag(s, f"{s['contest']}/{alert['id']}"), str(alert["at"]), int(alert.get("seq") or 0),
                    str(alert["kind"]), title, reason(alert, w), w.name(s, "title") or str(s["contest"]),
                    language_of(alert.get("titles"), w),
                    language_of(alert.get("becauses"), w, str(alert.get("lang") or "en")),
                )
            )  # fmt: skip
    return sorted(made, key=lambda entry: (entry.at, entry.seq, entry.id), reverse=True)


def tag(s: Snapshot, what: str) -> str:
    """A name for something of a night that no address has to keep (RFC 4151)."""
    safe = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-._~/") else "_" for letter in what
    )
    return f"tag:sandik,{s.get('date') or '1970-01-01'}:{s.get('mode') or 'live'}/{s.get('night')}/{safe}"


def identity(contests: Sequence[Snapshot]) -> str:
    """What a feed hangs on: another text means another feed. Facts never change: ids are enough."""
    lines = [str(contests[0].get("night")) if contests else ""]
    for s in contests:
        ids = ",".join(str(alert["id"]) for alert in s.get("alerts") or [])
        lines.append(f"{s['contest']} {s.get('mode')} {ids}")
    return "\n".join(lines)


def _title(s: Snapshot, w: Words) -> str:
    """The night's name under its mode, as the titles of alerts begin."""
    mode = str(s.get("mode") or "live")
    marks = [] if mode == "live" else [w.say(f"mode.{mode}")]
    marks += [w.say("simulated")] if s.get("simulated") else []
    return " · ".join([*marks, w.name(s, "night_name") or str(s.get("night")), w.say("told")])


def _updated(found: Sequence[Entry], s: Snapshot) -> str:
    """When the newest alert was; before the first, the beginning of the night's day."""
    return found[0].at if found else f"{s.get('date') or '1970-01-01'}T00:00:00Z"


def atom(contests: Sequence[Snapshot], lang: str) -> bytes:
    """All alerts as an Atom feed. Links are relative to where the feed was had from."""
    w = words(lang)
    found, s = entries(contests, w), contests[0]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="{ATOM}" xml:lang="{w.lang}">',
        f"<id>{escape(tag(s, f'feed/{w.lang}'))}</id>",
        f"<title>{_clean(_title(s, w))}</title>",
        f"<updated>{escape(_updated(found, s))}</updated>",
        "<author><name>Sandık</name></author>",
        f'<link rel="self" type="application/atom+xml" href="/feed.atom?lang={w.lang}"/>',
        f'<link rel="alternate" type="text/html" href="/?lang={w.lang}"/>',
    ]
    lines += [_entry(entry, w.lang) for entry in found]
    return "\n".join([*lines, "</feed>", ""]).encode()


def _entry(entry: Entry, feed: str) -> str:
    at, content = escape(entry.at), _content(entry)
    title, inside = (_marked(language, feed) for language in (entry.title_lang, content[1]))
    return (
        f"<entry><id>{escape(entry.id)}</id><title{title}>{_clean(entry.title)}</title>"
        f"<published>{at}</published><updated>{at}</updated>"
        f"<category term={quoteattr(of_xml(entry.kind))}/><category term={quoteattr(of_xml(entry.contest))}/>"
        f"<content{inside}>{_clean(content[0])}</content></entry>"
    )


def _content(entry: Entry) -> tuple[str, str]:
    """What stands below a title, and its language: the reason, or the title again."""
    return (entry.because, entry.because_lang) if entry.because else (entry.title, entry.title_lang)


def _marked(language: str, feed: str) -> str:
    return "" if language == feed else f" xml:lang={quoteattr(language)}"


def _clean(text: str) -> str:
    return escape(of_xml(text))


def json_feed(contests: Sequence[Snapshot], lang: str) -> bytes:
    """All alerts as a JSON Feed."""
    w = words(lang)
    found, s = entries(contests, w), contests[0]
    items: list[dict[str, Any]] = [
        {
            "id": entry.id,
            "title": entry.title,
            "content_text": _content(entry)[0],
            "language": _content(entry)[1],
            "date_published": entry.at,
            "tags": [entry.kind, entry.contest],
        }
        for entry in found
    ]
    feed = {"version": JSON_FEED, "title": _title(s, w), "language": w.lang, "authors": [{"name": "Sandık"}]}
    return json.dumps(feed | {"items": items}, ensure_ascii=False).encode()
