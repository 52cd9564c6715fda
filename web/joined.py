"""The files of the pages as they are sent: scripts joined into one a page, comments and blanks left out.

    joined.served()          name → bytes, for /static/: board.js with all it imports, chart.js, board.css, …
    joined.entry("board", modules)     the one script of a page

Know before changing: a module is wrapped into a function, so what it does not export stays its own; modules
of `LATE` come after the first paint, one by one, and find in the page's script what they import. The reading
of imports is by line: they stand on one line each, and only names are exported (test_joined says so). What is
left out of the text of a script is rjsmin's work. A comment that begins with /*! is a licence and stays.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import rjsmin

from web.words import languages, part_texts

ENTRIES = ("board", "desk", "embed", "overlay", "overview", "replay")
"""The scripts that a page starts with; each is sent together with all that it imports."""
LATE: tuple[str, ...] = ("chart", "after")
"""The scripts of the board that wait until its first paint is done, by the name in data-late."""
VENDORED: tuple[str, ...] = ("uPlot.iife.min.js", "uPlot.LICENSE.txt")
"""Scripts of others, sent as they are."""

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w-]+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (async function|function|class|const|let) (\w+)", re.MULTILINE)
BOARD, PRINTED = "board", "printed"


def imports(text: str) -> list[tuple[list[str], str]]:
    """What a module imports: the names, and from which module."""
    return [(names.split(", "), module) for names, module in IMPORT.findall(text)]


def order(name: str, modules: Mapping[str, str]) -> list[str]:
    """A module and all it needs, each after its own needs. Raises KeyError for one that is not there."""
    found: dict[str, None] = {}

    def visit(one: str) -> Iterator[str]:
        for _, other in imports(modules[one]):
            yield from visit(other)
        yield one

    for one in visit(name):
        found.setdefault(one)
    return list(found)


def entry(name: str, modules: Mapping[str, str]) -> bytes:
    """One script with everything that it imports; what its modules export can be imported from it."""
    names = order(name, modules)
    parts = [_wrapped(one, modules[one]) for one in names]
    parts.append("export {" + ",".join(f"${one} as {one}" for one in names) + "};")
    return _small("\n".join(parts))


def late(name: str, modules: Mapping[str, str], page: str = BOARD) -> bytes:
    """A script that comes after the page's own: what that has is taken from it, the rest comes along."""
    there = set(order(page, modules))
    mine = [one for one in order(name, modules) if one not in there]
    wanted = sorted({other for one in mine for _, other in imports(modules[one]) if other in there})
    head = "import {" + ",".join(f"{one} as ${one}" for one in wanted) + f'}} from "/static/{page}.js";\n'
    parts = [_wrapped(one, modules[one]) for one in mine]
    parts.append(f"export const start = ${name}.start;")
    return _small((head if wanted else "") + "\n".join(parts))


def _wrapped(name: str, text: str) -> str:
    """A module as a value: its own scope, and an object of what it exports."""
    exported = [said for _, said in EXPORT.findall(text)]
    taken = "".join(f"const {{ {', '.join(names)} }} = ${module};\n" for names, module in imports(text))
    body = EXPORT.sub(r"\1 \2", IMPORT.sub("", text))
    return f"const ${name} = (() => {{\n{taken}{body}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _small(script: str) -> bytes:
    made = rjsmin.jsmin(script, keep_bang_comments=True)
    return str(made).encode()


def sheet(text: str) -> bytes:
    """A stylesheet without its comments and without the blanks at the ends of its lines."""
    bare = re.sub(r"/\*(?!!).*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line for line in map(str.strip, bare.splitlines()) if line).encode()


@cache
def served() -> Mapping[str, bytes]:
    """Everything under /static/ by its name: the scripts of pages, late ones, sheets, words and pictures."""
    folder = files("web").joinpath("static")
    raw = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    modules = {
        name.removesuffix(".js"): body.decode()
        for name, body in raw.items()
        if name.endswith(".js") and name not in VENDORED
    }
    made = {
        name: body for name, body in raw.items() if not name.endswith((".js", ".css")) or name in VENDORED
    }
    made |= {name: sheet(body.decode()) for name, body in raw.items() if name.endswith(".css")}
    made |= {f"{name}.js": entry(name, modules) for name in ENTRIES}
    made |= {f"{name}.js": late(name, modules) for name in LATE}
    for lang in languages():
        for part, table in part_texts(lang).items():
            if part == PRINTED:
                continue  # said by the server alone
            named = f"strings.{lang}.json" if part == BOARD else f"strings.{part}.{lang}.json"
            made[named] = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    return made
