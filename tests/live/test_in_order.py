"""Whether a replay's ruling comes after the reports that it was heard after, whoever counts them.

Know before changing: which worker has which partition is the group's choice. The ruling waits with the only
worker there is; the reports come when there are two.
"""

from pathlib import Path

from aiokafka import AIOKafkaProducer

from election.wire.records import AFTER, Bundle, Ruling, encode, encode_after
from tests.live.crew import crew, until
from tests.live.test_pulse import Watcher, waiting
from tests.servers import Running
from tests.streams import made


async def test_a_worker_that_comes_while_a_ruling_waits_for_reports_is_let_in_at_once(
    broker: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Maybe only the one that comes can count them: so the ruling is put down, and read again later."""
    records = made.recording()
    ruling = next(one for one in records if isinstance(one, Ruling))
    bundle = next(one for one in records if isinstance(one, Bundle))
    async with crew(broker, redis_server, tmp_path) as hands:
        reports, rulings = (hands.scope.topic(what) for what in ("reports", "rulings"))
        watcher = Watcher(hands, redis_server.url)
        producer = AIOKafkaProducer(bootstrap_servers=broker.address, acks="all")
        await producer.start()
        after = [(AFTER, encode_after({f"{reports}/0": 1}))]
        await producer.send_and_wait(rulings, encode(ruling, hands.scope), partition=0, headers=after)
        await watcher.until("a ruling that waits", lambda lags: 1 == waiting(lags, "rulings"))
        hands.start()
        # Each worker says so once in a while only.
        await until("two workers with partitions", lambda: hands.said().count("reading on from") == 2)
        await producer.send_and_wait(reports, encode(bundle, hands.scope), partition=0)
        await producer.stop()
        hands.ends |= {f"{reports}/0": 1, f"{rulings}/0": 1}
        await hands.until_applied()
        assert [] == list((await hands.verified()).differences)
        assert "comes before what it was heard after" not in hands.said()
        assert [] == hands.codes
        await watcher.redis.aclose()
