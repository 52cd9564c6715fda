"""The files of the pages as they are sent: one script and one sheet a page, comments and blanks left out.

    joined.served()          name → bytes, for /static/: board.js with all it imports, chart.js, board.css, …
    joined.entry("board", modules)     the one script of a page
    joined.whole_sheet("desk", sheets)      a sheet behind those that it imports, each once
    joined.sayable(script, table)           the sentences that a script can say

Know before changing: the modules of a page share one scope, in which no name is said twice and none is one
of the browser's own (both are asked by tests). Those of `LATE` come after the first paint, one by one, each
in a scope of its own, and find in the page's script what they import. The reading of imports is by line: they
stand on one line each, and only names are exported (test_joined says so). A page other than the board gets in
one file its own sentences and those of the board that its script can say: a key that stands in it as a text
or a name, or begins as a text that is filled in (`badge.${kind}`). A key that is put together in another way
is not found. What is left out of the text of a script is rjsmin's work. A comment that begins with /*! is a
licence and stays.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import rjsmin

from web.words import languages, part_texts

ENTRIES = ("board", "desk", "embed", "embed_feed", "overlay", "overview", "replay")
"""The scripts that a page starts with; each is sent together with all that it imports."""
LATE: tuple[str, ...] = ("chart", "after")
"""The scripts of the board that wait until its first paint is done, by the name in data-late."""
ASKED: tuple[str, ...] = ("ways", "apart", "map")
"""Those that nobody fetches before a reader asks for what they do (static/address.js)."""
ASKED_OF = ("hash", "words")
"""What can be had of the board's script in any case: its sums can be done again by anybody (test_vectors)."""
VENDORED: tuple[str, ...] = ("uPlot.iife.min.js", "uPlot.LICENSE.txt")
"""Scripts of others, sent as they are."""

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "\./([\w-]+)\.js";$', re.MULTILINE)
SHEET_IMPORT = re.compile(r'^@import "\./([\w-]+)\.css";$', re.MULTILINE)
KEPT = re.compile(r"""(/\*!.*?\*/|"[^"]*")""", re.DOTALL)
"""Of a sheet: licences, and texts."""
BLANKS = tuple(
    (re.compile(blanks), left)
    for blanks, left in (
        (r"\s+", " "), (r" ?([{},;>]) ?", r"\1"), (r": ", ":"), (r";}", "}"), (r" !important", "!important"),
    )
)  # fmt: skip
"""What is left out of the rest, in this order: no blank that keeps two names, or a sum in calc(), apart."""
LINKED = ("board",)
"""Sheets that pages link, although another stands on them."""
WHOLE_KEY = re.compile(r"""["'`]([a-z][\w.]*)["'`]|\.([a-z]\w*)""")
"""A text in a script, or a name after a dot, that can be the key of a sentence."""
KEY_BEGUN = re.compile(r"`([a-z][\w.]*\.)\$\{")
"""How a text begins that is filled in."""
EXPORT = re.compile(r"^export (async function|function|class|const|let) (\w+)", re.MULTILINE)
TOP = re.compile(r"^(?:export )?(?:async function|function|class|const|let) (\w+)", re.MULTILINE)
"""What a module declares for the whole of itself: one name a line (test_joined says so)."""
BOARD = "board"


def imports(text: str) -> list[tuple[list[str], str]]:
    """What a module imports: the names, and from which module."""
    return [(names.split(", "), module) for names, module in IMPORT.findall(text)]


def exports(text: str) -> list[str]:
    """What a module gives to others."""
    return [name for _, name in EXPORT.findall(text)]


def top_names(text: str) -> list[str]:
    """What a module calls its own, whether it exports it or not."""
    return TOP.findall(text)


def sheet_imports(text: str) -> list[str]:
    """What a sheet stands on."""
    return SHEET_IMPORT.findall(text)


def script_imports(text: str) -> list[str]:
    """What a module stands on."""
    return [module for _, module in imports(text)]


def order(
    name: str, modules: Mapping[str, str], needs: Callable[[str], list[str]] = script_imports
) -> list[str]:
    """A module and all it needs, each after its own needs. Raises KeyError for one that is not there."""
    found: dict[str, None] = {}

    def visit(one: str) -> Iterator[str]:
        for other in needs(modules[one]):
            yield from visit(other)
        yield one

    for one in visit(name):
        found.setdefault(one)
    return list(found)


def entry(name: str, modules: Mapping[str, str], late: Sequence[str] = ()) -> bytes:
    """One script with everything that it imports; what those of `late` import of it can be had from it.

    Its modules share one scope, which packs smaller than a scope each: what one exports, the others have. A
    module with a name that another has too keeps its scope.
    """
    names = order(name, modules)
    said = Counter(one for module in names for one in top_names(modules[module]))
    after = {one for first in late for one in order(first, modules)} - set(names)
    wanted = {other for one in after for _, other in imports(modules[one])}
    given = [one for one in names if one in wanted or (late and one in ASKED_OF)]
    parts = [_shared(modules[one], said) for one in names]
    parts += [f"const ${one} = {{ {', '.join(exports(modules[one]))} }};" for one in given]
    parts += ["export {" + ",".join(f"${one} as {one}" for one in given) + "};"] if given else []
    return _small("\n".join(parts))


def late(name: str, modules: Mapping[str, str], page: str = BOARD) -> bytes:
    """A script that comes after the page's own: what that has is taken from it, the rest comes along."""
    there = set(order(page, modules))
    mine = [one for one in order(name, modules) if one not in there]
    wanted = sorted({other for one in mine for _, other in imports(modules[one]) if other in there})
    head = "import {" + ",".join(f"{one} as ${one}" for one in wanted) + f'}} from "/static/{page}.js";\n'
    parts = [_wrapped(one, modules[one]) for one in mine]
    parts.append(f"export const {{ {', '.join(exports(modules[name]))} }} = ${name};")
    return _small((head if wanted else "") + "\n".join(parts))


def _shared(text: str, said: Mapping[str, int]) -> str:
    """A module in the scope of all; in one of its own, but for its exports, if it says a name twice said."""
    body, exported = EXPORT.sub(r"\1 \2", IMPORT.sub("", text)), ", ".join(exports(text))
    if all(said[one] == 1 for one in top_names(text)):
        return body
    scope = f"(() => {{\n{body}\nreturn {{ {exported} }};\n}})();"
    return f"const {{ {exported} }} = {scope}" if exported else scope


def _wrapped(name: str, text: str) -> str:
    """A module as a value: its own scope, and an object of what it exports."""
    exported = exports(text)
    taken = "".join(f"const {{ {', '.join(names)} }} = ${module};\n" for names, module in imports(text))
    body = EXPORT.sub(r"\1 \2", IMPORT.sub("", text))
    return f"const ${name} = (() => {{\n{taken}{body}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _small(script: str) -> bytes:
    made = rjsmin.jsmin(script, keep_bang_comments=True)
    return str(made).encode()


def sheet(text: str) -> bytes:
    """A stylesheet without comments and blanks that mean nothing; texts and licences stay as they are."""
    parts = KEPT.split(re.sub(r"/\*(?!!).*?\*/", "", text, flags=re.DOTALL))
    parts[::2] = map(_squeezed, parts[::2])
    return "".join(parts).strip().encode()


def _squeezed(rules: str) -> str:
    for blanks, left in BLANKS:
        rules = blanks.sub(left, rules)
    return rules


def whole_sheet(name: str, sheets: Mapping[str, str]) -> bytes:
    """A stylesheet behind all that it imports, each once. Raises KeyError for one that is not there."""
    whole = order(name, sheets, sheet_imports)
    return sheet("\n".join(SHEET_IMPORT.sub("", sheets[one]) for one in whole))


def sayable(script: str, table: Mapping[str, str]) -> dict[str, str]:
    """The sentences of a table that a script can say."""
    whole = {one for pair in WHOLE_KEY.findall(script) for one in pair}
    begun = tuple(KEY_BEGUN.findall(script))
    return {key: said for key, said in table.items() if key in whole or key.startswith(begun)}


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
    sheets = {name.removesuffix(".css"): body.decode() for name, body in raw.items() if name.endswith(".css")}
    stood_on = {one for text in sheets.values() for one in sheet_imports(text)}
    made |= {f"{name}.css": whole_sheet(name, sheets) for name in sheets.keys() - stood_on | {*LINKED}}
    made |= {f"{name}.js": entry(name, modules, (*LATE, *ASKED) if name == BOARD else ()) for name in ENTRIES}
    made |= {f"{name}.js": late(name, modules) for name in (*LATE, *ASKED)}
    for lang in languages():
        made |= _sentences(part_texts(lang), lang, {name: made[f"{name}.js"].decode() for name in ENTRIES})
    return made


def _sentences(
    parts: Mapping[str, Mapping[str, str]], lang: str, scripts: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """The sentences of a language as files: the board's, those of late parts, and what each page says."""
    for name in (BOARD, *LATE, *ASKED, *(one for one in scripts if one != BOARD)):
        said = parts.get(name, {})
        if name in scripts and name != BOARD:
            said = sayable(scripts[name], {**parts[BOARD], **said})
        if not said and name in scripts:
            continue  # its script says nothing
        named = f"strings.{lang}.json" if name == BOARD else f"strings.{name}.{lang}.json"
        yield named, json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
