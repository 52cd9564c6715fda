"""SOURCE.md of a scaffolded night. (night.toml is tested with the draft that it is made of.)"""

from sandik.scaffold_night import TO_FILL, FeedFile, Said, source_md


def test_what_only_a_person_knows_is_left_to_fill_in() -> None:
    """Who counted, when it was fetched, who may use it; and what was read, to the byte."""
    feeds = [FeedFile("results.csv", 1234, "ab" * 32)]
    page = source_md(Said("mine"), feeds, ["no alliances"], "sandik night new results.csv", True)
    assert 3 == sum(line.startswith(TO_FILL) for line in page.splitlines())
    assert "| `results.csv` | 1,234 | `abab" in page
    assert "* no alliances" in page
    assert "sandik night new results.csv" in page


def test_the_page_says_what_the_ending_proves() -> None:
    """And where there is none, why."""
    assert "proves that everything in the files is counted" in source_md(Said("m"), [], [], "…", True)
    assert "There is no `ending.json`" in source_md(Said("m"), [], [], "…", False)
