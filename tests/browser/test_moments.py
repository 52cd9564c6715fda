"""Ten moments of an evening: whatever the page has been through, tiles and table say what the snapshot says.

Know before changing: the page is opened once and follows by changes, as a reader's does; what it should say
is worked out here from the snapshot alone, with decimals, and not by any code of the board.
"""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Page

from election.night import ContestId
from election.rehearsal import Rehearsal
from sandik import folders, recordings
from tests.browser.conftest import OpenPage
from tests.browser.driving import MakeGateway, until

pytestmark = pytest.mark.browser
MOMENTS = 10
PAIRS = {
    "istanbul-2019-06-23": ("imamoglu", "yildirim"),
    "istanbul-2019-03-31": ("imamoglu", "yildirim"),
}
"""Who stands on the left and who on the right."""
SAID = """() => {
  const text = (root, of) => root?.querySelector(of)?.textContent?.trim() ?? '';
  return Object.fromEntries([...document.querySelectorAll('tr[data-area]')].map((row) => {
    const tile = document.querySelector(`.tile [data-area="${row.dataset.area}"]`);
    const cells = Object.fromEntries(
      ['boxes', 'v0', 'v1', 'lv', 'lm', 'lp'].map((key) => [key, text(row, `[data-t=".${key}"]`)]));
    return [row.dataset.area,
      {...cells, name: text(tile, '.n'), mark: text(tile, '.v i'), points: text(tile, '.v span')}];
  }));
}"""


@cache
def evening(name: str) -> tuple[dict[str, Any], ...]:
    """The mayor's snapshot at ten moments of the recording, the last at its end."""
    folder = folders.load(name)
    records = list(recordings.records(folder.recording, folder.night, lambda refusal: None))
    rehearsal, found = Rehearsal(folder.night, "replay"), []
    at = {len(records) * number // MOMENTS for number in range(1, MOMENTS + 1)}
    for number, record in enumerate(records, 1):
        rehearsal.hear(record)
        if number in at:
            found.append(rehearsal.snapshot(ContestId("mayor")))
    return tuple(found)


def near(said: str, exact: Decimal) -> bool:
    """Whether a number as written is the exact one, to the last digit written."""
    digits = len(said.partition(".")[2])
    return abs(Decimal(said) - exact) <= Decimal(5) / 10 ** (digits + 1)


def same(said: dict[str, str], facts: dict[str, Any], pair: tuple[str, str], threshold: float) -> None:
    """The tile and the row of one place; nobody leads where less is counted than the threshold."""
    counted, choices = facts["counted"], facts.get("choices")
    assert facts["name"] == said["name"]
    assert f"{counted['boxes']:,}/{counted['boxes_total']:,}" == said["boxes"]
    if not choices or not facts.get("valid"):
        told = said["mark"] + "".join(said[key] for key in ("v0", "v1", "lv", "lm", "lp"))
        assert not any(letter.isdigit() or letter in "▲▼" for letter in told)
        return
    left, right = (choices[choice] for choice in pair)
    points = abs(Decimal(left - right)) * 100 / facts["valid"]
    mark = "▲" if left > right else "▼" if right > left else "="
    assert (f"{left:,}", f"{right:,}") == (said["v0"], said["v1"])
    if counted["boxes"] * 100 < threshold * counted["boxes_total"]:
        assert ("", "–", "–") == (said["mark"], said["lv"], said["lp"])
        return
    assert (f"{abs(left - right):,}", mark, mark) == (said["lv"], said["lm"], said["mark"])
    assert near(said["lp"], points)
    assert near(said["points"], points)


def painted(page: Page) -> dict[str, dict[str, str]]:
    """What tiles and table say, by place."""
    found: dict[str, dict[str, str]] = page.evaluate(SAID)
    return found


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_at_ten_moments_tiles_and_table_are_the_snapshot(
    name: str, gateway: MakeGateway, open_page: OpenPage
) -> None:
    """All districts, in one page that was there from the beginning."""
    first, *rest = evening(name)
    server = gateway(first)
    page = open_page(server.url)
    for number, snapshot in enumerate((first, *rest)):
        if number:
            server.show(snapshot)
        until(page, f"globalThis.sandik?.store.painted?.version === {server.snapshot['version']}")
        districts = {area: one for area, one in snapshot["areas"].items() if one["level"] == "district"}
        said = painted(page)
        assert 39 == len(districts)
        for area, facts in districts.items():
            same(said[area], facts, PAIRS[name], snapshot["lead_from_counted_pct"])
    marks = [one["mark"] for one in painted(page).values()]
    assert {"▲", "▼"} <= set(marks)
