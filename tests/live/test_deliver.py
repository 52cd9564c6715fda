"""`sandik deliver` as a newsroom uses it: every channel against a real server, and its words at a shell.

Know before changing: the mail server is aiosmtpd, the rest real HTTP; the process is the command itself. What
is sent over TLS is in test_delivering_tls.py.
"""

import json
from pathlib import Path

import pytest

from sandik import cli
from tests.live.newsroom import PLAIN_MAIL, newsroom, receiver, webhook
from tests.live.postbox import ACCOUNT, mail, postbox
from tests.servers import Running

Captured = pytest.CaptureFixture[str]
# The mail server here speaks no TLS, and its library warns of passwords that only this machine hears.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


def by_variable(channel: str, name: str) -> str:
    """A subscription whose address is a secret."""
    return (
        f'[[subscription]]\nwho = "{channel}"\nchannel = "{channel}"\nurl_env = "{name}"\nlanguage = "tr"\n'
    )


async def test_every_channel_that_received_the_call_receives_its_retraction(
    tansu: Running, redis_server: Running, tmp_path: Path
) -> None:
    """Once each, though all subscriptions but one are gone and the process was killed in between."""
    async with postbox() as (box, port), receiver() as there, newsroom(tansu, redis_server, tmp_path) as room:
        secrets = {
            "CHAT": there.url("/slack"), "OTHERS": f"json://127.0.0.1:{there.port}/apprise",
            "SANDIK_SMTP": f"smtp://127.0.0.1:{port}", **ACCOUNT,
        }  # fmt: skip
        room.subscribe(
            PLAIN_MAIL, webhook(there.url("/hook")), by_variable("slack", "CHAT"),
            by_variable("apprise", "OTHERS"), mail("editor@paper.example"),
        )  # fmt: skip
        await room.start(**secrets)
        await room.tell("call-made")
        await room.until_states({"call-made": {"acknowledged"}})
        await room.kill()
        room.subscribe(PLAIN_MAIL, webhook(there.url("/hook")))
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
    async with postbox() as (box, port), newsroom(tansu, redis_server, tmp_path) as room:
        box.refuse = {"later@paper.example": ["451 later"] * 2, "never@paper.example": ["550 no"] * 99}
        addresses = ("later@paper.example", "never@paper.example", "now@paper.example")
        room.subscribe(PLAIN_MAIL, *map(mail, addresses))
        await room.start(SANDIK_SMTP=f"smtp://127.0.0.1:{port}", **ACCOUNT)
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
