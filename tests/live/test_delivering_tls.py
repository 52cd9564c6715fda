"""Whether what is told travels over TLS alone, to whom the machine trusts, and it is said where it does not.

Know before changing: receiver and mail server are real, with certificates of an authority made in the test,
and `sandik deliver` learns of that as an operator would teach it: by SSL_CERT_FILE.
"""

from pathlib import Path

import pytest

from tests.certificates import DAY, Authority
from tests.live.newsroom import PLAIN_MAIL, Newsroom, newsroom, receiver, webhook
from tests.live.postbox import ACCOUNT, Postbox, mail, postbox
from tests.servers import Running

EDITOR = "editor@paper.example"
TWO_TRIES = {"SANDIK_DELIVER_WAITS_S": "0,0.1"}
TELLS_NOBODY = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority that the process is told to trust."""
    return Authority(tmp_path)


def trusting(authority: Authority) -> dict[str, str]:
    """The environment of a process that trusts this authority."""
    return {"SSL_CERT_FILE": str(authority.trusted)}


async def tell_and_take_back(room: Newsroom) -> None:
    """A call that arrives, and then its retraction."""
    for kind in ("call-made", "call-retracted"):
        await room.tell(kind)
        await room.until_states({kind: {"acknowledged"}})


async def given_up(room: Newsroom, kind: str) -> str:
    """The word on a delivery of this kind, once it is given up."""
    await room.until_states({kind: {"dead"}})
    [note] = {one.note for one in await room.deliveries()}
    assert note in room.said()
    return note


class TestWebhooks:
    """To a receiver that speaks HTTPS."""

    async def test_one_whose_authority_is_trusted_is_told(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """By the file that SSL_CERT_FILE names."""
        tls = authority.server("127.0.0.1")
        async with receiver(tls) as there, newsroom(tansu, redis_server, tmp_path) as room:
            room.subscribe(webhook(there.url("/a")))
            assert there.url("/a").startswith("https://")
            await room.start(**trusting(authority))
            await tell_and_take_back(room)
            assert ["call-made", "call-retracted"] == there.kinds("/a")

    @pytest.mark.parametrize(
        ("what", "says"),
        [
            ("untrusted", "its certificate is not trusted (unable to get local issuer certificate)"),
            ("old", "its certificate has expired"),
            ("new", "its certificate is not valid yet"),
            ("other", "its certificate is for another name"),
        ],
    )
    async def test_one_with_a_wrong_certificate_is_told_nothing_and_it_is_said_why(
        self,
        tansu: Running,
        redis_server: Running,
        tmp_path: Path,
        authority: Authority,
        what: str,
        says: str,
    ) -> None:
        """In the ledger and in the log; not a byte of the fact is sent."""
        tls = {
            "untrusted": Authority(tmp_path, "stranger").server("127.0.0.1"),
            "old": authority.server("127.0.0.1", begins=-9 * DAY, ends=-DAY),
            "new": authority.server("127.0.0.1", begins=DAY, ends=9 * DAY),
            "other": authority.server("newsroom.example", "127.0.0.2"),
        }[what]
        async with receiver(tls) as there, newsroom(tansu, redis_server, tmp_path) as room:
            room.subscribe(webhook(there.url("/a")))
            await room.start(**trusting(authority), **TWO_TRIES)
            await room.tell("annulled")
            assert says == await given_up(room, "annulled")
            assert [] == there.got

    async def test_a_certificate_for_a_name_is_not_one_for_its_address(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """By the name that the subscription says it is told, by another it is not."""
        tls = authority.server("localhost")
        async with receiver(tls) as there, newsroom(tansu, redis_server, tmp_path) as room:
            by_name = there.url("/name").replace("127.0.0.1", "localhost")
            named = '[[host]]\nname = "localhost"\nallow_private = true\n'
            room.subscribe(named, webhook(by_name), webhook(there.url("/address")))
            await room.start(**trusting(authority), **TWO_TRIES)
            await room.tell("annulled")
            await room.until_states({"annulled": {"acknowledged", "dead"}})
            found = {one.address.rpartition("/")[2]: one.note for one in await room.deliveries()}
            assert {"name": "", "address": "its certificate is for another name"} == found
            assert ["/name"] == [got.path for got in there.got]

    async def test_a_call_that_met_an_old_certificate_goes_out_when_that_is_renewed(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """It is tried again like any other."""
        tls = authority.server("127.0.0.1", begins=-9 * DAY, ends=-DAY)
        async with receiver(tls) as there, newsroom(tansu, redis_server, tmp_path) as room:
            room.subscribe(webhook(there.url("/a")))
            await room.start(**trusting(authority), SANDIK_DELIVER_WAITS_S="0," + ",".join(["0.2"] * 99))
            await room.tell("call-made")
            await room.until_states({"call-made": {"retrying"}})
            authority.renew(tls, "127.0.0.1")
            await room.until_states({"call-made": {"acknowledged"}})
            assert ["call-made"] == there.kinds("/a")


def taken(box: Postbox) -> tuple[list[str], set[bytes]]:
    """What a mail server was given: the kinds of facts, and who logged in."""
    return box.kinds(EDITOR), set(box.users)


class TestMail:
    """By the newsroom's mail server."""

    async def test_it_goes_by_starttls_with_name_and_password(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """To a server that hears neither before it."""
        async with (
            postbox(starttls=authority.server("127.0.0.1")) as (box, port),
            newsroom(tansu, redis_server, tmp_path) as room,
        ):
            room.subscribe(mail(EDITOR))
            await room.start(SANDIK_SMTP=f"smtp://127.0.0.1:{port}", **ACCOUNT, **trusting(authority))
            await tell_and_take_back(room)
            assert (["call-made", "call-retracted"], {b"night"}) == taken(box)

    @TELLS_NOBODY
    async def test_it_goes_by_tls_from_the_first_byte(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """Where the address says smtps."""
        async with (
            postbox(tls=authority.server("127.0.0.1")) as (box, port),
            newsroom(tansu, redis_server, tmp_path) as room,
        ):
            room.subscribe(mail(EDITOR))
            await room.start(SANDIK_SMTP=f"smtps://127.0.0.1:{port}", **ACCOUNT, **trusting(authority))
            await room.tell("annulled")
            await room.until_states({"annulled": {"acknowledged"}})
            assert (["annulled"], {b"night"}) == taken(box)

    @TELLS_NOBODY
    @pytest.mark.parametrize("scheme", ["smtp", "smtps"])
    @pytest.mark.parametrize(
        ("what", "says"),
        [
            ("untrusted", "its certificate is not trusted (unable to get local issuer certificate)"),
            ("old", "its certificate has expired"),
            ("other", "its certificate is for another name"),
        ],
    )
    async def test_a_server_with_a_wrong_certificate_gets_neither_mail_nor_password(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority,
        scheme: str, what: str, says: str,
    ) -> None:  # fmt: skip
        """Also where its host may have mail in clear: it offered TLS, and TLS that is wrong is no TLS."""
        tls = {
            "untrusted": Authority(tmp_path, "stranger").server("127.0.0.1"),
            "old": authority.server("127.0.0.1", begins=-9 * DAY, ends=-DAY),
            "other": authority.server("mail.paper.example"),
        }[what]
        async with (
            postbox(**{"starttls" if scheme == "smtp" else "tls": tls}) as (box, port),
            newsroom(tansu, redis_server, tmp_path) as room,
        ):
            room.subscribe(PLAIN_MAIL, mail(EDITOR))
            await room.start(
                SANDIK_SMTP=f"{scheme}://127.0.0.1:{port}", **ACCOUNT, **trusting(authority), **TWO_TRIES
            )
            await room.tell("annulled")
            assert f"the mail server did not take it: {says}" == await given_up(room, "annulled")
            assert ([], set()) == taken(box)

    @TELLS_NOBODY
    async def test_a_server_that_offers_no_tls_gets_nothing_until_it_is_allowed_by_name(
        self, tansu: Running, redis_server: Running, tmp_path: Path, authority: Authority
    ) -> None:
        """Nobody in between can take the offer out; who owns the server may say that it has none."""
        async with postbox() as (box, port), newsroom(tansu, redis_server, tmp_path) as room:
            there = {"SANDIK_SMTP": f"smtp://127.0.0.1:{port}", **ACCOUNT, **TWO_TRIES}
            room.subscribe(mail(EDITOR))
            await room.start(**there)
            await room.tell("annulled")
            note = await given_up(room, "annulled")
            assert "the mail server offers no TLS, and its host is not allowed to go without" == note
            assert ([], set()) == taken(box)
            await room.kill()
            room.subscribe(PLAIN_MAIL, mail(EDITOR))
            await room.start(**there)
            assert 0 == (await room.command("dead", "resend", "--all"))[0]
            await room.until_states({"annulled": {"acknowledged"}})
            assert (["annulled"], {b"night"}) == taken(box)

    async def test_a_server_that_speaks_no_tls_where_tls_is_asked_for_is_told_nothing(
        self, tansu: Running, redis_server: Running, tmp_path: Path
    ) -> None:
        """Its first word is no handshake."""
        async with (
            postbox(starttls=Authority(tmp_path).server("127.0.0.1")) as (box, port),
            newsroom(tansu, redis_server, tmp_path) as room,
        ):
            room.subscribe(mail(EDITOR))
            await room.start(SANDIK_SMTP=f"smtps://127.0.0.1:{port}", **ACCOUNT, **TWO_TRIES)
            await room.tell("annulled")
            note = await given_up(room, "annulled")
            assert "the mail server did not take it: no TLS with it (WRONG_VERSION_NUMBER)" == note
            assert ([], set()) == taken(box)
