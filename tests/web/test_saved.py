"""Whether a file on somebody's disk says of which night and in which mode its figures are."""

from http import HTTPStatus
from typing import Any

import pytest

from web.replies import Answer
from web.saved import Saved

SAVED = Saved("kent-2030-replay")
HEADER = "Content-Disposition"


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/export/areas.csv", {}, "kent-2030-replay-areas.csv"),
        ("/export/areas.csv", {"contest": ["mayor"]}, "kent-2030-replay-mayor-areas.csv"),
        ("/snapshot/mayor.json", {}, "kent-2030-replay-mayor.json"),
        ("/snapshot/mayor/e1-7.json", {}, "kent-2030-replay-mayor-e1-7.json"),
        ("/card/mayor.png", {}, "kent-2030-replay-mayor.png"),
        ("/", {}, None), ("/export", {}, None), ("/static/board.js", {}, None), ("/shown/mayor", {}, None),
    ],
)  # fmt: skip
def test_what_holds_figures_is_saved_under_night_and_mode_and_a_page_is_not(
    path: str, query: dict[str, list[str]], name: str | None
) -> None:
    """A page says so itself."""
    assert name == SAVED.name(path, query)


def test_what_somebody_wrote_into_an_address_cannot_leave_the_name() -> None:
    """No second header, no quote, no folder."""
    name = SAVED.name('/export/a"\r\nX: 1/../ş.csv', {"contest": ["../x;y"]})
    assert "kent-2030-replay-.._x_y-a_X_1-..-_.csv" == name


async def test_an_answer_that_is_still_made_has_the_name_too_and_a_refusal_has_none() -> None:
    """Large exports are made while somebody waits; a sentence is not saved as figures."""
    good = Answer(HTTPStatus.OK, {"ETag": '"1"'}, b"a")

    async def later() -> Answer:
        return good

    expected = {"ETag": '"1"', HEADER: 'inline; filename="kent-2030-replay-areas.csv"'}
    now: Any = SAVED.named("/export/areas.csv", {}, good)
    then: Any = SAVED.named("/export/areas.csv", {}, later())
    assert (expected, b"a") == (now.headers, now.body)
    assert expected == (await then).headers
    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_MODIFIED):
        refused = Answer(status, {}, b"")
        assert refused is SAVED.named("/export/areas.csv", {}, refused)
