"""Whether a fact becomes a mail that programs sort right: one id, a list, a text and an HTML part."""

import asyncio
import dataclasses
from email import message_from_bytes, policy

import pytest

from election.wire.delivered import Target
from streams.alerts.channel import NotDeliveredError
from streams.alerts.email import check, render, send
from tests.patience import accepted
from tests.streams import facts
from tests.streams.alerts.means import means

TO = Target("email", "editor@paper.example", language="tr")
FACT = facts.told(3, "concession")


def test_both_parts_say_the_same() -> None:
    """In Turkish letters, through the wire and back."""
    mail = message_from_bytes(bytes(render(FACT, TO, "night@paper.example")), policy=policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (FACT.title["tr"], FACT.because["tr"]):
        assert part in text.get_content()
        assert part.replace("'", "&#x27;") in html.get_content()
    assert FACT.title["tr"] == mail["Subject"]


def test_the_id_of_the_mail_is_made_from_the_fact() -> None:
    """So a mail sent twice is one mail; the list can be filtered by."""
    first, second = (render(FACT, TO, "night@paper.example") for _ in range(2))
    assert f"<{FACT.id}@replay.practice.sandik>" == first["Message-ID"] == second["Message-ID"]
    assert "<mayor.replay.practice.sandik>" == first["List-Id"]
    assert "auto-generated" == first["Auto-Submitted"]
    assert first["Importance"] is None
    assert "high" == render(facts.told(4, "call-retracted"), TO, "night@paper.example")["Importance"]


def test_what_a_fact_says_is_never_html_nor_a_header() -> None:
    """Somebody else's words end in both parts as words."""
    fact = dataclasses.replace(FACT, title={"tr": "a\r\nBcc: all@paper.example"}, because={"tr": "<script>"})
    mail = render(fact, TO, "night@paper.example")
    assert mail["Bcc"] is None
    assert b"<script>" not in (mail.get_payload(1).as_bytes())  # type: ignore[union-attr] # the HTML part


@pytest.mark.parametrize("address", ["a@b.example", "first.last+tag@news.paper.example"])
def test_a_mail_address_is_one(address: str) -> None:
    """As newsrooms write them; and it can be written to."""
    assert "" == check(address, TO)
    assert address == render(FACT, dataclasses.replace(TO, address=address), "night@paper.example")["To"]


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@", "@b", "a b@c", "a@b\nBcc: c@d", "A <a@b.example>", "a@b,c@d", ".a@b.example",
        "a..b@c.example", "a@b..example", "a@b.example.", "a@b\xa0c", "a\x01@b.example", "ş@b.example",
    ],
)  # fmt: skip
def test_what_is_no_mail_address_is_said(address: str) -> None:
    """Before it becomes a header."""
    assert "it is no mail address" == check(address, TO)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A mail server that takes a mail, and says nothing to a goodbye."""
    writer.write(b"220 here\r\n")
    answers = {b"EHLO": b"250 here", b"MAIL": b"250 ok", b"RCPT": b"250 ok", b"DATA": b"354 go on"}
    while line := await reader.readline():
        word = line[:4].upper()
        if word in answers:
            writer.write(answers[word] + b"\r\n")
        if word == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 taken\r\n")
    writer.close()


async def test_a_mail_that_was_taken_is_delivered_whatever_is_said_to_the_goodbye() -> None:
    """Else it would be sent again at every try, and an editor would have it a dozen times."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    there = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = dataclasses.replace(means().settings, smtp=there, deliver_answers_within_s=0.5)
    allowed = dataclasses.replace(means(), settings=settings, plain_mail=frozenset({"127.0.0.1"}))
    try:
        await send(FACT, TO, allowed)
    finally:
        server.close()
        await accepted()


async def test_a_server_that_is_not_there_fails_the_try() -> None:
    """It is tried again; the note holds no secret."""
    absent = dataclasses.replace(means().settings, smtp="smtp://127.0.0.1:1", smtp_password="pa55word")
    with pytest.raises(NotDeliveredError, match="mail server") as caught:
        await send(FACT, TO, dataclasses.replace(means(), settings=absent))
    assert not caught.value.hopeless
    assert "pa55word" not in str(caught.value)
