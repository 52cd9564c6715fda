"""Whether a live night, whose clock is the world's, misses those who are silent, and nobody else."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from election.night import ContestId
from election.wire.told import decode
from tests.live.crew import WITHIN_S, Crew
from tests.live.one import good
from tests.servers import Running

MAYOR = ContestId("mayor")
NEVER = "council/never"


async def test_a_live_night_misses_who_is_silent_and_nobody_whose_word_is_not_counted_yet(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Polls closed years ago. The council spoke of one contest a moment ago, before there was a worker; of
    the others it never spoke, and of those it is said."""
    hands = Crew(broker, redis_server, tmp_path, mode="live")
    try:
        await hands.create_topics()
        await hands.send([replace(good(unit), heard_at=datetime.now(UTC)) for unit in range(20)])
        hands.start()
        await hands.until_applied()
        deadline = time.monotonic() + WITHIN_S
        others = hands.night.contests.keys() - {MAYOR}
        assert others
        for contest in others:
            while NEVER not in await silences(hands, contest):
                hands.keep()
                assert time.monotonic() < deadline, hands.said()[-3000:]
        assert [] == await silences(hands, MAYOR)
        assert [] == hands.codes
    finally:
        hands.close()
        await hands.store.close()


async def silences(hands: Crew, contest: ContestId) -> list[str]:
    """The keys of what was told of silent sources."""
    held = await hands.store.read(contest)
    told = [decode(value, hands.scope) for value in held.told]
    return [one.key for one in told if one.kind == "source-stalled"]
