"""A third language that runs from right to left: English with a mark on every sentence; and all said in it.

    languages = beside(tmp_path)          the package of languages with one file more
    python -m tests.languages.third       says in JSON what a tracker says; which languages, its path decides

Know before changing: nothing is registered anywhere; the one file beside the others is the whole language.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

MARK = "א "
CODE = "he"
AS_THEY_ARE = {
    "group", "decimal", "percent", "clock", "clock_short", "date", "months", "of", "day", "alphabet",
    "casing", "dur_s", "dur_m", "dur_h",
}  # fmt: skip
"""How things are written, which are no sentences."""


def marked(part: str, key: str, text: str) -> str:
    """The sentence with its mark; where there is a form for one and one for many, each with one."""
    if part == "grammar" or key in AS_THEY_ARE:
        return text
    spoken = ", plural, " in text or ", select, " in text
    return MARK + text if spoken else "|".join(MARK + form for form in text.split("|"))


def make(english: Path) -> dict[str, Any]:
    """The file of the language."""
    found = json.loads(english.read_text(encoding="utf-8"))
    made: dict[str, Any] = {"lang": CODE, "dir": "rtl"}
    for part, known in found.items():
        if isinstance(known, dict):
            made[part] = {key: marked(part, key, text) for key, text in known.items()}
    made["board"] |= {"short": "עב", "language": "עברית"} if "short" in made["board"] else {}
    made["printed"] |= {"short": "עב", "language": "עברית"} if "short" in made["printed"] else {}
    made["grammar"]["plural"] = "one: n = 1; two: n = 2"
    return made


def beside(folder: Path) -> Path:
    """The package of languages copied into a folder, with one file more."""
    house = Path(__file__).resolve().parents[2] / "languages"
    there = folder / "languages"
    shutil.copytree(house, there, ignore=shutil.ignore_patterns("__pycache__"))
    (there / f"{CODE}.json").write_text(json.dumps(make(house / "en.json")), encoding="utf-8")
    return there


def everything() -> dict[str, Any]:
    """What is told on the practice night, and every page of it, in the third language."""
    from election.rehearsal import Rehearsal
    from election.wire.nights import read_night
    from election.wire.records import decode
    from streams.alerts.texts import lines, subject
    from tests.browser import fakes
    from tests.web.embed.made import options
    from web import card, pages
    from web.desk.page import page as desk_page
    from web.embed.page import page as embed
    from web.feeds import atom, json_feed
    from web.joined import served
    from web.overlay.page import page as overlay
    from web.replay.page import page as replay_page
    from web.words import words

    folder = Path(__file__).resolve().parents[2] / "nights" / "practice"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    night = read_night(files)
    rehearsal = Rehearsal(night, "replay", telling=True)
    for line in gzip.decompress(files["recording.jsonl.gz"]).splitlines()[1:]:
        rehearsal.hear(decode(line))
    shown = [rehearsal.snapshot(contest) for contest in night.contests]
    facts = [fact for contest in night.contests for fact in rehearsal.told[contest]]
    return {
        "titles": [dict(fact.title) for fact in facts],
        "becauses": [dict(fact.because) for fact in facts],
        "headlines": [one["headline"] for one in shown],
        "sent": [[subject(fact, CODE), *lines(fact, CODE)] for fact in facts],
        "board": pages.board(shown[0], CODE).decode(),
        "earlier": pages.board(fakes.june(), CODE).decode(),
        "atom": atom(shown, CODE).decode(),
        "json": json.loads(json_feed([fakes.june()], CODE)),
        "pages": {
            "race": embed("race", options(fakes.june(), CODE)).decode(),
            "overlay": overlay("lower-third", options(fakes.june(), CODE), 0).decode(),
            "desk": desk_page(CODE).decode(),
            "replay": replay_page(CODE).decode(),
        },
        "card": card.svg(fakes.june(), words(CODE)).decode(),
        "strings": sorted(name for name in served() if name.endswith(f".{CODE}.json")),
    }


if __name__ == "__main__":
    print(json.dumps(everything()))  # noqa: T201 - it is a program, and says what it finds
