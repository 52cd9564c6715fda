"""A recount breaks the lead of a called contest → a newsroom has the retraction: real Kafka, Redis, worker,
`sandik deliver` and an HTTP receiver on this machine.

What is measured is from the acknowledgement of the recount to the receiver having read the retraction's body.

Know before changing: every repetition is a session of its own, with a call of its own to break.
"""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.pipeline import Pipeline, pipeline
from bench.results import Figure, Results
from bench.servers import Place
from bench.stored import wait_for
from bench.wanted import Wanted
from election.night import Contest, Night, NightId
from election.wire.records import Bundle, Record, Ruling
from producers.cluster import create_topics
from producers.publish import Publisher
from producers.settings import Settings
from sandik import folders

MOST_S = 1.0
WITHIN_S = 60.0
NIGHT = "practice"
SECRET = "whsec_c2FuZMSxayBpcyBhIGJveCBmb3Igdm90ZXM="  # of this measurement alone
AT = datetime(2024, 10, 6, 15, 31, tzinfo=UTC)
BOXES = 50
"""Heard in one direction: nothing that is out can change who leads."""


class Heard:
    """When each kind of fact had arrived."""

    def __init__(self) -> None:
        self.at_s: dict[str, float] = {}


@contextmanager
def receiver() -> Iterator[tuple[Heard, str]]:
    """A receiver that answers 204, and its address."""
    heard = Heard()

    class Answers(BaseHTTPRequestHandler):
        """Reads the whole body, notes when, and answers."""

        def do_POST(self) -> None:
            """One delivery."""
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            heard.at_s.setdefault(str(body["type"]), time.monotonic())
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # its name there
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard, f"http://127.0.0.1:{server.server_port}/desk"
    finally:
        server.shutdown()
        server.server_close()


def measure(place: Place, wanted: Wanted, results: Results) -> None:
    """As often as it was asked for, on Apache Kafka."""
    folder = place.folder / "night"
    shutil.copytree(folders.load(NIGHT).path, folder)
    rules = "".join(f"\n[calls.{rule}]\non = true\npeople = 0\n" for rule in ("certain", "majority"))
    (folder / "night.toml").write_text((folder / "night.toml").read_text() + rules)
    first = pipeline(place, "apache", str(folder), NIGHT)
    seconds = tuple(
        _once(place, Pipeline(place, first.broker, first.store, "apache", str(folder), NIGHT, f"r{number}"))
        for number in range(wanted.repeat)
    )
    note = "from the acknowledgement of the recount to the body read by the receiver"
    results.add(Figure("retraction", "a broken lead → retracted", "s", seconds, most=MOST_S, note=note))


def _once(place: Place, line: Pipeline) -> float:
    night = folders.load(line.night).night
    settings = Settings.read(line.environment)
    asyncio.run(create_topics(settings, NightId(NIGHT)))
    with receiver() as (heard, url):
        subscriptions = place.folder / f"{line.session}.toml"
        subscriptions.write_text(_subscriptions(url))
        line.start()
        more = {"SANDIK_ALERTS": str(subscriptions), "DESK_SECRET": SECRET}
        desk = place.room("deliver", line.environment | more)
        try:
            asyncio.run(_send(settings, [*_papers(night, 1, (95, 10)), _lifted()]))
            wait_for(lambda: desk.check() and line.alive() and "call-made" in heard.at_s, WITHIN_S, "a call")
            began_s = asyncio.run(_send(settings, _papers(night, 2, (10, 95))))
            wait_for(lambda: desk.check() and "call-retracted" in heard.at_s, WITHIN_S, "the retraction")
            return heard.at_s["call-retracted"] - began_s
        finally:
            desk.stop()
            line.stop()


def _subscriptions(url: str) -> str:
    return (
        'mode = "replay"\n[[host]]\nname = "127.0.0.1"\nallow_private = true\nallow_http = true\n'
        f'[[subscription]]\nwho = "Desk"\nchannel = "webhook"\nurl = "{url}"\nsecret_env = "DESK_SECRET"\n'
    )


def _lifted() -> Ruling:
    return Ruling("mayor", "embargo-lifted", AT, AT, "council", "the council", "lifted early")


def _papers(night: Night, revision: int, votes: tuple[int, int]) -> list[Record]:
    """A paper of each of the first boxes, all in one direction; the second time as a recount."""
    contest = next(one for one in night.contests.values() if one.id == "mayor")
    boxes = [box for box in night.boxes.values() if box.registered is not None][:BOXES]
    return [
        _paper(night, contest, str(box.id), str(box.area), box.registered or 0, revision, votes)
        for box in boxes
    ]


def _paper(
    night: Night, contest: Contest, box: str, area: str, registered: int, revision: int,
    votes: tuple[int, int],
) -> Bundle:  # fmt: skip
    first, second, *others = contest.choices
    home = next(one.id for one in night.areas.values() if one.id == area)
    columns: dict[str, list[int | None]] = {first.id: [votes[0]], second.id: [votes[1]]}
    columns |= {other.id: [5 if night.stands(other, home) else None] for other in others}
    valid = sum(column[0] or 0 for column in columns.values())
    return Bundle(
        contest=contest.id, source=contest.source, area=area, level="box",
        heard_at=AT + timedelta(minutes=revision), box=[box], revision=revision,
        registered=[registered], voters=[valid], valid=[valid], invalid=[0], votes=columns,
        cause="first" if revision == 1 else "recount",
    )  # fmt: skip


async def _send(settings: Settings, records: list[Record]) -> float:
    """When everything was acknowledged."""
    async with Publisher(settings, NightId(NIGHT)) as out:
        for record in records:
            await out.publish(record)
        await out.drain()
        return time.monotonic()
