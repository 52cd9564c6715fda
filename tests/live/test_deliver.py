"""`sandik deliver` as a newsroom uses it: every channel against a real server, and its words at a shell.

Know before changing: the mail server is aiosmtpd, the rest real HTTP; the process is the command itself.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandik import cli
from sandik.ports import choose
from tests.live.newsroom import newsroom, receiver, webhook
from tests.servers import Running

Captured = pytest.CaptureFixture[str]
# The mail server here speaks no TLS, and its library warns of what only this machine hears.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


class Postbox:
    """A mail server's end: what it took, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse: dict[str, list[str]] = {}
        self.users: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuses an address as long as it has answers for it."""
        if answers := self.refuse.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes a mail."""
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Knows one password."""
        assert isinstance(data, LoginPassword)
        self.users.append(data.login)
        return AuthResult(success=data.password == b"pa55word")

    def kinds(self, to: str) -> list[str]:
        """The last word but one of the subjects sent to an address: the kind of each fact."""
        return [str(mail["Subject"]).split()[-2] for mail in self.mails if mail["To"] == to]


@contextmanager
def postbox() -> Iterator[tuple[Postbox, int]]:
    """A mail server on a free port, that wants name and password."""
    box, port = Postbox(), choose()
    controller = Controller(
        box, hostname="127.0.0.1", port=port, auth_required=True, auth_require_tls=False,
        authenticator=box.login,
    )  # fmt: skip
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def mail(to: str, more: str = "") -> str:
    """A subscription by mail."""
    return f'[[subscription]]\nwho = "Editors"\nchannel = "email"\nto = "{to}"\n{more}\n'


def by_variable(channel: str, name: str) -> str:
    """A subscription whose address is a secret."""
    return (
        f'[[subscription]]\nwho = "{channel}"\nchannel = "{channel}"\nurl_env = "{name}"\nlanguage = "tr"\n'
    )


async def test_every_channel_that_received_the_call_receives_its_retraction(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Once each, though all subscriptions but one are gone and the process was killed in between."""
    with postbox() as (box, port):
        async with receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
            secrets = {
                "CHAT": there.url("/slack"), "OTHERS": f"json://127.0.0.1:{there.port}/apprise",
                "SANDIK_SMTP": f"smtp://127.0.0.1:{port}", "SANDIK_SMTP_FROM": "night@paper.example",
                "SANDIK_SMTP_USER": "night", "SANDIK_SMTP_PASSWORD": "pa55word",
            }  # fmt: skip
            room.subscribe(
                webhook(there.url("/hook")), by_variable("slack", "CHAT"), by_variable("apprise", "OTHERS"),
                mail("editor@paper.example"),
            )  # fmt: skip
            await room.start(**secrets)
            await room.tell("call-made")
            await room.until_states({"call-made": {"acknowledged"}})
            await room.kill()
            room.subscribe(webhook(there.url("/hook")))
            await room.start(**secrets)
            await room.tell("call-retracted")
            await room.until_states({"call-retracted": {"acknowledged"}})
            assert ["call-made", "call-retracted"] == there.kinds("/hook")
            assert ["call-made", "call-retracted"] == box.kinds("editor@paper.example")
            for path in ("/slack", "/apprise"):
                first, second = (json.loads(got.body) for got in there.on(path))
                assert "call-made" in json.dumps(first)
                assert "GERİ ÇEKİLDİ" in json.dumps(second, ensure_ascii=False)
            assert {b"night"} == set(box.users)
            assert {fact.id for fact in room.facts} == {str(mail["Message-ID"])[1:17] for mail in box.mails}
            for secret in ("pa55word", "/slack", "/apprise"):
                assert secret not in room.said()


async def test_a_mail_server_that_hesitates_is_asked_again_and_one_that_refuses_is_not(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """4xx is for now, 5xx about the address is for good; the other addresses have theirs."""
    with postbox() as (box, port):
        async with newsroom(tansu, redis_server, tmp_path) as room:
            box.refuse = {"later@paper.example": ["451 later"] * 2, "never@paper.example": ["550 no"] * 99}
            room.subscribe(*map(mail, ("later@paper.example", "never@paper.example", "now@paper.example")))
            await room.start(
                SANDIK_SMTP=f"smtp://127.0.0.1:{port}", SANDIK_SMTP_FROM="night@paper.example",
                SANDIK_SMTP_USER="night", SANDIK_SMTP_PASSWORD="pa55word",
            )  # fmt: skip
            await room.tell("annulled")
            await room.until_states({"annulled": {"acknowledged", "dead"}})
            found = {one.address.split("@")[0]: (one.state, one.tries) for one in await room.deliveries()}
            expected = {"later": ("acknowledged", 3), "never": ("dead", 1), "now": ("acknowledged", 1)}
            assert expected == found
            assert 2 == len(box.mails)


class TestWords:
    """What it says at a shell, with the exit codes that scripts expect."""

    @pytest.fixture(autouse=True)
    def here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder with a file of subscriptions."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SANDIK_NIGHT", "practice")
        monkeypatch.setenv("DESK_SECRET", "whsec_c2VjcmV0")
        text = 'mode = "replay"\n' + webhook("https://newsroom.example/hook")
        (tmp_path / "alerts.toml").write_text(text)
        return tmp_path

    def test_subscriptions_can_be_checked_without_delivering(self, capsys: Captured) -> None:
        """Before the night, with no server running."""
        assert 0 == cli.main(["deliver", "--check", "--json"])
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert {"night": "practice", "subscriptions": 1, "addresses": 1} == answer

    def test_a_file_with_mistakes_is_wrong_use(self, here: Path, capsys: Captured) -> None:
        """Each with its line, and nothing is started."""
        text = (here / "alerts.toml").read_text().replace("webhook", "telegram") + 'colour = "red"\n'
        (here / "alerts.toml").write_text(text)
        assert 2 == cli.main(["deliver"])
        said = capsys.readouterr().err
        assert "alerts.toml:4: There is no channel 'telegram'" in said

    def test_a_file_that_is_not_there_is_wrong_use(self, capsys: Captured) -> None:
        """With the way out."""
        assert 2 == cli.main(["deliver", "--alerts", "other.toml"])
        assert "--alerts FILE" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "words", [["alive"], ["dead"], ["dead", "resend"], ["dead", "resend", "a", "--all"]]
    )
    def test_words_that_mean_nothing_are_wrong_use(self, words: list[str], capsys: Captured) -> None:
        """What can be said is said."""
        assert 2 == cli.main(["deliver", *words])
        assert "dead resend --all" in capsys.readouterr().err

    def test_what_is_dead_is_listed_and_sent_again(
        self, redis_server: Running, monkeypatch: pytest.MonkeyPatch, capsys: Captured
    ) -> None:
        """Of an empty ledger: nothing, and that is no error."""
        monkeypatch.setenv("SANDIK_REDIS", redis_server.url)
        assert 0 == cli.main(["deliver", "dead", "list"])
        assert "Nothing is dead." in capsys.readouterr().out
        assert 0 == cli.main(["deliver", "dead", "resend", "--all", "--json"])
        assert 1 == cli.main(["deliver", "dead", "resend", "0123456789abcdef"])
        assert "no dead delivery of this id" in capsys.readouterr().out
