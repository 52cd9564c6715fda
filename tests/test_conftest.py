"""How hard laws are tried is said in one place: tests/conftest.py.

Know before changing: a profile of Hypothesis holds for every test that is imported after it was loaded, in
whatever folder. What a folder loads for itself holds for the folders after it too where all are asked.
"""

from pathlib import Path

TESTS = Path(__file__).parent


def test_no_other_file_of_the_tests_loads_a_profile() -> None:
    """So a law is tried as often in a run of all tests as in one of its folder alone."""
    asked = "load_" + "profile("
    found = [path for path in TESTS.rglob("*.py") if asked in path.read_text(encoding="utf-8")]
    assert [TESTS / "conftest.py"] == found
