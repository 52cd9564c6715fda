"""The map as the second way to see the places: its switch, its block, its rules of style, and its file.

    map_tab.switch(mapped, w), map_tab.block(mapped, w)     for the head and the ground of the tiles
    map_tab.style(mapped)                                   for the contest's stylesheet
    map_tab.answer(asked)                                   /map/<content>.json

Know before changing: without a map nothing of this is on the page, and with one only the switch is: the block
is fetched (static/late.js) when it is chosen, since until then it is not displayed. Choosing needs no script;
without JavaScript there is no switch, and tiles and table are there as before.
"""

from http import HTTPStatus

from web.asked import Asked
from web.html import Html, h
from web.map_file import MapFile
from web.replies import FOR_EVER, TYPES, Answer, cached, finish, sentence
from web.words import Words

NOTHING = Html("")


def switch(mapped: MapFile | None, w: Words) -> Html:
    """Tiles or map, as two radio buttons."""
    if mapped is None:
        return NOTHING
    ways = [
        h(
            "label",
            h("input", type="radio", name="view", id=f"view-{way}", checked=first),
            w.say(f"view.{way}"),
        )
        for way, first in (("tiles", ""), ("map", None))
    ]
    return h("div", *ways, class_="modes views", role="radiogroup", aria_label=w.say("view"))


def block(mapped: MapFile | None, w: Words) -> Html:
    """Where the map will be."""
    if mapped is None:
        return NOTHING
    field = h("div", h("p", w.say("view.coming"), class_="quiet"), class_="field")
    return h("div", field, class_="map", data_late="map", data_file=mapped.address)


def style(mapped: MapFile | None) -> str:
    """What the switch does before anything is fetched; its looks are those of the buttons beside it."""
    if mapped is None:
        return ""
    chosen = ".places:has(#view-map:checked) "
    return (
        ".map{display:none}"
        + f"{chosen}:is(.map,.tiles){{display:block}}"
        + f"{chosen}:is(.tile,.water,.sea){{display:none}}"
        + f".map .field{{aspect-ratio:{mapped.wide}/{mapped.high}}}"
        + "@media (max-width:699px){.map .field{aspect-ratio:1}}"
    )


def answer(asked: Asked) -> Answer:
    """The file of the map, by the name of its content."""
    mapped = asked.mapped
    if mapped is None or asked.rest != mapped.name:
        text = "There is no such map here (any more): the board names the one there is."
        return finish(sentence(HTTPStatus.NOT_FOUND, text), asked.request)
    return finish(cached(mapped.kept, asked.request, TYPES["json"], FOR_EVER), asked.request)
