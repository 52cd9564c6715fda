"""docs/when-something-goes-wrong.md knows every alert and every last sentence of a process, and what to type.

Know before changing: what a process may end with is read from the source: whatever a room raises of our own
errors for the outside and for itself. That the commands exist is tests/test_docs_commands.py's to say.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "when-something-goes-wrong.md"
TEXT = PAGE.read_text(encoding="utf-8")
ALERTS = ROOT / "deploy" / "prometheus-alerts.yml"
SAYS = ("**Means.**", "**Readers see.**", "**Type.**", "**Do not**")
ENDING = {"OutsideError", "SandikError", "OddFactError", "NoKafkaError"}
"""What is raised where a process cannot go on; its sentence is the last it says."""
ENDED_BY = ("streams", "producers")
OF_ONE_COMMAND = {
    "streams/alerts/apprise.py": "it is a delivery's, and stands in the list of the dead",
    "producers/tending.py": "of sandik doctor --fix, which says it and goes on",
    "producers/sources": "a feed's: with --every it is said and waited for (docs/follow-a-feed.md)",
}
"""Sentences that end nobody who serves."""


def sections(part: str) -> dict[str, str]:
    """The sections of a part of the page by their headings."""
    text = TEXT[TEXT.index(f"\n# {part}\n") :]
    end = text.find("\n# ", 3)
    found = re.split(r"^## (.+)$", text[: end if end > 0 else None], flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


def rules() -> list[dict[str, Any]]:
    """Every alert rule."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_alert_has_its_section_and_links_to_it() -> None:
    """In the order of the file; and no section is of an alert that is gone."""
    assert [rule["alert"] for rule in rules()] == list(sections("Alerts"))
    for rule in rules():
        wanted = f"docs/{PAGE.name}#{slug(rule['alert'])}"
        assert wanted == rule["annotations"]["runbook_url"]


@pytest.mark.parametrize("part", ["Alerts", "What a process says last"])
def test_every_section_says_what_it_means_what_readers_see_what_to_type_and_what_not_to_do(part: str) -> None:
    """Each once, in this order, and something to type."""
    for heading, text in sections(part).items():
        places = [text.find(word) for word in SAYS]
        assert -1 not in places, f"{heading} lacks {SAYS[places.index(-1)]}"
        assert sorted(places) == places, heading
        typed = text[places[2] : places[3]]
        assert "`" in typed or "Once is nothing" in typed, f"{heading}: nothing to type"


def quoted() -> list[list[str]]:
    """The sentences of the page, each as its parts that do not vary."""
    found = re.findall(r"^> `(.+)`$", TEXT, re.M)
    return [[part for part in sentence.split("…") if part.strip()] for sentence in found]


def raised() -> Iterator[tuple[str, str]]:
    """Where a process may end, and the sentence with … for what varies."""
    for room in ENDED_BY:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(tuple(OF_ONE_COMMAND)):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    kind = node.exc.func
                    if isinstance(kind, ast.Name) and kind.id in ENDING and node.exc.args:
                        for said in whole(sentence(node.exc.args)):
                            yield f"{name}:{node.lineno}", said


def whole(said: str) -> list[str]:
    """A sentence; of one that `stores.failing` ends, each that it may be."""
    if said != "The store at … ….":
        return [said]
    (ends,) = [
        node
        for node in ast.parse((ROOT / "stores" / "failing.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "what"
    ]
    found = [node.value for node in ast.walk(ends) if isinstance(node, ast.Return) and node.value]
    assert len(found) == 4
    return [f"The store at … {sentence([one])}" for one in found]


def sentence(arguments: list[ast.expr]) -> str:
    """What is said, as far as it stands in the source."""
    parts = [
        node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "…"
        for argument in arguments
        for node in (argument.values if isinstance(argument, ast.JoinedStr) else [argument])
    ]
    return "".join(parts)


def known(said: str) -> bool:
    """Whether a sentence is one of the page's."""
    for parts in quoted():
        at = 0
        for part in parts:
            at = said.find(part.strip(), at)
            if at < 0:
                break
        else:
            return True
    return False


def test_every_sentence_a_process_may_end_with_has_its_section() -> None:
    """Whoever reads it at two in the morning finds it by its words."""
    found = [
        f"{where}: {said}"
        for where, said in raised()
        if not known(said if "Kafka at" in said else f"Kafka at {said} {said}")
    ]
    assert [] == found
    assert len(list(raised())) >= 8


def test_every_sentence_of_the_page_is_one_that_is_said() -> None:
    """Of each, every part that does not vary stands in the source."""
    source = "".join(
        re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
        for room in ("election", "producers", "stores", "streams", "sandik")
        for path in (ROOT / room).rglob("*.py")
    )
    for parts in quoted():
        for part in parts:
            words = part.strip(" (){}")
            assert re.sub(r"^s (?=\w)", "", words) in source, words


def test_links_lead_somewhere() -> None:
    """Between the pages of the night, to headings that are there."""
    for page in sorted((ROOT / "docs").glob("*.md")):
        for path, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", page.read_text(encoding="utf-8")):
            target = (page.parent / path).resolve() if path else page
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            anchors = {slug(re.sub(r"\[(.+?)\]\(.+?\)", r"\1", heading)) for heading in headings}
            assert anchor in anchors, f"{page.name}: {path}#{anchor}"
