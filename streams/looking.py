"""What an evaluator reads and notes: totals, rulings and facts of one contest at one moment.

    looked = await Looks(store).look(contest, areas, rulings_from, told_after)
    await looks.newer(contest, version, wait_s)        returns at the next version, or after the time
    await looks.evaluated(contest, epoch, version)     nothing more is to be told at this version

Know before changing: nothing here writes anything that is counted or told; a note that is lost is made again.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from election.night import AreaId, ContestId, SourceId, UnitId
from election.tally import HELD_BACK
from election.wire.keys import unit_bytes, unpack_pulse, unpack_unit
from streams.answers import Looked
from streams.papers import held_back
from streams.store import Store

log = logging.getLogger(__name__)

PAPERS_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Head:
    """Epoch and version of a contest, and those at which nothing more was to be told."""

    epoch: str
    version: int
    noted_epoch: str | None
    noted_version: int

    @classmethod
    def of(cls, epoch: bytes, version: bytes, noted: bytes) -> "Head":
        """As they are stored; no note at all: nobody has asked."""
        noted_epoch, _, noted_version = noted.decode().rpartition(" ")
        return cls(epoch.decode(), int(version), noted_epoch if noted else None, int(noted_version or 0))

    def behind(self, wanted: "Head") -> bool:
        """Whether it was not yet asked about at the version of `wanted`, of the same life."""
        return self.noted_epoch != wanted.epoch or self.noted_version < wanted.version


class Looks:
    """Reads contests of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def look(
        self,
        contest: ContestId,
        areas: Mapping[SourceId, Sequence[AreaId]],
        rulings_from: int,
        told_after: int,
    ) -> Looked:
        """The totals of these areas, what was ruled and what was told, all at one version."""
        keys = self._store.keys[contest]

        async def ask(redis: Any) -> list[Any]:
            pipe = redis.pipeline(transaction=True)
            for key in (keys.meta, keys.offsets, keys.sources):
                pipe.hgetall(key)
            pipe.lrange(keys.rulings, rulings_from, -1)
            pipe.xrange(keys.told, f"({told_after}-0", "+")
            for source, wanted in areas.items():
                pipe.hmget(keys.areas(source), list(wanted))
            found: list[Any] = await pipe.execute()
            return found

        meta, offsets, heard, rulings, told, *rows = await self._store.ask(contest, ask)
        return Looked(
            {name.decode(): value.decode() for name, value in meta.items()},
            {name.decode(): int(value) for name, value in offsets.items()},
            {SourceId(name.decode()): value.decode() for name, value in heard.items()},
            {
                source: {area: row for area, row in zip(wanted, found, strict=True) if row}
                for (source, wanted), found in zip(areas.items(), rows, strict=True)
            },
            rulings,
            [fields[b"told"] for _, fields in told],
        )

    async def ends(self, contest: ContestId) -> dict[str, int]:
        """How far the log goes in each partition, as the workers said within the last minute."""
        key = self._store.keys[contest].pulse

        async def ask(redis: Any) -> Any:
            return await redis.hgetall(key)

        try:
            pulses = unpack_pulse(await self._store.ask(contest, ask))
        except ValueError as error:
            log.warning("the pulse of the workers cannot be read (%s): another version wrote it", error)
            return {}
        return {name: pulse.end for name, pulse in pulses.items()}

    async def held_back(self, contest: ContestId, source: SourceId) -> dict[UnitId, bytes]:
        """What is kept of each unit of a source that counts nothing until somebody decides: JSON (`papers`).

        Read in pieces, so that the store and whoever asks can do something else in between; a unit that
        changes meanwhile may be in it or not. A paper that a person cleared still says what the checks said
        of it, so the unit's row is asked too.
        """
        key, maybe, cursor = self._store.keys[contest].papers(source), dict[str, bytes](), 0
        while True:
            start = cursor

            async def ask(redis: Any, at: int = start) -> Any:
                return await redis.hscan(key, at, count=PAPERS_A_TIME)

            cursor, papers = await self._store.ask(contest, ask)
            maybe |= {unit.decode(): paper for unit, paper in papers.items() if held_back(paper)}
            if cursor == 0:
                break
        return {
            UnitId(unit): maybe[unit]
            for unit, row in (await self._rows(contest, source, maybe)).items()
            if unpack_unit(row).status in HELD_BACK
        }

    async def _rows(self, contest: ContestId, source: SourceId, wanted: Collection[str]) -> dict[str, bytes]:
        """What is held of these units of a source."""
        night, found = self._store.night, dict[str, bytes]()
        asked = night.contests[contest]
        units = night.units(asked, night.sources[source]) if wanted else ()
        places = [place for place, unit in enumerate(units) if unit in wanted]
        for start in range(0, len(places), PAPERS_A_TIME):
            chunk = places[start : start + PAPERS_A_TIME]
            rows = await self._store.rows(contest, source, chunk, unit_bytes(asked))
            found |= {units[at]: row.tobytes() for at, row in zip(chunk, rows, strict=True) if row.any()}
        return found

    async def paper(self, contest: ContestId, source: SourceId, unit: UnitId) -> bytes | None:
        """What is kept of one unit that the checks say something about; None: nothing."""
        key = self._store.keys[contest].papers(source)

        async def ask(redis: Any) -> Any:
            return await redis.hget(key, unit)

        found: bytes | None = await self._store.ask(contest, ask)
        return found

    async def cleared(self, contest: ContestId) -> dict[SourceId, set[str]]:
        """The papers of each source that a person cleared, as `Keys.cleared` has them, all at one moment."""
        keys, sources = self._store.keys[contest], list(self._store.night.sources)

        async def ask(redis: Any) -> list[Any]:
            pipe = redis.pipeline(transaction=True)
            for source in sources:
                pipe.smembers(keys.cleared(source))
            found: list[Any] = await pipe.execute()
            return found

        found = await self._store.ask(contest, ask)
        return {
            source: {paper.decode(errors="backslashreplace") for paper in papers}
            for source, papers in zip(sources, found, strict=True)
        }

    async def newer(self, contest: ContestId, version: int, wait_s: float) -> None:
        """Returns when the contest has a newer version, or after so many seconds (whole milliseconds).

        Sooner where the store must answer sooner: an answer that is held back longer looks like none.
        """
        streams: dict[Any, Any] = {self._store.keys[contest].changes: f"{version}-0"}
        block_ms = max(1, int(min(wait_s, self._store.settings.redis_answers_within_s / 2) * 1000))
        await self._store.ask(contest, lambda redis: redis.xread(streams, count=1, block=block_ms))

    async def evaluated(self, contest: ContestId, epoch: str, version: int) -> None:
        """Notes that nothing more is to be told at this version."""
        key, state = self._store.keys[contest].evaluated, f"{epoch} {version}"
        await self._store.ask(contest, lambda redis: redis.set(key, state))

    async def unsettled(self) -> list[ContestId]:
        """Contests of which more may be told: nobody has said yet that there is nothing at their version."""
        return [contest for contest, head in (await self.heads()).items() if head.behind(head)]

    async def heads(self) -> dict[ContestId, Head]:
        """Where every contest stands, and up to where it was asked about."""

        async def ask(redis: Any, contests: Sequence[ContestId]) -> list[Head]:
            # No transaction: it may not name two contests. The note is read after the version it is of.
            pipe = redis.pipeline(transaction=False)
            for contest in contests:
                pipe.hmget(self._store.keys[contest].meta, "epoch", "version")
                pipe.get(self._store.keys[contest].evaluated)
            found: list[Any] = await pipe.execute()
            return [
                Head.of(epoch or b"", version or b"0", noted or b"")
                for (epoch, version), noted in zip(found[::2], found[1::2], strict=True)
            ]

        return await self._store.ask_each(ask)
