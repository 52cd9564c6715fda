"""A copy of the checkout in which code may be spoiled: what both kinds of mutation testing work in.

    work = copied(Path("build/mutants/lua"))

In the copy the laws are tried with few examples, always the same ones, so that one mutant takes about a
second, and the same run gives the same figures again.

Know before changing: the copy holds folders by name and nothing else of the machine; the checkout itself is
never written to.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "docs",
    "election",
    "languages",
    "nights",
    "producers",
    "sandik",
    "stores",
    "streams",
    "tests",
    "web",
)
IGNORED = shutil.ignore_patterns("__pycache__", "shots")
EXAMPLES = 15
"""Of each law; how many the suite itself tries says tests/conftest.py."""
PROFILE = f'''"""In the copy for mutants: few examples of each law, always the same; laws last."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutants", max_examples={EXAMPLES}, derandomize=True, deadline=None, database=None,
    phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")


def pytest_collection_modifyitems(items):
    """Laws last: most mutants fall to a plain test."""
    items.sort(key=lambda item: hasattr(item.obj, "hypothesis"))
'''


def copied(to: Path) -> Path:
    """The checkout's folders in an empty folder; tests of the copy look for few examples only."""
    if to.exists():
        shutil.rmtree(to)
    to.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, to / name, ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", to)
    fewer_examples(to)
    return to


def retested(to: Path) -> None:
    """The tests of the copy are those of the checkout as they are now; its code stays."""
    shutil.rmtree(to / "tests")
    shutil.copytree(ROOT / "tests", to / "tests", ignore=IGNORED)
    fewer_examples(to)


def fewer_examples(to: Path) -> None:
    """Tests of a copy try few examples of each law, always the same."""
    (to / "tests" / "election" / "conftest.py").write_text(PROFILE)
    for path in (to / "tests").rglob("test_*.py"):
        text = path.read_text()
        fewer = re.sub(r"max_examples=\d+", f"max_examples={EXAMPLES}", text)
        if fewer != text:
            path.write_text(fewer)
