"""Only a night with shapes has a map; its page says where the file is, and the gateway serves it for ever."""

import gzip
import re
from http import HTTPStatus

import pytest

from election.geometry import Geometry
from election.night import AreaId
from tests.browser import fakes
from tests.web.asking import FILES, counted, get, no_boxes
from tests.web.made import night
from tests.web.test_map_projected import geometry, square
from web import pages
from web.answers import Answers
from web.exporting import Exports
from web.gateway import Gateway
from web.joined import served
from web.map_file import MapFile, map_file
from web.map_tab import style
from web.settings import Settings
from web.words import languages


@pytest.fixture
def mapped() -> MapFile:
    """A map of a few squares."""
    made = map_file(geometry(**{f"a{at}": ((square(at, 0, 1),),) for at in range(30)}))
    assert made
    return made


def answers(mapped: MapFile | None) -> Answers:
    """The answers of a gateway with a map, or without."""
    of = counted()
    made = Answers(
        of, FILES, lambda shown, lang, contests: pages.board(shown, lang, contests=contests, mapped=mapped),
        lambda shown: pages.style(shown, mapped), languages(), Exports(of, night(), no_boxes), None, mapped,
    )  # fmt: skip
    made.ready = True
    return made


def test_without_shapes_nothing_of_a_map_is_on_the_page() -> None:
    """Nor in the stylesheet, nor under its address."""
    of = answers(None)
    for path in ("/", "/style/mayor.css"):
        body = get(of, path).body
        assert b"view-map" not in body
        assert b".map" not in body
    assert HTTPStatus.NOT_FOUND == get(of, "/map/0123456789abcdef.json").status


@pytest.mark.parametrize(("lang", "word"), [("en", "Map"), ("tr", "Harita")])
def test_with_shapes_there_are_two_ways_to_see_the_places(mapped: MapFile, lang: str, word: str) -> None:
    """The tiles are chosen; the map is a choice beside them, and says where its file is."""
    page = pages.board(fakes.june(), lang, mapped=mapped).decode()
    assert re.findall(r'id="view-(\w+)"( checked)?', page) == [("tiles", " checked"), ("map", "")]
    assert f">{word}</label>" in page
    assert f'data-file="{mapped.address}"' in page
    assert mapped.kept.plain.decode()[:40] not in page


def test_the_page_holds_tiles_and_table_as_without_a_map(mapped: MapFile) -> None:
    """Without JavaScript the switch is not displayed, so nothing can be hidden by it."""
    plain, with_map = (pages.board(fakes.june(), "en", mapped=one).decode() for one in (None, mapped))
    switch = re.search(r'<div class="modes views".*?</div>', with_map)
    block = re.search(r'<div class="map".*?</div></div>', with_map)
    assert switch
    assert block
    assert plain == with_map.replace(switch[0], "").replace(block[0], "")
    assert style(mapped).startswith(".map{display:none}")
    assert b".whose,.views," in served()["whole.css"]


def test_the_room_of_the_map_is_kept_by_the_stylesheet(mapped: MapFile) -> None:
    """Nothing moves when the map comes: its height follows its own proportions."""
    assert f"aspect-ratio:{mapped.wide}/{mapped.high}" in style(mapped)


def test_the_file_is_served_for_ever_and_packed(mapped: MapFile) -> None:
    """Under the name of its content; who has it already is told so."""
    of = answers(mapped)
    answer = get(of, mapped.address, accept_encoding="gzip")
    assert (HTTPStatus.OK, "application/json", "gzip", mapped.kept.packed) == (
        answer.status, answer.headers["Content-Type"], answer.headers["Content-Encoding"], answer.body,
    )  # fmt: skip
    assert "immutable" in answer.headers["Cache-Control"]
    assert HTTPStatus.NOT_MODIFIED == get(of, mapped.address, if_none_match=f'"{mapped.kept.etag}"').status
    assert get(of, mapped.address, "HEAD").body == b""


def test_another_map_is_another_page(mapped: MapFile) -> None:
    """A browser that kept the page of before must not ask for a file that is gone."""
    other = map_file(Geometry({AreaId("a"): ((square(0, 0, 1),),)}, "else"))
    tags = [get(answers(one), "/").headers["ETag"] for one in (None, mapped, other)]
    assert 3 == len(set(tags))
    gone = get(answers(other), mapped.address)
    assert HTTPStatus.NOT_FOUND == gone.status
    assert b"the board names the one there is" in gone.body


def test_the_first_load_grows_by_little_where_there_is_a_map(mapped: MapFile) -> None:
    """Its script, its sheet, its words and its shapes are fetched when it is asked for."""

    def weight(one: MapFile | None) -> int:
        night = fakes.june()
        parts = (pages.board(night, "en", mapped=one), pages.style(night, one))
        return sum(len(gzip.compress(part, 6)) for part in parts)

    assert weight(mapped) - weight(None) < 700


@pytest.mark.parametrize("given", [None, geometry(a=((square(0, 0, 1),),))])
def test_a_gateway_draws_the_shapes_it_is_given_when_it_starts(given: Geometry | None) -> None:
    """Once, and not when somebody asks; without shapes its page is as it always was."""
    made = Gateway(night(), Settings(port=0), geometry=given)
    assert map_file(given) == made.answers.mapped
    assert (given is not None) == (b"view-map" in made._page(fakes.june(), "en", []))
