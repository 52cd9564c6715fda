"""How often each check fires. (The recording itself is tested from beginning to end with `scaffold`.)"""

from sandik import folders, recordings
from sandik.scaffold_tables import fires


def test_fires_counts_papers_and_not_findings() -> None:
    """As `sandik night check` counts them: a paper with one code twice is one paper."""
    folder = folders.load("practice")
    heard = recordings.records(folder.recording, folder.night, lambda refusal: None)
    found, papers = fires(heard, folder.night)
    assert 232 == papers
    assert (2, 1) == (found["Q307"], found["E203"])
