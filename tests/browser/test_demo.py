"""The page on the real thing: a recorded night through broker, worker, store and gateway into Chromium.

Know before changing: with SANDIK_PICTURES=1 the pictures of docs/pictures are taken anew, on the way.
"""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Page, expect

from election.wire.frames import state_hash
from tests.browser.conftest import OpenPage
from tests.browser.driving import until
from tests.browser.pictures import SIGNATURE, tight
from tests.browser.real import Demo, demo
from tests.browser.shots import SHOTS

pytestmark = [pytest.mark.browser, pytest.mark.live]
JUNE = "istanbul-2019-06-23"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PICTURE_BYTES_MAX = 350_000
BOXES, IMAMOGLU, YILDIRIM = 31186, 4742082, 3936068
NIGHT_S = 240.0
"""How long a night may take that is played as fast as it goes."""
BAN_S = 240.0
"""How long the last minutes of the ban may take at the speed of the test, with all that goes before."""
CALLED = "globalThis.sandik?.store.painted?.call?.state === 'called'"
"""The page says that the race is called. It may show a lead that is safe before: totals and what is told of
them are two steps, and one of the gateway's ticks can fall between them."""
TOTALS = (
    "registered", "voters", "valid", "invalid", "order", "leader", "margin_votes", "margin_points",
    "outstanding", "needs",
)  # fmt: skip


def painted(page: Page) -> dict[str, Any]:
    """The state that the page shows."""
    found: dict[str, Any] = page.evaluate("() => sandik.store.painted")
    return found


def text(page: Page, key: str) -> str:
    """What the page says under a key."""
    return page.locator(f"[data-t='{key}']").first.text_content() or ""


def shoot(page: Page, name: str) -> None:
    """The page as it is, wide and narrow, to be looked at."""
    SHOTS.mkdir(exist_ok=True)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def near(said: str, exact: Decimal) -> bool:
    """Whether a number as written is the exact one, to the last digit written."""
    digits = len(said.partition(".")[2])
    return abs(Decimal(said) - exact) <= Decimal(5) / 10 ** (digits + 1)


def same_district(page: Page, area: str, facts: dict[str, Any]) -> None:
    """The tile and the row of a district say what the snapshot says of it."""
    left, right = (facts["choices"][choice] for choice in ("imamoglu", "yildirim"))
    counted = facts["counted"]
    points = abs(Decimal(left - right)) * 100 / facts["valid"]
    mark = "▲" if left > right else "▼"
    row = page.locator(f"tr[data-area={area}]")
    wanted = {
        "boxes": f"{counted['boxes']:,}/{counted['boxes_total']:,}",
        "v0": f"{left:,}", "v1": f"{right:,}", "lv": f"{abs(left - right):,}", "lm": mark,
    }  # fmt: skip
    assert wanted == {key: row.locator(f"[data-t='.{key}']").text_content() for key in wanted}
    tile = page.locator(f".tile [data-area={area}]")
    assert facts["name"] == tile.locator(".n").text_content()
    assert mark == tile.locator(".v i").text_content()
    for said in (row.locator("[data-t='.lp']"), tile.locator(".v span")):
        assert near(said.text_content() or "", points)


def test_the_night_of_june_ends_on_the_page_to_the_vote(tmp_path: Path, open_page: OpenPage) -> None:
    """Every box, both totals, the proof of the state, and all 39 districts in tiles and table."""
    with demo(tmp_path, JUNE, "--speed", "max") as night:
        page = open_page(night.url)
        until(page, f"globalThis.sandik?.store.painted?.counted.boxes === {BOXES}", NIGHT_S)
        end = night.until(lambda: _at_end(night), "was the snapshot at its end")
        until(page, f"sandik.store.painted.version === {end['version']}")
        expect(page.locator(".status .boxes")).to_have_text("31,186 of 31,186 boxes")
        expect(page.locator(".race .side.l")).to_contain_text(f"{IMAMOGLU:,} votes")
        expect(page.locator(".race .side.r")).to_contain_text(f"{YILDIRIM:,} votes")
        assert [IMAMOGLU, YILDIRIM] == [choice["votes"] for choice in end["choices"][:2]]
        assert _plain(end) == _plain(painted(page))
        proof = "async () => (await import('/static/board.js')).hash.stateHash(sandik.store.painted)"
        assert end["hash"] == state_hash(end) == page.evaluate(proof)
        assert text(page, "foot.hash").endswith(end["hash"])
        districts = {area: facts for area, facts in end["areas"].items() if facts["level"] == "district"}
        assert 39 == len(districts)
        for area, facts in districts.items():
            same_district(page, area, facts)
        shoot(page, "real-june-end")


def _at_end(night: Demo) -> dict[str, Any] | None:
    """Everything is counted, and told: the mandate is the last thing of this night."""
    found = night.snapshot()
    over = found["counted"]["boxes"] == BOXES and found["lineage"]["state"] == "certified"
    return found if over and any(one["kind"] == "certified" for one in found["alerts"]) else None


def _plain(value: Any) -> Any:
    """Without what is null: null and absent mean the same."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def no_total(state: Any) -> bool:
    """Whether a snapshot, or a change of one, tells nothing about votes."""
    places = [state, *(state.get("areas") or {}).values()]
    told = [place[key] for place in places for key in TOTALS if place.get(key) is not None]
    told += [one["votes"] for one in state.get("choices") or [] if one.get("votes") is not None]
    told += [area["choices"] for area in (state.get("areas") or {}).values() if area.get("choices")]
    return not told


def test_nothing_is_told_before_the_ban_is_lifted_and_then_everything_at_once(
    tmp_path: Path, open_page: OpenPage
) -> None:
    """There is a countdown and no total in page, state or frames; at 19:15 the page jumps, then calls.

    The worker is there before the ban ends: one that comes later takes minutes in at once, and calls later.
    """
    with demo(tmp_path, JUNE, "--from", "18:50", "--speed", "60") as night:
        page = open_page("about:blank")
        frames: list[str | bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
        page.goto(night.url)
        until(page, "globalThis.sandik?.store.painted?.received.boxes > 25000", BAN_S)
        page.evaluate("() => { globalThis.opened = true; }")
        shown, html = painted(page), page.content()
        assert "open" != shown["embargo"]["state"], "the ban was over before the page was there"
        assert "Replay 60×" == page.locator(".status .word").text_content()
        expect(page.locator("sandik-countdown .label")).to_have_text("First results in")
        expect(page.locator(".race")).to_be_hidden()
        shoot(page, "real-june-ban")
        until(page, "sandik.store.painted.embargo.state === 'open'", BAN_S)
        after = painted(page)
        assert page.evaluate("() => globalThis.opened"), "the page was loaded again"
        expect(page.locator(".race")).to_be_visible()
        expect(page.locator("sandik-countdown")).to_be_hidden()
        assert after["counted"]["boxes"] > 29000
        states = [orjson.loads(frame).get("d") for frame in frames]
        told = [state for state in states if state is not None]
        lifted = next(at for at, state in enumerate(told) if _opens(state))
        assert all(no_total(state) for state in (shown, *told[:lifted]))
        assert not no_total(told[lifted])
        secrets = [f"{after['valid']:,}", *(f"{choice['votes']:,}" for choice in after["choices"][:2])]
        assert not any(secret in html or secret.replace(",", "") in html for secret in secrets)
        until(page, CALLED, BAN_S)
        pictures(page)
        shoot(page, "real-june-jump")


def _opens(state: dict[str, Any]) -> bool:
    return bool((state.get("embargo") or {}).get("state") == "open")


def pictures(page: Page) -> None:
    """What README shows: the board with the call, just after the ban was lifted, small enough to look at."""
    page.evaluate("() => { sandik.store.every = 3600000; }")
    until(page, "!document.querySelector('.changed') && document.querySelector('[data-kind=replay]')")
    expect(page.locator(".call .badge")).to_have_attribute("data-kind", "called")
    bottom = page.evaluate("() => document.querySelector('.places').getBoundingClientRect().bottom + scrollY")
    clip = {"x": 0, "y": 0, "width": 1280, "height": int(bottom) + 16}
    wide = page.screenshot(full_page=True, clip=clip)
    page.set_viewport_size({"width": 360, "height": 780})
    until(page, "innerWidth === 360")
    narrow = page.screenshot()
    for name, picture in (("board-june.png", wide), ("board-june-360.png", narrow)):
        assert picture.startswith(SIGNATURE)
        if os.environ.get("SANDIK_PICTURES"):
            small = tight(picture)
            assert len(small) <= PICTURE_BYTES_MAX, name
            PICTURES.mkdir(parents=True, exist_ok=True)
            (PICTURES / name).write_bytes(small)
