"""Ids for what a feed names in its own words, for the formats that need no columns: marks first, slugs else.

    names = Names(document)
    names.contest("5000", "President of the United States")      → "president-of-the-united-states"
    names.unit("gp-34-kadikoy-1001")                              → itself, or what [units] says

Of several texts for one thing each is looked up among the mapping's marks; the last one becomes the id.

Know before changing: two names that give one id would be one box, silently; so that is an error, and the way
out is a mark in the mapping.
"""

from collections.abc import Mapping

from producers.formats.document import Document, FeedError
from producers.formats.slugs import plain, slug

NOTHING: Mapping[str, str] = {}


class Names:
    """The ids of one document."""

    def __init__(self, document: Document) -> None:
        self._document, self._mapping = document, document.mapping
        self._taken: dict[tuple[str, str], str] = {}

    def contest(self, *texts: str, line: int = 0) -> str:
        """A contest's id."""
        marks = self._mapping.contest_ids if self._mapping else NOTHING
        return self._id("contests", "contests", marks, texts, line)

    def choice(self, contest: str, *texts: str, line: int = 0) -> str:
        """A choice's id in a contest."""
        if self._mapping is not None:
            for text in texts:
                for within in (contest, ""):
                    marked = self._mapping.choice_ids.get((within, plain(text)))
                    if marked:
                        return marked
        return self._id("choices", contest, NOTHING, texts, line)

    def unit(self, *texts: str, line: int = 0) -> str:
        """A unit's id."""
        if self._mapping is None:
            return self._id("units", "", NOTHING, texts, line)
        if self._mapping.level == "box":
            return self._id("units", "", self._mapping.units, texts, line)
        return self._id("areas", "unit", self._mapping.areas, texts, line)

    def area(self, *texts: str, line: int = 0) -> str:
        """An area's id."""
        return self._id("areas", "", self._mapping.areas if self._mapping else NOTHING, texts, line)

    def sums(self, contest: str, choice: str) -> bool:
        """Whether several of the feed's choices are added up into this one."""
        marks = self._mapping.choice_marks(contest, choice) if self._mapping else None
        return bool(marks and marks.sum)

    def contest_name(self, contest: str, text: str) -> str:
        """What to call it."""
        return self._mapping.contest_name(contest, text) if self._mapping else text or contest

    def choice_name(self, contest: str, choice: str, text: str) -> str:
        """What to call it."""
        return self._mapping.choice_name(contest, choice, text) if self._mapping else text or choice

    def party(self, contest: str, choice: str, text: str) -> str:
        """Its party, as the mapping or the feed says."""
        return self._mapping.party_of(contest, choice, text) if self._mapping else text

    def _id(
        self, section: str, within: str, marks: Mapping[str, str], texts: tuple[str, ...], line: int
    ) -> str:
        for text in texts:
            marked = marks.get(plain(text)) if marks else None
            if marked:
                return marked
        text = texts[-1]
        made = slug(text)
        before = self._taken.setdefault((section + "/" + within, made), plain(text))
        if before != plain(text):
            raise FeedError(
                self._document.name, line,
                f"{before!r:.60} and {text!r:.60} would have the same id, {made}: name one of them in a "
                f"mapping, under [{section}].",
            )  # fmt: skip
        return made
