"""The house keeps its shape: arrows, doors, purity, sizes, mirrors; each refusal says what to do instead.

Know before changing: this reads source text and imports nothing of ours. A rule is loosened here only with a
reason beside it, and a decision page if it is one of ARCHITECTURE.md.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("producers", "streams", "web")
# What a package may import beside itself and languages/: the floors it stands on.
BELOW = {"stores": ("election",), **dict.fromkeys(ROOMS, ("election", "stores"))}
PACKAGES = ("languages", "election", "stores", *ROOMS, "sandik")
NOT_OURS = {".venv", ".kafka", ".git", "__pycache__", "node_modules", "sandik-data", "build", "dist", "shots"}

FILE_LINES_MAX, FUNCTION_LINES_MAX = 400, 50

KAFKA = ("access", "cluster", "protocol", "publish", "record", "shown", "tending")
DOORS: Mapping[str, tuple[str, ...]] = {
    "aiohttp": ("producers/sources/http.py", "streams/alerts/outgoing.py"),
    "aiokafka": tuple(f"producers/{file}.py" for file in KAFKA),
    "aiosmtplib": ("streams/alerts/email.py",),
    "apprise": ("streams/alerts/apprise.py",),
    # Who signs and who judges a signature are two rooms, and must not be one program.
    "cryptography": ("producers/signing.py", "streams/signatures.py"),
    "faust": ("streams/consuming.py",),
    "mode": ("streams/consuming.py",),
    "prometheus_client": ("web/metrics.py",),
    "redis": ("stores/opening.py", "stores/failing.py"),
    "resvg_py": ("web/card_png.py",),
    "standardwebhooks": ("streams/alerts/webhook.py",),
    "websockets": ("web/sockets.py", "web/watch.py"),
}
WIRE_ONLY = {"orjson"}
IMPURE = {
    "asyncio", "getpass", "glob", "http", "logging", "multiprocessing", "os", "pathlib", "platform", "random",
    "secrets", "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib", "uuid", "warnings",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "now", "utcnow", "today", "exec", "eval"}


@cache
def sources(*folders: str) -> tuple[Path, ...]:
    """Every Python file under these folders of the house, those that are not ours left out."""
    found = (path for folder in folders for path in sorted((HOUSE / folder).rglob("*.py")))
    return tuple(path for path in found if not NOT_OURS & set(path.relative_to(HOUSE).parts))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in it."""
    return tuple(ast.walk(tree(path)))


def name(path: Path) -> str:
    """A file as people write it: `streams/app.py`."""
    return path.relative_to(HOUSE).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports, wherever in it; `from a import b` names a.b."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno}: write imports from the root, not relative"
            yield from ((node.lineno, f"{node.module}.{one.name}") for one in node.names)


def told(found: list[str], instead: str) -> str:
    """What is wrong, line by line, and what to do instead."""
    return "\n".join([*found, instead])


def test_rooms_never_import_one_another() -> None:
    """producers, streams and web agree through election.wire alone, and nobody imports the front door."""
    found = [
        f"{name(path)}:{line}: imports {what}"
        for package in PACKAGES[:-1]
        for path in sources(package)
        for line, what in imports(path)
        if what.split(".")[0] in set(PACKAGES) - {package, "languages", *BELOW.get(package, ())}
    ]
    instead = "Move what both need down to election/, or say it over the wire (election/wire)."
    assert [] == found, told(found, instead)


def test_the_front_door_opens_a_room_only_when_asked() -> None:
    """`sandik --help` loads no broker, no store and no room: each command imports its own."""
    code = "import sandik.cli, sys; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=HOUSE, check=False
    )
    assert 0 == ended.returncode, ended.stderr
    found = sorted({*DOORS, *ROOMS, "numpy"} & set(ended.stdout.split()))
    assert [] == found, told(found, "Import it inside the function of the command that needs it.")


def test_each_library_has_one_door() -> None:
    """So that the day it must be replaced, one file changes."""
    found = [
        f"{name(path)}:{line}: imports {what}; the door is {' and '.join(DOORS[what.split('.')[0]])}"
        for path in sources(*PACKAGES)
        for line, what in imports(path)
        if name(path) not in DOORS.get(what.split(".")[0], (name(path),))
    ]
    instead = "Give the door's file the function you need, with our own types, and call that."
    assert [] == found, told(found, instead)


def test_election_stands_on_the_standard_library() -> None:
    """Plus the words of languages/, which are constants, and orjson in election/wire."""
    known = sys.stdlib_module_names | {"election", "languages"}
    found = [
        f"{name(path)}:{line}: imports {what}"
        for path in sources("election")
        for line, what in imports(path)
        if what.split(".")[0] not in known | (WIRE_ONLY if "wire" in path.parts else set())
    ]
    assert [] == found, told(found, "Do it in the room that needs it, or in election/wire if it makes bytes.")


def test_election_has_no_clock_no_dice_no_files_and_no_log() -> None:
    """Clock, dice and bytes are arguments: a night replayed is the same night."""
    found = [
        f"{name(path)}:{line}: imports {what}"
        for path in sources("election")
        for line, what in imports(path)
        if what.split(".")[0] in IMPURE
    ]
    for path in sources("election"):
        for node in nodes(path):
            called = node.func if isinstance(node, ast.Call) else None
            word = called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)
            if word in IMPURE_CALLS:
                found.append(f"{name(path)}:{getattr(node, 'lineno', 0)}: calls {word}")
    assert [] == found, told(
        found, "Take the time, the dice or the bytes as an argument; raise or return, never log."
    )


def test_no_circle_of_imports() -> None:
    """Zero, lazy imports counted as well."""
    files = {name(path)[:-3].replace("/", ".").removesuffix(".__init__"): path for path in sources(*PACKAGES)}
    arrows = {
        module: {
            hit
            for _, what in imports(path)
            for hit in (what, what.rpartition(".")[0])
            if hit in files and hit != module
        }
        for module, path in files.items()
    }
    while leaves := [module for module, to in arrows.items() if not to & set(arrows)]:
        for leaf in leaves:
            del arrows[leaf]
    found = [f"{module} → {', '.join(sorted(to & set(arrows)))}" for module, to in sorted(arrows.items())]
    assert [] == found, told(found, "Move what both need into a third file that imports neither.")


def test_files_and_functions_stay_small() -> None:
    """What fits on a few screens is read before it is changed."""
    found = []
    for path in sources(*PACKAGES, "tests", "tools", "bench", "faults"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES_MAX:
            found.append(f"{name(path)}: {lines} lines, at most {FILE_LINES_MAX}")
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    found.append(f"{name(path)}:{node.lineno}: {node.name} has {length} lines, at most 50")
    assert [] == found, told(
        found, "Find the second thing it does and give that a file or a function of its own."
    )


def test_one_level_of_folders_below_a_room() -> None:
    """Deeper than that, names stop saying where things are."""
    found = [name(path) for path in sources(*PACKAGES) if len(path.relative_to(HOUSE).parts) > 3]
    assert [] == found, told(found, "Put it into the room or one folder below; name the file for both.")


def test_nights_are_data() -> None:
    """A country, a contest or a past night needs no code."""
    found = [name(path) for path in sources("nights")]
    assert [] == found, told(found, "What a folder cannot say yet is a key for night.toml and its reader.")


def test_each_file_opens_with_what_it_is_for() -> None:
    """A sentence, then the one thing to know before changing it; an empty __init__ says nothing."""
    found = [
        name(path)
        for path in sources(*PACKAGES, "tests", "tools", "bench", "faults")
        if tree(path).body and not (ast.get_docstring(tree(path)) or "").strip()
    ]
    assert [] == found, told(
        found, "Begin it with a docstring: what it is for, what to know before changing it."
    )


def mirrors(path: Path) -> Iterator[str]:
    """Where the test of a source file may stand: by its room, or where servers or a browser are needed."""
    room, *folders, file = path.relative_to(HOUSE).with_suffix("").parts
    joined = "_".join((*folders, file))
    yield f"tests/{room}/test_{joined}.py"
    yield f"tests/{room}/{'/'.join((*folders, f'test_{file}.py'))}"
    yield from (f"tests/{where}/test_{word}.py" for where in ("live", "browser") for word in (joined, file))


def test_each_source_file_has_its_test_file() -> None:
    """Mirrored: tests/<room>/test_<file>.py, in tests/live if it needs a broker and a store."""
    found = [
        f"{name(path)}: no {next(mirrors(path))}"
        for path in sources(*PACKAGES, "faults")
        if path.name not in ("__init__.py", "__main__.py")
        and not any((HOUSE / mirror).exists() for mirror in mirrors(path))
    ]
    assert [] == found, told(found, "Write the test file that is missing, named for the source file.")


def test_each_test_is_a_sentence_about_what_the_tracker_promises() -> None:
    """Every test has a docstring; its name is the promise, the docstring its why."""
    found = [
        f"{name(path)}:{node.lineno}: {node.name}"
        for path in sources("tests")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert [] == found, told(found, "Say in a docstring what is promised, or what would go wrong without it.")


def texts() -> Iterator[tuple[Path, int, str]]:
    """Every line of every text file of the house but this one."""
    kinds = {".py", ".md", ".toml", ".yml", ".yaml", ".lua", ".js", ".css", ".html", ".sh", ".txt", ".cfg"}
    for path in sorted(HOUSE.rglob("*")):
        inside = path.relative_to(HOUSE).parts
        if (
            path.suffix not in {*kinds, ""}
            or NOT_OURS & set(inside)
            or not path.is_file()
            or path == Path(__file__)
        ):
            continue
        if any(part.startswith(".") and part.endswith(("_cache", "hypothesis")) for part in inside):
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            yield path, number, line


MACHINE = re.compile(r"(?<![\w.}])/(?:home|Users|work|mnt)/\w|/(?:root)/\w|[A-Z]:\\Users")
INDEX = re.compile(
    r"index-url|pypi\.org/simple|files\.pythonhosted|/simple/?(?:\s|$)|trusted-host|\bdevpi\b|artifactory"
)


def test_no_path_of_somebodys_machine_and_no_address_of_an_index() -> None:
    """A clone works anywhere, with whatever index its user has."""
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path, number, line in texts()
        if MACHINE.search(line) or INDEX.search(line)
    ]
    assert [] == found, told(
        found, "Make it relative to the checkout, a setting, or leave it to pip's configuration."
    )


LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def test_nothing_is_left_for_later() -> None:
    """No TODO: what is not done is an issue, not a comment."""
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}" for path, number, line in texts() if LATER.search(line)
    ]
    assert [] == found, told(found, "Do it, or open an issue and take the line out.")


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A body that does nothing, its docstring apart."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    for one in body:
        nothing = isinstance(one, ast.Pass) or (
            isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and one.value.value is Ellipsis
        )
        raised = one.exc if isinstance(one, ast.Raise) else None
        called = raised.func if isinstance(raised, ast.Call) else raised
        if not nothing and not (isinstance(called, ast.Name) and called.id == "NotImplementedError"):
            return False
    return bool(body)


def test_no_function_is_a_stub() -> None:
    """Every function does what its name says; only a Protocol describes others."""
    found = []
    for path in sources(*PACKAGES, "tools", "bench", "faults"):
        protocols = {
            id(inner)
            for node in nodes(path)
            if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
            for inner in ast.walk(node)
        }
        found += [
            f"{name(path)}:{node.lineno}: {node.name}"
            for node in nodes(path)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and id(node) not in protocols
            and is_stub(node)
        ]
    assert [] == found, told(found, "Write it, or leave it out until it is needed.")


IGNORE = re.compile(r"#\s*(?:type:\s*ignore(?:\[[\w\-, ]*\])?|noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)(.*)$")


def test_each_ignore_has_its_reason_beside_it() -> None:
    """In the rooms; a reader sees why the checker is wrong here."""
    found = [
        f"{name(path)}:{number}: {line.strip()[:100]}"
        for path, number, line in texts()
        if path.suffix == ".py" and path.relative_to(HOUSE).parts[0] in PACKAGES
        for hit in [IGNORE.search(line)]
        if hit and len(re.sub(r"[^A-Za-z]", "", hit.group(1))) < 3
    ]
    assert [] == found, told(found, "Write the reason after it: `# noqa: CODE - why`.")


@pytest.mark.parametrize(
    ("rule", "line", "caught"),
    [
        (MACHINE, "open('/" + "home/ayse/night')", True),
        (MACHINE, "https://mirror.example/" + "root/" + "x", True),
        (MACHINE, "see docs/home/page", False),
        (INDEX, "--index-url https://example.org", True),
        (INDEX, "https://pypi.org/simple", True),
        (INDEX, "a simple night", False),
        (LATER, "# TODO: later", True),
        (LATER, "to do", False),
    ],
)
def test_the_patterns_catch_what_they_are_for(rule: re.Pattern[str], line: str, caught: bool) -> None:
    """And leave the rest alone."""
    assert caught == bool(rule.search(line))


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("pass", True),
        ("...", True),
        ("'It says.'; ...", True),
        ("raise NotImplementedError", True),
        ("raise NotImplementedError('later')", True),
        ("raise ValueError", False),
        ("return 1", False),
        ("'A hook that does nothing, and says so.'", False),
    ],
)
def test_a_stub_is_told_from_a_function(body: str, stub: bool) -> None:
    """Pass, dots and NotImplementedError do nothing; a raised error of another kind is meant."""
    function = ast.parse(f"def f():\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert stub == is_stub(function)


WORDS = (
    "night contest choice alliance area box source registered voters valid invalid report revision bundle "
    "finding refused quarantined tally change outstanding counted standing margin rule verdict guard call "
    "retraction dossier embargo recording replay rehearsal topic channel subscription snapshot position"
)
LOCAL_WORDS = "sandık tutanak seçmen ittifak yayın yasağı mazbata NIST EML AP"


def test_every_word_of_the_house_stands_in_the_glossary() -> None:
    """With the words people use elsewhere beside it."""
    glossary = (HOUSE / "GLOSSARY.md").read_text(encoding="utf-8")
    found = [word for word in [*WORDS.split(), "polling place"] if f"**{word}**" not in glossary]
    found += [word for word in LOCAL_WORDS.split() if word not in glossary]
    assert [] == found, told(found, "Give each a row in GLOSSARY.md: what it means, and an example.")
