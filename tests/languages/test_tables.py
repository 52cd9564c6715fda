"""The tables are whole, used and the only place of sentences: the house's rule for words.

Know before changing: this reads source text. What is exempt below has its reason beside it.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from languages import SPOKEN, codes, table
from languages.saying import FORKS, Field, Nodes, parse
from web.words import UNPREFIXED

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("election", "producers", "streams", "web", "sandik")
TURKISH = re.compile("[çğıöşüÇĞİÖŞÜ]")
SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")

NO_SENTENCES = {
    "sandik/nightbuild.py": "writes a night's folder, which is data and has its texts in it",
    "sandik/nightbuild_csv.py": "letters of headings and of slugs",
    "sandik/scaffold_choices.py": "words of foreign tables that are read",
    "sandik/scaffold_words.py": "words of foreign tables that are read",
    "producers/formats/slugs.py": "letters of slugs",
    "producers/formats/columns.py": "letters of slugs",
    "producers/formats/cells.py": "words of foreign tables that are read",
    "web/letters.py": "letters by their width",
    "web/words.py": "letters of an ending, and of casing",
    "web/card_png.py": "a letter that a font must have",
}
"""Files with letters of Turkish that are no sentence, and why."""
WORDED = (
    "election/headline*.py", "election/teller*.py", "election/telling.py", "election/watches*.py",
    "election/corrections.py", "election/calls/*.py", "election/rulings.py", "streams/alerts/texts.py",
)  # fmt: skip
"""Where what is told is put together: no English sentence stands here either."""
ENGLISH_ALONE = {
    "ASKS",
    "SOURCE",
    "GUARDS",
    "_ALL",
    "_FATES",
    "why_not",
    "_why_not_retract",
    "fault",
    "default_calls",
    "default_guards",
    "life_table",
    "drawing",
}
"""Said in English at the command line and in the reference: what a rule asks and rests on, and refusals."""
STATES = {"tie by lot", "does not apply"}
"""Words of the contract that scripts compare; pages say them by their table."""
OF_AN_ELEMENT = re.compile(r'\b(?:key|class|style|role): "[^"]*"')
"""What a script says of an element, which is the key of no sentence."""
QUOTES = "\"'`"


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST, skip: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Every text of the code, docstrings, raised errors and what `skip` names left out."""
    for child in ast.iter_child_nodes(node):
        target = child.targets[0] if isinstance(child, ast.Assign) else getattr(child, "target", None)
        name = target.id if isinstance(target, ast.Name) else getattr(child, "name", "")
        described = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if name in skip or described or isinstance(child, ast.Raise):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.lineno, child.value
        yield from texts(child, skip)


def fields(nodes: Nodes) -> set[tuple[str, str]]:
    """Every field of a sentence and of the sentences in it; of a choice also what is chosen from."""
    found = set()
    for node in nodes:
        if isinstance(node, Field):
            chosen = " ".join(sorted(node.forms)) if node.kind == "select" else ""
            found.add((node.name, f"{node.kind} {chosen}".strip()))
            found |= {inner for form in node.forms.values() for inner in fields(form)}
    return found


def names(nodes: Nodes) -> set[str]:
    """The values that a sentence is given."""
    return {name for name, _ in fields(nodes)}


@pytest.mark.parametrize("code", codes())
def test_every_language_has_every_sentence_with_the_same_values(code: str) -> None:
    """So that none is ever missing one, and none says a figure that the others do not."""
    english, own = table("en"), table(code)
    assert english.keys() == own.keys()
    for part in english:
        assert english[part].keys() == own[part].keys(), part
        assert not [key for key, text in own[part].items() if not isinstance(text, str)], part
    for part in set(SPOKEN) - {"grammar"}:
        for key, text in own[part].items():
            assert names(parse(text)) <= names(parse(english[part][key])), f"{code} {part}.{key}"
            missing = {
                name for name, kind in fields(parse(english[part][key])) if kind.split(" ")[0] not in FORKS
            } - names(parse(text))
            assert not missing, f"{code} {part}.{key} does not say {missing}"


def test_the_file_of_a_language_says_its_own_code() -> None:
    """A copy that was not finished is seen here."""
    assert all(f'"lang": "{code}"' in (HOUSE / f"languages/{code}.json").read_text() for code in codes())


def said_in(*folders: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Every text in the code of these folders; and those with values in them, as patterns."""
    plain, patterns = set(), []
    for folder in folders:
        for path in (HOUSE / folder).rglob("*.py"):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.JoinedStr):
                    parts = [
                        re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"[\w.-]+"
                        for one in node.values
                    ]
                    if any(isinstance(one, ast.Constant) for one in node.values):
                        patterns.append(re.compile("".join(parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    plain.add(node.value)
    return plain, patterns


@pytest.mark.parametrize("part", sorted(set(SPOKEN) - {"grammar"}))
def test_every_spoken_sentence_is_said_somewhere(part: str) -> None:
    """What nobody says any more is taken out of every table."""
    plain, patterns = said_in("election", "streams", "sandik")
    asked = [one for one in patterns if re.match(rf"{part}\\?\.", one.pattern)]
    own = {f"headline.{one}" for one in plain} if part == "headline" else set()
    unused = [
        key
        for key in table("en")[part]
        if f"{part}.{key}" not in plain | own and not any(one.fullmatch(f"{part}.{key}") for one in asked)
    ]
    assert [] == unused


def asked_as(key: str, part: str = "") -> Iterator[str]:
    """How a key can stand in code, with its part: whole, or as it begins or ends around a value."""
    dots = [at for at, letter in enumerate(key) if letter == "."]
    for quote in QUOTES:
        yield f"{quote}{part}{key}{quote}"
        yield from (f"{quote}{part}{key[: at + 1]}{hole}" for at in dots for hole in ("{", "${"))
        yield from (f"}}{key[at:]}{quote}" for at in dots)
        if part:
            yield from (f"}}.{key}{quote}", f"{quote}{part}{{")


def test_every_sentence_of_a_page_is_said_somewhere() -> None:
    """In Python or in a script; without its part only on the board, and in the scripts of that part."""
    paths = [path for path in (HOUSE / "web").rglob("*") if path.suffix in (".py", ".js")]
    texts = {path: OF_AN_ELEMENT.sub("", path.read_text()) for path in paths}
    whole = "\n".join(texts.values())
    unused = []
    for part, known in table("en").items():
        own = [said for path, said in texts.items() if re.fullmatch(rf"{part}(_\w+)?\.js", path.name)]
        scripts = whole if part in UNPREFIXED else "\n".join(own)
        for key in known if part not in SPOKEN else ():
            bare = any(form in scripts for form in asked_as(key))
            if not bare and not any(form in whole for form in asked_as(key, f"{part}.")):
                unused.append(f"{part}.{key}")
    assert [] == unused


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_in_another_language_stands_in_the_code(room: str) -> None:
    """Letters of Turkish beside the name of the tracker are a sentence outside the tables."""
    found = [
        f"{path.relative_to(HOUSE)}:{line}: {text[:60]!r}"
        for path in sorted((HOUSE / room).rglob("*.py"))
        if path.relative_to(HOUSE).as_posix() not in NO_SENTENCES
        for line, text in texts(tree(path))
        if TURKISH.search(text.replace("Sandık", "").replace("Ayşe Demir", "")) and "EXAMPLE" not in text
    ]
    assert [] == [one for one in found if "sandik/commands/" not in one]


def test_no_english_sentence_stands_where_things_are_worded() -> None:
    """What is told is a template in every language, never a text in the code that tells it."""
    found = [
        f"{path.relative_to(HOUSE)}:{line}: {text[:60]!r}"
        for pattern in WORDED
        for path in sorted(HOUSE.glob(pattern))
        for line, text in texts(tree(path), frozenset(ENGLISH_ALONE))
        if SENTENCE.search(text) and text not in STATES and path.name != "thresholds.py"
    ]
    assert [] == found


def test_no_language_is_named_where_things_are_worded() -> None:
    """A third language is one file: code that asks which language it is would have to learn of it."""
    found = [
        f"{path.relative_to(HOUSE)}:{line}"
        for pattern in WORDED
        for path in sorted(HOUSE.glob(pattern))
        for line, text in texts(tree(path), frozenset({"LANGUAGES"}))
        if text in set(codes()) - {"en"}
    ]
    assert [] == found
