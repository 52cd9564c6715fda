"""The pages about exports say what the code does, and what they show runs.

Know before changing: programs on the pages are run as they stand; only the address is another, and a loop
that would not end runs three times.
"""

import asyncio
import contextlib
import io
import json
import re
import warnings
from pathlib import Path

import pandas

from tests.web import node
from tests.web.house import House, house, until
from tests.web.made import JUNE, Worker, night, records
from tests.web.shapes import COUNCIL, MAYOR, counted, june, rows
from web import archive, box_tables
from web.exports import EXPORTS, elex, tables
from web.held import Boxes

DOCS = Path(__file__).parents[2] / "docs"
FEED = (DOCS / "read-it-like-your-feed.md").read_text(encoding="utf-8")
SITE = (DOCS / "put-it-on-a-site.md").read_text(encoding="utf-8")
PAGE = (DOCS / "reference" / "exports.md").read_text(encoding="utf-8")


def programs(page: str, language: str) -> list[str]:
    """The blocks of code of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def section(name: str) -> str:
    """A section of the reference."""
    return PAGE.partition(f"{name}\n")[2].partition("\n#")[0]


def named(text: str) -> list[str]:
    """Everything in backticks, in order."""
    return re.findall(r"`([^`]+)`", text)


def test_every_address_stands_in_the_reference() -> None:
    """And in the page for newsrooms."""
    for name in EXPORTS:
        assert f"`/export/{name}`" in PAGE
        assert f"/export/{name}" in FEED


def test_the_columns_of_elex_stand_there_in_their_order() -> None:
    """The forty of the tool, then ours."""
    forty, ours = section("### elex.csv, elex.json").split("Ours follow:")
    assert list(elex.COLUMNS) == named(forty)[-40:]
    assert list(elex.OURS) == named(ours.partition("\n")[0])


def test_the_columns_of_the_tables_stand_there_in_their_order() -> None:
    """As they are written, with a word for what hangs on the night."""
    for name, made in (
        ("### areas.csv", rows(june().bytes_of("areas.csv"))),
        ("### boxes.csv", rows(june().table())),
    ):
        told = [
            cell
            for line in section(name).splitlines()
            if line.startswith("| `")
            for cell in named(line.split("|")[1])
        ]
        found = [
            re.sub(
                r"^(votes)_.*|^(city|side|district)_",
                lambda hit: "votes_<choice>" if hit[1] else "<level>_",
                column,
            )
            for column in made[0]
        ]
        assert list(dict.fromkeys(found)) == told
    assert set(tables.MARKS) <= set(made[0])


def test_the_statuses_of_a_box_stand_there() -> None:
    """Every word that may stand in the column."""
    (line,) = [line for line in section("### boxes.csv").splitlines() if line.startswith("| `status`")]
    told = set(named(line)) - {"status"}
    assert {"counted", "quarantined", "conflict", "marked", "withdrawn", "missing"} == told
    assert {row["status"] for row in rows(counted().table())} <= told


def test_the_limits_stand_there() -> None:
    """How old a table may be, how many boxes it holds, and how many versions are kept."""
    assert f"{box_tables.BOXES_MAX:,} boxes" in PAGE
    assert f"every {box_tables.AGAIN_AFTER_S:g} seconds" in PAGE
    snapshot = (DOCS / "reference" / "snapshot.md").read_text(encoding="utf-8")
    assert f"newest {archive.VERSIONS_MAX} versions" in snapshot
    assert f"{archive.BYTES_MAX // 2**20} MiB" in snapshot


class Store:
    """A store with boxes, for a gateway that needs nothing else of it."""

    def __init__(self) -> None:
        self.away = asyncio.Event()

    async def follow(self) -> None:
        """Nothing more comes."""
        await self.away.wait()

    async def boxes(self, contest: str, source: str) -> Boxes:
        """Those of June."""
        return june().packed(MAYOR, COUNCIL)

    async def close(self) -> None:
        """Nothing to close."""


def at_june(of: House) -> None:
    """The gateway shows all of June."""
    of.gateway.upstream = Store()
    of.worker = june().worker
    of.gateway.hold(MAYOR, of.worker.state(MAYOR))
    of.gateway.settled()
    of.gateway.reached(0.0)


async def test_the_programs_for_newsrooms_run() -> None:
    """Each as it stands on the page, on the night that the page speaks of."""
    async with house(night(JUNE), tick_ms=0) as at:
        at_june(at)
        said = []
        for program in programs(FEED, "python"):
            text = program.replace("http://localhost:8080", f"http://127.0.0.1:{at.gateway.port}")
            text = text.replace("while True:", "for _ in range(3):").replace("time.sleep(5)", "time.sleep(0)")
            assert "127.0.0.1" in text
            said.append(await asyncio.to_thread(run, text))
    levels, changes, report, boxes = said
    assert re.search(r"Ekrem +İmamoğlu +4742082 +0\.542165", levels)
    assert "Adalar" in levels
    assert 1 == changes.count("100.0 % of boxes")
    assert "İmamoğlu 4742082" in changes
    assert "unofficial-complete True 31186 of 31186" in report
    assert "selection-mayor-imamoglu 4742082" in report
    assert re.search(r"counted +31186", boxes)
    assert re.search(r"Adalar +\d+ +\d+ +\d+", boxes)


def run(program: str) -> str:
    """What a program writes; a warning in it is a fault of the page."""
    written = io.StringIO()
    with contextlib.redirect_stdout(written), warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(program, "page", "exec"), {"__name__": "page", "pd": pandas})
    return written.getvalue()


STUB = """
const texts = {};
globalThis.document = { querySelector: (name) => (texts[name] ??= {}) };
const end = setInterval(() => {
  const counted = texts["#counted"]?.textContent;
  if (counted !== process.argv[2]) return;
  for (const name in texts) texts[name] = texts[name].textContent;
  console.log(JSON.stringify({ texts, shown }));
  process.exit(0);
}, 20);
"""


async def watched(script: str, at: House, tmp_path: Path) -> dict[str, object]:
    """What a page with this script shows once the night is over; it is counted while the page looks on."""
    text = script.replace("https://results.example", f"http://127.0.0.1:{at.gateway.port}")
    text = text.replace("wss://results.example", f"ws://127.0.0.1:{at.gateway.port}")
    file = tmp_path / "page.mjs"
    file.write_text(text + STUB, encoding="utf-8")
    worker = Worker(night())
    worker.count(records())
    whole = worker.rehearsal.boards[MAYOR].snapshot(worker.state(MAYOR), worker.state(MAYOR).at)["counted"]
    process = await asyncio.create_subprocess_exec(
        node.node(), str(file), f"{whole['boxes']} of {whole['boxes_total']} boxes counted",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        for start in range(0, len(records()), 20):
            at.count(records()[start : start + 20])
            await asyncio.sleep(0.05)
        out, _ = await asyncio.wait_for(process.communicate(), node.SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert 0 == process.returncode
    made: dict[str, object] = json.loads(out)
    return made


async def test_the_page_that_polls_shows_the_night(tmp_path: Path) -> None:
    """With its marks, and how much is counted; the votes are those of the count."""
    polling, _ = programs(SITE, "js")
    async with house() as at:
        found = await watched(polling.replace("2000 + 1000 * Math.random()", "50"), at, tmp_path)
        shows_the_night(found, at)


async def test_the_page_that_listens_shows_the_night(tmp_path: Path) -> None:
    """The same by changes, also over a break."""
    polling, listening = programs(SITE, "js")
    async with house(heartbeat_s=0.5) as at:
        drawing = polling.replace("\npoll();\n", "\n")
        task = asyncio.create_task(watched(drawing + listening, at, tmp_path))
        await until(lambda: len(at.gateway.hub) > 0)
        for client in at.gateway.hub.clients:
            client.cut()
        shows_the_night(await task, at)


def shows_the_night(found: dict[str, object], at: House) -> None:
    """Whether the page shows what the gateway does."""
    shown = at.gateway.hub.groups[MAYOR].shown
    texts, state = found["texts"], found["shown"]
    assert isinstance(texts, dict)
    assert isinstance(state, dict)
    assert "REPLAY · SIMULATED · unofficial" == texts["#marks"]
    assert (shown["version"], shown["hash"]) == (state["version"], state["hash"])
    for choice in shown["choices"]:
        assert f"{choice['name']}: {choice['votes']} ({100 * choice['share']:.1f} %)" in texts["#choices"]
