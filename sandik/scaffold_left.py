"""What is still to decide in a night folder that was made from a feed: said by `sandik night check`, not
failed.

    for one in left(folder.path, folder.night): print(one)     my-night/night.toml:6: assumed: …

Know before changing: a folder that somebody wrote by hand carries none of the marks this looks for, so
nothing is said of it but what holds for every folder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from election.night import Night
from sandik import folders
from sandik.scaffold_night import TO_FILL
from sandik.scaffold_toml import marks

SOURCE_MD = "SOURCE.md"
NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Left:
    """One thing nobody has decided yet."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        """`file:line: message`, as mistakes are written."""
        return (
            f"{self.file}: {self.message}"
            if self.line is None
            else f"{self.file}:{self.line}: {self.message}"
        )


def left(path: Path, night: Night) -> list[Left]:
    """Everything that is still to decide, in the order of the files."""
    return [*_assumed(path), *_unnamed(night), *_registers(night), *_to_fill(path)]


def _assumed(path: Path) -> Iterator[Left]:
    for number, what in marks(folders.text(path / "night.toml")):
        yield Left("night.toml", number, f"assumed: {what}")


def _to_fill(path: Path) -> Iterator[Left]:
    file = path / SOURCE_MD
    if not file.is_file():
        yield Left(SOURCE_MD, None, "there is none; it says where each figure comes from")
        return
    for number, line in enumerate(folders.text(file).splitlines(), 1):
        if line.startswith(TO_FILL):
            yield Left(SOURCE_MD, number, f"to fill in: {line.removeprefix(TO_FILL)}")


def _unnamed(night: Night) -> Iterator[Left]:
    """Names that are ids: a reader of the page sees them."""
    named: list[tuple[str, list[str]]] = [
        ("contests", [contest.id for contest in night.contests.values() if contest.name == contest.id]),
        ("parties", [party.id for party in night.parties.values() if party.name == party.id]),
        ("sources", [source.id for source in night.sources.values() if source.name == source.id]),
    ]
    for contest in night.contests.values():
        choices = [choice.id for choice in contest.choices if choice.name == choice.id]
        named.append((f"choices of {contest.id}", list(choices)))
    for what, ids in named:
        if ids:
            yield Left("night.toml", None, f"{what} called by their id: {_listed(ids)}")
    areas = [area.id for area in night.areas.values() if area.name == area.id]
    if areas:
        yield Left("areas.csv", None, f"areas called by their id: {_listed(areas)}")
    if len(night.shown_levels) < 2:
        yield Left("night.toml", None, "one level of areas is shown: the page has no places to show")


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED_MAX:,} more" if len(ids) > NAMED_MAX else ""
    return ", ".join(ids[:NAMED_MAX]) + more


def _registers(night: Night) -> Iterator[Left]:
    """Without a register and without a limit every paper of a box would be held back."""
    without = sum(box.registered is None for box in night.boxes.values())
    if without and not night.outstanding.voters_max_without_register:
        yield Left(
            "boxes.csv", None,
            f"{without:,} boxes have no register, and outstanding.voters_max_without_register is 0: Q302 "
            "holds every paper of theirs back",
        )  # fmt: skip
