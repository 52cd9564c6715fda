"""Scripts of a page are one file, and mean what they meant one by one."""

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from tests.web.node import answer
from web import joined
from web.joined import (
    ASKED,
    ENTRIES,
    LATE,
    VENDORED,
    entry,
    imports,
    late,
    order,
    sayable,
    served,
    sheet,
    top_names,
    whole_sheet,
)

MODULES = {
    "far": "export const BASE = 40;\nconst shared = 1;\nexport function far() { return BASE + shared; }\n",
    "near": 'import { far } from "./far.js";\n\nconst shared = 2;\n'
    "export const near = () => far() + shared - 1;\n",
    "page": 'import { BASE } from "./far.js";\nimport { near } from "./near.js";\n\n'
    "export const sum = near() + BASE;\n",
    "extra": 'import { near } from "./near.js";\nimport { own } from "./own.js";\n\n'
    "export function start(app) { return app + near() + own; }\n",
    "own": "export const own = 1000;\n",
}
ASKS = {"asks": 'import { sum } from "./page.js";\n'}
"""A late script that wants something of the page."""
SCRIPTS = sorted(
    entry.name.removesuffix(".js")
    for entry in files("web").joinpath("static").iterdir()
    if entry.name.endswith(".js") and entry.name not in VENDORED
)


def test_a_module_comes_after_what_it_needs() -> None:
    """Whatever the order in which they are imported, and none twice."""
    assert ["far", "near", "page"] == order("page", MODULES)


def test_what_is_not_exported_stays_a_modules_own(tmp_path: Path) -> None:
    """Two modules may use one name for two things, as they may one by one."""
    (tmp_path / "page.mjs").write_bytes(entry("page", MODULES | ASKS, ["asks"]))
    asks = tmp_path / "asks.mjs"
    asks.write_text('import { page } from "./page.mjs";\nconsole.log(page.sum);\n')
    assert 82 == answer(asks)


def test_a_late_script_takes_from_the_page_what_that_has(tmp_path: Path) -> None:
    """And brings along what it has alone."""
    (tmp_path / "page.mjs").write_bytes(entry("page", MODULES, ["extra"]))
    script = late("extra", MODULES, page="page").decode()
    assert "BASE" not in script
    (tmp_path / "extra.mjs").write_text(script.replace('"/static/page.js"', '"./page.mjs"'))
    asks = tmp_path / "asks.mjs"
    asks.write_text('import { start } from "./extra.mjs";\nconsole.log(start(1));\n')
    assert 1043 == answer(asks)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_imports_and_exports_so_that_it_can_be_joined(name: str) -> None:
    """Imports of names, one a line; exports of functions, classes and constants."""
    text = files("web").joinpath("static", f"{name}.js").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"(import|export)\b", line)]
    for line in lines:
        assert joined.IMPORT.match(line) or joined.EXPORT.match(line), line
    assert all(module in SCRIPTS for _, module in imports(text))


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_has_a_text_within_a_text_with_blanks(name: str) -> None:
    """rjsmin takes what stands in a template within a template for code, and leaves its blanks out."""
    text = files("web").joinpath("static", f"{name}.js").read_text(encoding="utf-8")
    assert not re.search(r"\$\{[^}`]*`(?:[^`$]|\$(?!\{))*\s", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_name_of_a_whole_module_stands_alone_on_its_line(name: str) -> None:
    """So that it is known what the modules of a page call their own."""
    text = files("web").joinpath("static", f"{name}.js").read_text(encoding="utf-8")
    assert not re.findall(r"^(?:export )?(?:const|let) (?:[\[{].*|\w+,.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("name", ENTRIES)
def test_no_two_modules_of_a_page_use_one_name(name: str) -> None:
    """They share a scope; one that would not is sent in a scope of its own, which weighs more."""
    modules = {
        one: files("web").joinpath("static", f"{one}.js").read_text(encoding="utf-8") for one in SCRIPTS
    }
    said = Counter(top for one in order(name, modules) for top in top_names(modules[one]))
    assert [] == [one for one, times in said.items() if times > 1]


def test_every_script_is_sent_by_some_page() -> None:
    """A script that nobody fetches is left over."""
    modules = {
        name: files("web").joinpath("static", f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS
    }
    needed = {one for name in (*ENTRIES, *LATE, *ASKED) for one in order(name, modules)}
    assert set(SCRIPTS) == needed


def test_what_is_sent_says_nothing_to_whoever_changes_it() -> None:
    """Comments stay here; those with a licence go along."""
    assert b"Know before changing" not in b"".join(
        body for name, body in served().items() if name.endswith((".js", ".css")) and name not in VENDORED
    )
    assert b"/*! licence */ a{b:c}" == sheet("/* mine */\n/*! licence */\n  a { b: c; }\n")


def test_a_sheet_loses_only_blanks_that_mean_nothing() -> None:
    """Not those that keep two names, or the parts of a sum, apart; and nothing of a text."""
    given = """
    a > b, c :is(d, e:hover) + f { margin: 0 -1px !important; width: calc(100% - (2 * 3px)); }
    @media (max-width: 9px) and (scripting: none) { g::after { content: "x ; {y}, > : z"; } }
    """
    bare = (
        "a>b,c :is(d,e:hover) + f{margin:0 -1px!important;width:calc(100% - (2 * 3px))}"
        '@media (max-width:9px) and (scripting:none){g::after{content:"x ; {y}, > : z"}}'
    )
    assert bare == sheet(given).decode().strip()


def test_sentences_that_only_the_server_says_are_not_sent() -> None:
    """A page fetches what it renews."""
    assert "strings.en.json" in served()
    assert not [name for name in served() if "printed" in name]


def test_a_script_gives_only_what_a_late_one_takes() -> None:
    """A page without late scripts gives nothing."""
    assert b"export" not in entry("page", MODULES)
    assert b"export{$near as near};" in entry("page", MODULES, ["extra"])


def test_a_sheet_stands_behind_what_it_imports() -> None:
    """Each once, in the order in which they are needed."""
    sheets = {
        "base": "a { b: c; }\n",
        "sign": '@import "./base.css";\nd { e: f; }\n',
        "desk": '@import "./sign.css";\n@import "./base.css";\ng { h: i; }\n',
    }
    assert b"a{b:c}d{e:f}g{h:i}" == whole_sheet("desk", sheets)
    assert not [name for name, body in served().items() if name.endswith(".css") and b"@import" in body]


def test_a_page_is_sent_the_sentences_that_its_script_can_say() -> None:
    """Keys in full, names of the table, and those that begin as a text is filled in."""
    table = {"votes": "a", "months": "b", "badge.called": "c", "badge.open": "d", "q1.no": "e", "date": "f"}
    script = 'w.say("votes");w.text.months.split("|");w.say(`badge.${kind}`)'
    assert {"votes", "months", "badge.called", "badge.open"} == sayable(script, table).keys()
