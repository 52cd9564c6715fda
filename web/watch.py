"""`sandik watch`: a night in a terminal, over the protocol that every client speaks.

    asyncio.run(watch("http://127.0.0.1:8080/", ["mayor"], print, random.Random()))

`web.viewer` knows the protocol; here are the socket, the coming back, and what a terminal says of it.

Know before changing: numbers between two lines may be skipped, the newest never; what is told (alerts and
calls) is never skipped. Every line says the mode, and SIMULATED where it is so.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)

from election.errors import OutsideError, UsageError
from election.wire.frames import Json
from web.proxied import no_proxy, no_socks, on_this_machine, through
from web.viewer import Copy, Note, Viewer

FRAME_BYTES_MAX = 64 * 1024 * 1024
"""Longest frame that is read; a longer one ends the connection."""
LINE_EVERY_S = 1.0
"""Between two lines of numbers; what moved meanwhile is in the next one."""
SILENT_BEATS, SILENT_MIN_S = 3, 5.0
"""A connection that is silent for so many heartbeats is dead, but not before that time."""
HELLO_WITHIN_S = 10.0
NOT_WITHOUT_A_TOKEN = frozenset({3401, 3403})
"""Close codes that mean: with another token, or not at all."""
NOT_NOW = 503
"""The gateway is there, but is full or has not read its store yet."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a night is watched; empty: everything."""

    areas: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    source: str = ""
    told_only: bool = False
    """Only alerts and calls, from the first of the night on."""
    token: str = field(default="", repr=False)

    def viewer(self, contests: Iterable[str], note: Note | None = None) -> Viewer:
        """A client that wishes so."""
        return Viewer(
            contests, numbers=not self.told_only, events=True, after=0 if self.told_only else None,
            token=self.token, areas=list(self.areas), levels=list(self.levels), source=self.source,
            **({"note": note} if note else {}),
        )  # fmt: skip


def address(text: str) -> tuple[str, str]:
    """Of what people type or paste: where the gateway's websocket is, and the contest that it names or "".

    Takes the address of the page (http, https), of the websocket (ws, wss) or HOST:PORT. Raises UsageError.
    """
    wrong = UsageError(f"{text!r} is no address of a gateway; one is http://127.0.0.1:8080/.")
    try:
        parts = urlsplit(text if "://" in text else f"ws://{text}")
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        good = scheme in ("ws", "wss") and bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # brackets, a port or a name that cannot be one
        raise wrong from None
    if not good:
        raise wrong
    contest = parse_qs(parts.query).get("contest", [""])[0]
    path = parts.path if parts.path.endswith("/ws") else f"{parts.path.rstrip('/')}/ws"
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}{path}", contest


class Screen:
    """What a terminal says, as words and as facts for programs; the clock is an argument."""

    def __init__(
        self, viewer: Viewer, say: Callable[[str], Any], answer: Callable[[Json], Any] | None = None
    ) -> None:
        self._viewer, self._answer = viewer, answer or (lambda _: None)
        self._say: Callable[[str], Any] = lambda text: say(_printable(text))
        self._moved: dict[str, None] = {}
        self._said: dict[str, Json] = {}
        """What was last said of each subscription."""
        self._due = 0.0
        self._stale = False
        self._faults = 0

    def hear(self, subs: Iterable[str], now: float) -> None:
        """What a frame came to: some subscriptions show something new, or something else is to be said."""
        self._moved |= dict.fromkeys(subs)
        for event in self._viewer.take_told():
            self._say(told_line(event, self._mark(), self._titles().get(event["contest"], "")))
            self._answer(self._facts(event))
        self._say_faults()
        self._say_stale()
        if self._moved and now >= self._due:
            self.flush()
            self._due = now + LINE_EVERY_S

    def wait_s(self, now: float) -> float | None:
        """How long until `hear` should be called again, if nothing comes; None: it need not be."""
        return max(0.0, self._due - now) if self._moved else None

    def flush(self) -> None:
        """Says the newest of everything that moved."""
        for sub in self._moved:
            self._say_copy(sub, self._viewer.copies[sub])
        self._moved.clear()

    def _say_copy(self, sub: str, copy: Copy) -> None:
        said = self._said.get(sub, {})
        asked = "areas" in copy.wanted or "levels" in copy.wanted
        areas = area_lines(copy.shown, said) if asked else []
        if areas or not said or line(copy.shown) != line(said):
            for text in (line(copy.shown), *areas):
                self._say(text)
        self._said[sub] = copy.shown
        self._answer({"t": "shown", "contest": copy.contest, "d": copy.shown})

    def away(self, url: str, because: str, wait_s: float) -> None:
        """The connection is gone; what was not said yet is said first."""
        self.flush()
        self._say(f"{url}: {because}; trying again in {wait_s:.1f} s. The numbers above stay as they are.")
        self._answer({"t": "away", "because": because, "again_in_s": round(wait_s, 1)})

    def _say_stale(self) -> None:
        stale_s = self._viewer.stale_s
        if (stale_s is not None) == self._stale:
            return
        self._stale = stale_s is not None
        if stale_s is None:
            self._say(f"[{self._mark()}] fresh again: the gateway reads its store")
        else:
            self._say(f"[{self._mark()}] STALE: the gateway cannot read its store for {stale_s:.0f} s")
        self._answer(self._facts({"t": "stale", "stale_s": stale_s}))

    def _say_faults(self) -> None:
        for fault in self._viewer.faults[self._faults :]:
            self._say(f"[{self._mark()}] {fault}")
        self._faults = len(self._viewer.faults)

    def _mark(self) -> str:
        """Mode, and SIMULATED where it is so."""
        shown = next((copy.shown for copy in self._viewer.copies.values() if copy.shown), self._viewer.hello)
        return mark(shown)

    def _titles(self) -> dict[str, str]:
        """The contests of the night and their names."""
        return {one["id"]: str(one.get("title", "")) for one in self._viewer.hello.get("contests", [])}

    def _facts(self, facts: Json) -> Json:
        hello = self._viewer.hello
        return facts | {key: hello[key] for key in ("mode", "simulated") if key in hello}


def mark(of: Mapping[str, Any]) -> str:
    """`replay, SIMULATED`: the mode of a snapshot or a hello, and whether its figures are invented."""
    return str(of.get("mode", "?")) + (", SIMULATED" if of.get("simulated") else "")


def line(shown: Json) -> str:
    """What a terminal says of a snapshot: night time, mode, contest, boxes, headline."""
    return f"{_time(shown.get('at'))} [{mark(shown)}] {shown['contest']} {_boxes(shown)}: {_sentence(shown)}"


def told_line(event: Json, marked: str, contest_title: str = "") -> str:
    """What a terminal says of an alert or a call. Mode and contest, in its title too, stand there once."""
    told = event["d"]
    named = told["title"].partition(f"{contest_title}: ")[2] if contest_title else ""
    because = f" · {told['because']}" if told.get("because") else ""
    what = f"{named or told['title']} ({event['kind']}){because}"
    return f"{_time(told.get('at'))} [{marked}] {event['contest']} ● {what}"


def area_lines(shown: Json, before: Json) -> list[str]:
    """A line for each area that is not as it was before, in the order of their names."""
    short = {choice["id"]: choice.get("short") or choice["id"] for choice in shown.get("choices", [])}
    areas, held = shown.get("areas", {}), before.get("areas", {})
    lines = []
    for id, area in sorted(areas.items(), key=lambda item: str(item[1].get("name") or item[0])):
        if area != held.get(id):
            votes = {
                short.get(choice, choice): count for choice, count in (area.get("choices") or {}).items()
            }
            figures = f": {_votes(votes)}" if votes else ""
            lines.append(f"    {area.get('name') or id} {_boxes(area, shown)}{figures}")
    return lines


def _printable(text: str) -> str:
    """Without what a stranger's gateway could do to a terminal."""
    return "".join(one if one.isprintable() else " " for one in text)


def _time(at: Any) -> str:
    return f"{str(at or '')[11:19] or '--:--:--'}Z"


def _boxes(of: Json, snapshot: Json | None = None) -> str:
    """Boxes counted, or only received as long as no more may be told."""
    ban = (snapshot or of).get("embargo", {}).get("state", "open")
    counted = of["counted" if ban == "open" else "received"]
    return f"{counted['boxes']:,}/{counted['boxes_total']:,} boxes"


def _sentence(shown: Json) -> str:
    """The headline; another count than the published one has none, and says its votes."""
    if shown.get("headline"):
        return str(shown["headline"]["en"])
    votes = {choice.get("short") or choice["id"]: choice.get("votes") for choice in shown.get("choices", [])}
    figures = _votes({choice: count for choice, count in votes.items() if count is not None})
    return f"{shown.get('source')}'s count: {figures or 'nothing may be told yet'}"


def _votes(votes: Mapping[str, int]) -> str:
    ordered = sorted(votes.items(), key=lambda item: -item[1])
    return " · ".join(f"{choice} {count:,}" for choice, count in ordered)


async def watch(
    url: str, contests: Iterable[str], say: Callable[[str], Any], dice: random.Random,
    wish: Wish | None = None, answer: Callable[[Json], Any] | None = None, note: Note | None = None,
) -> None:  # fmt: skip
    """Says a night until it is cancelled, coming back whenever it can; `answer` is given the same as facts.

    Raises OutsideError if nothing answers at the very first try, or if the server says that coming back is of
    no use; UsageError if what is wished for is not there, or needs another token, or if the environment names
    a proxy that is none.
    """
    place, named = address(url)
    contests = list(contests) or ([named] if named else [])
    viewer = (wish or Wish()).viewer(contests, note)
    screen = Screen(viewer, say, answer)
    while True:
        code, because = None, "the connection was lost"
        try:
            async with await _connected(place) as socket:
                code, because = await _listen(socket, viewer, screen)
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            because = _unreached(place, error, first=not viewer.hello)
        except (_NoGreetingError, orjson.JSONDecodeError) as error:
            raise UsageError(f"What answers at {place} is no gateway: it does not greet as one.") from error
        wait_ms = viewer.lost(code)
        if code in NOT_WITHOUT_A_TOKEN:
            raise UsageError(
                f"{place} wants a token that may see this ({because}): name it with --token-env."
            )
        if wait_ms is None:
            raise OutsideError(f"{place} does not want us back: {because}.")
        wait_s = dice.uniform(*wait_ms) / 1000
        screen.away(place, because, wait_s)
        await asyncio.sleep(wait_s)


async def _connected(place: str) -> ClientConnection:
    """The websocket there. Raises UsageError for a proxy that is none, else what `connect` raises."""
    near = on_this_machine(place)
    try:
        return await connect(
            place, max_size=FRAME_BYTES_MAX, open_timeout=HELLO_WITHIN_S, proxy=None if near else True
        )
    except OSError:  # a certificate that is not trusted is a ValueError too
        raise
    except (InvalidProxy, ImportError, ValueError) as error:
        if near:
            raise
        if isinstance(error, ImportError):
            raise UsageError(no_socks(place)) from None
        why = error.msg if isinstance(error, InvalidProxy) else ""
        raise UsageError(no_proxy(place, why)) from None  # a password may stand in the error


async def _listen(socket: ClientConnection, viewer: Viewer, screen: Screen) -> tuple[int | None, str]:
    """Takes in what comes until the connection ends; the close code, if there was one, and why."""
    heard_at = time.monotonic()
    try:
        while True:
            now = time.monotonic()
            dead_in_s = heard_at + _silence_s(viewer) - now
            if dead_in_s <= 0:
                return None, "it has said nothing for too long"
            line_in_s = screen.wait_s(now)
            subs: list[str] = []
            try:
                async with asyncio.timeout(dead_in_s if line_in_s is None else min(dead_in_s, line_in_s)):
                    text = await socket.recv()
                heard_at = time.monotonic()
                if not viewer.hello:
                    _greeted(text)
                subs = viewer.hear(text)
            except TimeoutError:
                pass  # nothing came: a line may be due
            _refused(viewer)
            screen.hear(subs, time.monotonic())
            for command in viewer.take_commands():
                await socket.send(command, text=True)
    except ConnectionClosed as closed:
        ended = closed.rcvd
        return (
            (ended.code, ended.reason or f"it closed with {ended.code}") if ended else (None, "it broke off")
        )


class _NoGreetingError(Exception):
    """The first that was said on a connection is not what a gateway says first."""


def _greeted(text: str | bytes) -> None:
    """Raises _NoGreetingError, or JSONDecodeError, for what is no greeting of a gateway."""
    frame = orjson.loads(text)
    ours = isinstance(frame, dict) and frame.get("t") == "hello"
    if not ours or not isinstance(frame.get("contests"), list):
        raise _NoGreetingError


def _silence_s(viewer: Viewer) -> float:
    return max(SILENT_MIN_S, SILENT_BEATS * float(viewer.hello.get("heartbeat_s", 0)))


def _refused(viewer: Viewer) -> None:
    """Raises UsageError for an error that would only come again."""
    if viewer.refusals:
        error = viewer.refusals[0]
        hint = " Name one with --token-env." if error["code"] in ("no-scope", "bad-token") else ""
        raise UsageError(f"{error['message']}{hint}")


def _unreached(place: str, error: Exception, *, first: bool) -> str:
    """Why there is no connection. At the very first try that is an error, unless it is only not ready yet."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        if status in (401, 403):
            raise UsageError(f"{place} lets nobody in without a token that may: name it with --token-env.")
        if first and status != NOT_NOW:
            raise UsageError(f"There is no gateway at {place}: it answers {status}.")
        return f"it answers {status}, not ready or full" if status == NOT_NOW else f"it answers {status}"
    if first:
        raise OutsideError(
            f"No gateway answers at {place}{through(place)} ({error}). Is one running? "
            "sandik demo starts everything."
        ) from error
    return f"it cannot be reached ({error})"


def main(
    url: str, contests: Iterable[str], say: Callable[[str], Any], wish: Wish,
    answer: Callable[[Json], Any] | None = None, note: Note | None = None,
) -> int:  # fmt: skip
    """Watches until it is interrupted; errors as of `watch`."""
    asyncio.run(watch(url, contests, say, random.Random(), wish, answer, note))
    return 0
