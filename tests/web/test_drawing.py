"""The drawing without a library: the plan's own values, nothing outside of the picture."""

import re
from typing import Any

from tests.web.courses import june, june_steps, march, taken
from tests.web.test_plotted import drawn
from web.drawing import HIGH, WIDE, Field, path, picture
from web.face import face_of
from web.points import Line


def svg(line: Line, s: dict[str, Any]) -> str:
    """The drawing of a line at a snapshot."""
    made = picture(drawn(line, s), face_of(s))
    assert made is not None
    return str(made)


def test_a_line_is_stepped_and_holds_over_what_is_not_known() -> None:
    """Across, then up or down; a gap is bridged by what was known last."""
    field = Field(0, 10, 0, 10)
    assert f"M{field.x(0)} {field.y(1)}H{field.x(4)}V{field.y(3)}" == path([0, 2, 4], [1, None, 3], field)
    assert "" == path([1, 2], [None, None], field)


def test_all_lines_ends_and_marks_of_the_plan_are_drawn() -> None:
    """Each word that the plan says stands in the picture."""
    for line, s in (june(), march()):
        made, text = drawn(line, s), svg(line, s)
        for _, said, _, _, _ in made["ends"]:
            assert f">{said}<" in text
        assert f'aria-label="{made["said"]}"' in text
        assert ('class="held"' in text) == bool(made["held"])
        for kind, column in zip(made["lines"], made["columns"][1:], strict=True):
            assert f'class="{kind}"' in text or not any(one is not None for one in column)


def test_nothing_lies_outside_of_the_picture() -> None:
    """Whatever was counted first; lines are cut at the field."""
    for line, s in (june(), march(), taken(iter(list(june_steps())[:25]))):
        text = svg(line, s)
        for name, most in (("x", WIDE), ("y", HIGH), ("x1", WIDE), ("y1", HIGH)):
            found = [float(one) for one in re.findall(rf'[ ]{name}="(-?[0-9.]+)"', text)]
            assert found
            assert all(0 <= one <= most for one in found), name
        assert all("clip-path" in one for one in re.findall(r"<path class=[^>]*>", text))


def test_under_the_ban_there_is_a_bar_for_each_five_minutes() -> None:
    """And no line."""
    line, s = taken(iter(list(june_steps())[:25]))
    text = svg(line, s)
    assert len(drawn(line, s)["columns"][0]) == text.count('class="bar"')
    assert 'class="ours"' not in text


def test_before_anything_came_there_is_no_picture() -> None:
    """An empty frame would say that there is nothing."""
    _, s = taken(iter(list(june_steps())[:1]))
    assert picture(drawn(Line("live"), s | {"at": None}), face_of(s)) is None
