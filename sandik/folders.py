"""Night folders on disk: a shipped night by its name, or any folder by its path.

Know before changing: this only finds and reads files; what they mean is `election.wire.nights`. A word is a
shipped name unless it has a slash in it or such a folder is here, so that `sandik rehearse practice` works
from anywhere.
"""

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.errors import Mistake, NightError, UsageError
from election.night import Night
from election.wire.nights import FACTS, read_night

SHIPPED = Path(__file__).resolve().parent.parent / "nights"
RECORDINGS = ("recording.jsonl.gz", "recording.jsonl")
ENDING = "ending.json"


@dataclass(frozen=True)
class Folder:
    """A night with the folder it came from."""

    path: Path
    night: Night

    @property
    def recording(self) -> Path:
        """Its recording. Raises UsageError if it has none."""
        found = self.has_recording
        if found is None:
            raise UsageError(
                f"{self.path} has no {RECORDINGS[0]}: name a recording file, or feed the night with "
                "sandik produce."
            )
        return found

    @property
    def has_recording(self) -> Path | None:
        """Its recording, if it has one."""
        return next((self.path / name for name in RECORDINGS if os.path.lexists(self.path / name)), None)

    @property
    def ending(self) -> Mapping[str, Any] | None:
        """The contests of ending.json: the totals the night must end with; None if there is no such file."""
        path = self.path / ENDING
        if not os.path.lexists(path):
            return None
        held = content(path)
        try:
            contests = json.loads(held)["contests"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._no_ending(
                f"This is no ending: {_why(error)}.", getattr(error, "lineno", None)
            ) from error
        if not isinstance(contests, dict):
            raise self._no_ending("contests is not an object of contests.")
        wrong = [name for name, facts in contests.items() if not _has_pairs(facts)]
        if wrong:
            raise self._no_ending(f"{wrong[0]}: alerts is not a list of pairs of kind and key.")
        return contests

    def _no_ending(self, message: str, line: int | None = None) -> NightError:
        return NightError([Mistake(ENDING, line, message)], str(self.path))


def _why(error: Exception) -> str:
    """What is wrong with a file of JSON, without what stands in it."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not {error.encoding}"
    return "it is nested too deep" if isinstance(error, RecursionError) else "it is no object with contests"


def _has_pairs(facts: object) -> bool:
    """Whether the alerts of a contest, if it has any, are pairs of texts; the rest is compared as it is."""
    told = facts.get("alerts", []) if isinstance(facts, dict) else []
    return isinstance(told, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
        for pair in told
    )


def shipped() -> tuple[str, ...]:
    """The names of the nights that come with the program."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/night.toml")))


def find(word: str) -> Path:
    """The folder that a shipped name or a path means. Raises UsageError that says what there is."""
    path = Path(word)
    if "/" in word or (word and path.is_dir()):
        if path.is_file():
            raise UsageError(
                f"{word} is a file; a night is a folder with night.toml, areas.csv and boxes.csv."
            )
        if not path.is_dir():
            raise UsageError(f"There is no folder {word}: sandik night list says which nights are here.")
        if not (path / "night.toml").is_file():
            raise UsageError(f"{word} is no night folder: it holds no night.toml.")
        return path
    names = shipped()
    if word in names:
        return SHIPPED / word
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"the nights here are {', '.join(names)}"
    raise UsageError(f"There is no night {word!r}: {hint} (a folder of your own: ./{word})")


def files(path: Path) -> dict[str, bytes]:
    """The files that make the night, as bytes; a missing one is left out."""
    return {name: content(path / name) for name in FACTS if os.path.lexists(path / name)}


def content(path: Path) -> bytes:
    """A file whole. Raises UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def text(path: Path) -> str:
    """The same of a text, whatever its line ends, with or without the mark of UTF-8. Raises UsageError."""
    try:
        return content(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: {error}.") from error


def load(word: str) -> Folder:
    """The night a word means. Raises UsageError, or NightError with every mistake in the folder."""
    path = find(word)
    try:
        return Folder(path, read_night(files(path)))
    except NightError as error:
        raise NightError(list(error.mistakes), str(path)) from error


def room_for(path: Path) -> None:
    """Looks before the work whether a file can be made there after it. Raises UsageError."""
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent} to write to.")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: --out names a file.")


def word(given: str | None, environment: Mapping[str, str]) -> str:
    """Which night is meant: the one given, else SANDIK_NIGHT. Raises UsageError if neither names one."""
    named = given or environment.get("SANDIK_NIGHT", "")
    if not named:
        raise UsageError("Which night? Name it with SANDIK_NIGHT (sandik night list says which are here).")
    return named
