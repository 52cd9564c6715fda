"""How `sandik doctor` asks: Kafka through the producers' door, Redis in its own plain protocol.

Know before changing: the Redis probe uses no client library (those have doors of their own) and only INFO and
TIME, which a managed Redis allows too where CONFIG is forbidden.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from election.errors import UsageError
from sandik import ports
from sandik.doctor import KafkaFacts, RedisFacts

REPLY_BYTES_MAX = 1 << 20


async def kafka_facts(environment: Mapping[str, str]) -> KafkaFacts:
    """What the brokers say, and which of them accept nobody where they say they are."""
    from producers.cluster import look
    from producers.errors import NoKafkaError
    from producers.settings import Settings

    try:
        cluster = await look(Settings.read(environment), within_s=0)
    except NoKafkaError:
        raise ConnectionError("nothing answers") from None
    lost = []
    for broker in cluster.brokers:
        host, _, port = broker.rpartition(":")
        if not await asyncio.to_thread(ports.is_open, host, int(port)):
            lost.append(broker)
    return KafkaFacts(cluster.brokers, tuple(lost), cluster.topics)


async def redis_facts(url: str) -> RedisFacts:
    """What Redis says of itself."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise UsageError(f"{parts.scheme or url}: is no redis:// or rediss:// URL")
    secure = ssl.create_default_context() if parts.scheme == "rediss" else None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 6379, ssl=secure)
    try:
        if parts.password:
            who = [unquote(parts.username)] if parts.username else []
            await _ask(reader, writer, "AUTH", *who, unquote(parts.password))
        info = _fields(await _ask(reader, writer, "INFO"))
        before_s = time.time()
        clock = (await _ask(reader, writer, "TIME")).split("\n")
        middle_s = (before_s + time.time()) / 2
    finally:
        writer.close()
    return RedisFacts(
        version=info.get("valkey_version") or info.get("redis_version", "?"),
        maxmemory_policy=info.get("maxmemory_policy", "?"),
        appendonly=info.get("aof_enabled") == "1",
        ahead_s=int(clock[0]) + int(clock[1]) / 1e6 - middle_s,
    )


def _fields(info: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in info.splitlines() if ":" in line)
    return {name: value for name, _, value in pairs}


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: str) -> str:
    """One command and its answer as text; a list is given line by line. Its errors are raised."""
    parts = [f"*{len(words)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in words)]
    writer.write("".join(parts).encode())
    return await _reply(reader)


async def _reply(reader: asyncio.StreamReader) -> str:
    line = (await reader.readuntil(b"\r\n"))[:-2].decode()
    kind, rest = line[:1], line[1:]
    if kind == "-":
        raise ConnectionError(rest)
    if kind == "*":
        return "\n".join([await _reply(reader) for _ in range(int(rest))])
    if kind == "$":
        size = int(rest)
        if not 0 <= size <= REPLY_BYTES_MAX:
            raise ConnectionError(f"an answer of {size} bytes")
        return (await reader.readexactly(size + 2))[:-2].decode(errors="replace")
    return rest
