"""Pieces of HTML that carry a value and the key it stands for, so that the browser can renew it in place.

Know before changing: data-t names the key of an element's text and data-a the keys of its attributes. The key
of a place (a.fatih.line) is written without the place (.line), which the data-area around or inside the
element names: a page of 39 places weighs a quarter less. static/bind.js reads both. Plain strings are escaped
wherever they go in: only `Html` passes as it is.
"""

import re
from html import escape

from web.face import Values
from web.words import BOLD

VOID = {"input", "link", "meta"}
NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def of_xml(text: str) -> str:
    """The text without the letters that XML cannot hold in any way (XML 1.0, section 2.2)."""
    return NOT_XML.sub("", text)


def rich(text: str | None) -> Html:
    """Escaped text with its bold parts."""
    parts = escape(text or "", quote=False).split(BOLD)
    return Html("".join(f"<b>{part}</b>" if at % 2 else part for at, part in enumerate(parts)))


def join(*parts: str | None) -> Html:
    """Pieces beside each other; plain strings are escaped."""
    return Html("".join(part if isinstance(part, Html) else rich(part) for part in parts))


def brief(key: str) -> str:
    """A key as it stands in the page: that of a place without the place."""
    return "." + key.rpartition(".")[2] if key.startswith("a.") else key


def h(tag: str, *children: str | None, **named: str | float | None) -> Html:
    """An element. In names of attributes a last _ is dropped and others become -; None leaves one out."""
    said = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in named.items()
        if value is not None
    )
    end = "" if tag in VOID else f"{join(*children)}</{tag}>"
    return Html(f"<{tag}{said}>{end}")


class Filler:
    """Writes elements whose texts and attributes follow the values of the page."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def h(self, tag: str, follow: str, *children: str | None, **named: str | float | None) -> Html:
        """An element with attributes that follow values: `follow` is `attribute:key attribute:key`."""
        followed = {}
        pairs = []
        for pair in follow.split():
            name, key = pair.split(":", 1)
            followed[name.replace("-", "_")] = self.values.get(key)
            pairs.append(f"{name}:{brief(key)}")
        return h(tag, *children, **named, **followed, data_a=" ".join(pairs) or None)

    def text(self, key: str, tag: str = "span", follow: str = "", **named: str | float | None) -> Html:
        """An element whose text follows a value."""
        return self.h(tag, follow, self.values.get(key), **named, data_t=brief(key))

    def bar(self, key: str, class_: str, *, colour: str = "", inside: str | None = None) -> Html:
        """A bar as a drawing, so that its length needs no inline style."""
        follow = f"width:{key}" + (f" data-c:{colour}" if colour else "")
        rect = join(self.h("rect", follow, class_="in", height="100%"), Html(inside or ""))
        return h("svg", rect, class_=class_, aria_hidden="true")


def late(name: str, title: str, *children: str | None, **named: str | float | None) -> Html:
    """A block that static/<name>.js takes over after the first paint, once it is near the window."""
    head = h("h2", title, id=f"{name}-title")
    return h(
        "section", head, *children, **named, data_late=name, class_="late", aria_labelledby=f"{name}-title"
    )
