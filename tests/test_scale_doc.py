"""docs/scale.md and docs/reference/soak.md: their commands are there, the simulated table comes out.

Know before changing: what was measured on a machine is not measured again here; what is pure is.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.scale_cache import HEAD, WATCHED_S, row, setups, simulate
from bench.soak_judged import QUANTITIES

ROOT = Path(__file__).resolve().parents[1]
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
SOAK = (ROOT / "docs" / "reference" / "soak.md").read_text(encoding="utf-8")
MODULE = re.compile(r"python -m (bench\.\w+)([^\n`#]*)")


@pytest.mark.parametrize(("module", "words"), sorted(set(MODULE.findall(SCALE + SOAK))))
def test_a_program_of_the_bench_is_there_with_its_options(module: str, words: str) -> None:
    """As the page writes it."""
    spec = find_spec(module)
    assert spec is not None, module
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert [] == [word for word in words.split() if word.startswith("--") and f'"{word}"' not in source]


def test_the_simulated_table_is_what_the_simulation_says() -> None:
    """`python -m bench.scale_cache`, to the last digit."""
    rows = [row(name, setup, simulate(setup)) for name, setup in setups(WATCHED_S)]
    assert HEAD + "\n".join(rows) in SCALE


def test_every_quantity_of_a_soak_is_in_its_table() -> None:
    """A row each."""
    assert [] == [one.title for one in QUANTITIES if f"| {one.title} |" not in SOAK]
    assert (ROOT / "docs" / "pictures" / "soak.svg").is_file()
