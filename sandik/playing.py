"""What `sandik replay` and `sandik demo` share: a recording opened again and again, with its pace and faults.

    play = Play(folder, recording, pace, faults)
    done = await play.run(publisher, controls, refuse, progress)
    play.said(out)          what was done to the recording, in words; `play.facts` in JSON

Know before changing: what a fault did is always said, and an ending is compared only where it is promised.
"""

import argparse
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from election.errors import UsageError
from election.night import Night
from sandik import folders
from sandik.say import Out

if TYPE_CHECKING:
    from producers.controls import Controls
    from producers.faults import Faults
    from producers.faults_file import Plan
    from producers.notes import NotePublisher
    from producers.pace import Pace
    from producers.replay import Played, Settle
    from sandik.befalling import Befalls
    from streams.settings import Settings as Counting

SEED = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """How it is played, and what befalls it."""
    parser.add_argument("--speed", metavar="N|max", help="60: a minute a second; else as the night says")
    parser.add_argument("--from", dest="start", metavar="T", help="what is before comes at once: 19:10")
    parser.add_argument(
        "--gap-max",
        metavar="S|none",
        help="a longer silence plays as S recorded seconds; else as the night says",
    )
    parser.add_argument(
        "--in-step", action="store_true", help="a record waits until what came before is counted and told of"
    )
    parser.add_argument(
        "--faults", metavar="FILE", type=Path, help="what befalls it (docs/reference/faults.md)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=SEED, help="of the faults' dice; else 1")


def pace(args: argparse.Namespace, night: Night) -> "Pace":
    """How the words say that it is played. Raises UsageError."""
    from producers.pace import Pace, read_from, read_speed

    start = read_from(args.start, night.date, night.time_zone) if args.start else None
    speed = read_speed(args.speed or str(night.replay.speed))
    return Pace(speed, start, _gap_max_s(args.gap_max, night.replay.gap_max_s))


def _gap_max_s(word: str | None, otherwise: float | None) -> float | None:
    if word is None:
        return otherwise
    if word == "none":
        return None
    try:
        seconds = float(word)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"--gap-max is {word!r}: so many recorded seconds, or none for every silence as it was."
        )
    return seconds


@asynccontextmanager
async def _in_step(night: Night, counting: "Counting | None") -> "AsyncIterator[Settle | None]":
    """What waits until everything is counted and told of; None where nobody wants to wait."""
    if counting is None:
        yield None
        return
    from sandik import ended
    from streams.store import Store

    store = Store(night, counting.scope(night.id), counting)

    async def settle(ends: Mapping[tuple[str, int], int]) -> None:
        await ended.counted(store, ends)
        await ended.settled(store)

    try:
        yield settle
    finally:
        await store.close()


def plan(path: Path | None, night: Night) -> "Plan":
    """What befalls the night. Raises UsageError, with every mistake of the file."""
    from producers.faults_file import Plan, read_faults

    if path is None:
        return Plan()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}): --faults names a file of faults."
        ) from error
    return read_faults(str(path), content, night)


@dataclass
class Play:
    """A recording, how it is played, and what befalls it."""

    folder: folders.Folder
    recording: Path
    pace: "Pace"
    faults: "Faults | None" = None
    file: Path | None = None
    seed: int = SEED
    in_step: bool = False
    waits_for_bans: bool = False
    """Whether what moves the ban is counted and told of before the next record: else, played as fast as can
    be, the ban would seem to have ended with the reports of an hour that come after it."""

    def __post_init__(self) -> None:
        """Faults may be asked for later, also where there are none now."""
        from producers.faults import Faults

        self.live: Faults = self.faults if self.faults is not None else Faults((), self.seed)

    def opened(self) -> Iterable[Any]:
        """The recording at its beginning."""
        from sandik.recordings import heard

        return heard(self.recording, self.folder.night)

    @classmethod
    def of(cls, args: argparse.Namespace, folder: folders.Folder, recording: Path, befalls: "Plan") -> "Play":
        """As the words of a command say. Raises UsageError."""
        from producers.faults import Faults

        made = cls(folder, recording, pace(args, folder.night), file=args.faults, seed=args.seed)
        made.in_step = args.in_step
        return replace(made, faults=Faults(befalls.faults, args.seed)) if befalls.faults else made

    async def run(
        self,
        publisher: "NotePublisher",
        controls: "Controls",
        refuse: Callable[[object], None],
        progress: "Callable[[Played], None]",
        counting: Callable[[], "Counting"],
        befalls: "Befalls | None" = None,
    ) -> "Played":
        """Plays it to its end. The worker's settings are asked for only if it waits for what is counted."""
        from producers.replay import moves_the_ban, replay

        if befalls is not None:
            befalls.publisher = publisher
        waits = self.in_step or self.waits_for_bans
        async with _in_step(self.folder.night, counting() if waits else None) as settle:
            return await replay(
                self.opened, self.pace, publisher, refuse, progress, controls=controls, faults=self.live,
                settle=settle, after=(lambda record: True) if self.in_step else moves_the_ban,
                between=None if befalls is None else befalls.between,
            )  # fmt: skip

    @property
    def promised(self) -> bool:
        """Whether the night has to end as it did: nothing was lost or made up."""
        return not self.live.lost

    @property
    def facts(self) -> dict[str, Any] | None:
        """What was done to the recording; None: nothing was asked."""
        if not self.live.faults:
            return None
        return {
            "file": None if self.file is None else str(self.file),
            "seed": self.seed,
            "records": {kind: self.live.done[kind] for kind in sorted(self.live.done)},
            "ending_promised": self.promised,
        }

    def said(self, out: Out) -> None:
        """The same in words."""
        if not self.live.faults:
            return
        done = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.live.done.items()))
        file = "asked for" if self.file is None else f"of {self.file}"
        out.say(f"faults {file}, seed {self.seed}: {done or 'none happened'} records")
        if not self.promised:
            out.say("reports were lost or made up: the night need not end as it did")
