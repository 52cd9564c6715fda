"""What a websocket server must bear: the cases of Autobahn's families 1 to 7, 9 and 10, written anew.

Each case is bytes that a client sends after the handshake, and what the gateway says to them. Autobahn's
server says back what it hears; ours answers a text that is no command with an error, and a binary one with
1003, so "it was understood" reads here `error not-json`. Where a case is about size, ours is 4096.

Know before changing: `docs/reference/conformance.md` counts the cases by family, and a test compares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.web.raw import BINARY, CONT, PING, PONG, TEXT, close, fragments, frame, text

UNDERSTOOD = "error not-json"
WRONG = "close 1002"
NOT_TEXT, TOO_LONG, NOT_UTF8 = "close 1003", "close 1009", "close 1007"
SIZE_MAX = 4096


@dataclass(frozen=True)
class Case:
    """What is sent, perhaps in pieces of so many bytes, and what is heard until the end or a last pong.

    Where an end comes right after a message, that may be answered or not: both came in one bite, or not.
    """

    name: str
    sent: bytes
    heard: tuple[str, ...] = ()
    pieces: int = 0

    def is_met_by(self, heard: tuple[str, ...]) -> bool:
        """Whether this is what must be heard."""
        ends = bool(self.heard) and self.heard[-1].startswith("close")
        return heard == self.heard or (ends and heard == self.heard[-1:])

    @property
    def family(self) -> str:
        """Its first number."""
        return self.name.partition(".")[0]


def _framing() -> Iterator[Case]:
    for number, size in enumerate((0, 125, 126, 127, 128, SIZE_MAX), 1):
        yield Case(f"1.1.{number} text of {size}", text("*" * size), (UNDERSTOOD,))
        yield Case(f"1.2.{number} binary of {size}", frame(BINARY, b"\xfe" * size), (NOT_TEXT,))
    for number, size in enumerate((SIZE_MAX + 1, 65535, 65536, 1_000_000), 7):
        yield Case(f"1.1.{number} text of {size}", text("*" * size), (TOO_LONG,))
        yield Case(f"1.2.{number} binary of {size}", frame(BINARY, b"\xfe" * size), (TOO_LONG,))
    yield Case("1.1.11 text in pieces", text("*" * SIZE_MAX), (UNDERSTOOD,), pieces=97)
    yield Case("1.3.1 it says 2^63 bytes", frame(TEXT, b"x", length=1 << 63), (TOO_LONG,))
    yield Case("1.3.2 it says 2^64 - 1 bytes", frame(TEXT, b"x", length=(1 << 64) - 1), (TOO_LONG,))
    yield Case("1.3.3 unmasked", text("hello", mask=None), (WRONG,))
    yield Case("1.3.4 a mask of zeros", text("hello", mask=bytes(4)), (UNDERSTOOD,))


def _pings() -> Iterator[Case]:
    for number, payload in enumerate((b"", b"hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"*" * 125), 1):
        pong = f"pong {payload.decode('latin-1')}".rstrip()
        yield Case(f"2.{number} ping of {len(payload)}", frame(PING, payload), (pong,))
    yield Case("2.5 ping of 126", frame(PING, b"*" * 126), (WRONG,))
    yield Case("2.6 ping by octets", frame(PING, b"*" * 125), ("pong " + "*" * 125,), pieces=1)
    yield Case("2.7 pong nobody asked for", frame(PONG))
    yield Case("2.8 the same, with something in it", frame(PONG, b"unasked"))
    yield Case(
        "2.9 such a pong, then a ping", frame(PONG, b"unasked") + frame(PING, b"asked"), ("pong asked",)
    )
    ten = b"".join(frame(PING, f"{number}".encode()) for number in range(10))
    pongs = tuple(f"pong {number}" for number in range(10))
    yield Case("2.10 ten pings", ten, pongs)
    yield Case("2.11 ten pings by octets", ten, pongs, pieces=1)


def _reserved_bits() -> Iterator[Case]:
    yield Case("3.1 text, bit 1", text("hello", rsv=1), (WRONG,))
    three = text("good") + text("bad", rsv=2) + frame(PING)
    for number, pieces in ((2, 0), (3, 8), (4, 1)):
        yield Case(f"3.{number} good, then bit 2", three, (UNDERSTOOD, WRONG), pieces=pieces)
    yield Case("3.5 binary, bits 5", frame(BINARY, b"\x00", rsv=5), (WRONG,))
    yield Case("3.6 ping, bits 6", frame(PING, b"hello", rsv=6), (WRONG,))
    yield Case("3.7 close, bits 7", frame(8, b"\x03\xe8", rsv=7), (WRONG,))


def _reserved_opcodes() -> Iterator[Case]:
    for kind, opcodes in ((1, range(3, 8)), (2, range(11, 16))):
        for number, opcode in enumerate(opcodes, 1):
            name = f"4.{kind}.{number} opcode {opcode}"
            yield Case(name, frame(opcode, b"x" * (number > 1)), (WRONG,))
            after = text("good") + frame(opcode, b"x") + frame(PING)
            yield Case(f"{name} after a text", after, (UNDERSTOOD, WRONG), pieces=number - 1)


def _fragments() -> Iterator[Case]:
    first, last = frame(TEXT, b"one", fin=False), frame(CONT, b"two")
    ping, more = frame(PING, b"between"), frame(CONT, b"more", fin=False)
    yield Case("5.1 ping in two", frame(PING, b"a", fin=False) + frame(CONT, b"b"), (WRONG,))
    yield Case("5.2 pong in two", frame(PONG, b"a", fin=False) + frame(CONT, b"b"), (WRONG,))
    for number, pieces in ((3, 0), (4, 6), (5, 1)):
        yield Case(f"5.{number} text in two", first + last, (UNDERSTOOD,), pieces=pieces)
    for number, pieces in ((6, 0), (7, 6), (8, 1)):
        heard = ("pong between", UNDERSTOOD)
        yield Case(f"5.{number} a ping between", first + ping + last, heard, pieces=pieces)
    for number, (fin, pieces) in enumerate(
        [(True, 0), (True, 6), (True, 1), (False, 0), (False, 6), (False, 1)], 9
    ):
        alone = frame(CONT, b"no start", fin=fin) + text("hello")
        yield Case(f"5.{number} a continuation of nothing", alone, (WRONG,), pieces=pieces)
    again = first + last + frame(CONT, b"once more", fin=False) + text("hello")
    yield Case("5.15 a continuation after the last", again, (UNDERSTOOD, WRONG))
    for number, fin in ((16, False), (17, True)):
        turns = (frame(CONT, b"a", fin=fin) + text("b")) * 2
        yield Case(f"5.{number} continuations of nothing, and texts", turns, (WRONG,))
    yield Case("5.18 a text within a text", first + text("two"), (WRONG,))
    five = first + more + ping + more + more + ping + last
    for number, pieces in ((19, 0), (20, 1)):
        heard = ("pong between", "pong between", UNDERSTOOD)
        yield Case(f"5.{number} five fragments, two pings", five, heard, pieces=pieces)
    yield Case("5.21 two hundred empty fragments", first + frame(CONT, fin=False) * 200 + last, (UNDERSTOOD,))
    yield Case(
        "5.22 a binary message in two", frame(BINARY, b"a", fin=False) + frame(CONT, b"b"), (NOT_TEXT,)
    )
    yield Case("5.23 a close within a text", first + close(), (WRONG,))


GREEK = "Hello-µ@ßöäüàá-UTF-8!! κόσμε"
VALID: Sequence[bytes] = tuple(
    one.encode() for one in (
        "\x00", "\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff", "\ud7ff", "\ue000",
        "\ufffd", "\ufffe", "\ufdd0", "\ufeff", "\U0001fffe", "\U000fffff", "κόσμε", "seçim", GREEK,
    )
)  # fmt: skip
INVALID: Sequence[bytes] = (
    b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80\xbf\x80\xbf",  # continuations alone
    b"\xc0 \xc1 \xdf", b"\xe0 \xef", b"\xf0 \xf7", b"\xf8 \xfb", b"\xfc \xfd",  # starts alone
    b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80",  # one is missing
    b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xce\xba\xe1\xbd",
    b"\xfe", b"\xff", b"\xfe\xfe\xff\xff",  # bytes that never are
    b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf",  # overlong
    b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xc0\x80",
    b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80",  # above U+10FFFF
    b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80",  # surrogates
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
)  # fmt: skip


def _utf8() -> Iterator[Case]:
    yield Case("6.1.1 nothing", text(b""), (UNDERSTOOD,))
    yield Case(
        "6.1.2 nothing in three", frame(TEXT, fin=False) + frame(CONT, fin=False) + frame(CONT), (UNDERSTOOD,)
    )
    middle = frame(TEXT, fin=False) + frame(CONT, b"middle", fin=False) + frame(CONT)
    yield Case("6.1.3 something between nothing", middle, (UNDERSTOOD,))
    for number, payload in enumerate(VALID, 1):
        yield Case(f"6.2.{number} {payload!r}", text(payload), (UNDERSTOOD,))
        yield Case(f"6.3.{number} {payload!r} by octets", fragments(payload, 1), (UNDERSTOOD,))
    for number, payload in enumerate(INVALID, 1):
        yield Case(f"6.4.{number} {payload!r}", text(payload), (NOT_UTF8,))
        yield Case(f"6.5.{number} {payload!r} by octets", fragments(payload, 1), (NOT_UTF8,))
        yield Case(
            f"6.6.{number} {payload!r} after good ones", text(b"good" + payload + b"good"), (NOT_UTF8,)
        )


VALID_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
INVALID_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


def _closing() -> Iterator[Case]:
    bye = "close 1000"
    yield Case("7.1.1 a text, then close", text("hello") + close(), (UNDERSTOOD, bye))
    yield Case("7.1.2 close twice", close() + close(), (bye,))
    yield Case("7.1.3 a ping after close", close() + frame(PING), (bye,))
    yield Case("7.1.4 a text after close", close() + text("hello"), (bye,))
    yield Case(
        "7.1.5 close within a text", frame(TEXT, b"a", fin=False) + close() + frame(CONT, b"b"), (WRONG,)
    )
    yield Case("7.1.6 256 KiB, then close", text("*" * 262144) + close(), (TOO_LONG,))
    yield Case("7.3.1 an empty close", close(None), ("close empty",))
    yield Case("7.3.2 one byte", frame(8, b"\x03"), (WRONG,))
    yield Case("7.3.3 a code", close(1000), (bye,))
    yield Case("7.3.4 a code and a reason", close(1000, b"hello"), (bye,))
    yield Case("7.3.5 the longest reason", close(1000, b"*" * 123), (bye,))
    yield Case("7.3.6 a longer one", close(1000, b"*" * 124), (WRONG,))
    yield Case("7.5.1 a reason that is no text", close(1000, b"\xce\xba\xed\xa0\x80"), (NOT_UTF8,))
    for number, code in enumerate(VALID_CODES, 1):
        yield Case(f"7.7.{number} code {code}", close(code, b"why"), (f"close {code}",))
    for number, code in enumerate(INVALID_CODES, 1):
        yield Case(f"7.9.{number} code {code}", close(code, b"why"), (WRONG,))


def _sizes() -> Iterator[Case]:
    for number, size in enumerate((64, 256, 1024, SIZE_MAX), 1):
        yield Case(
            f"9.1.{number} text of {SIZE_MAX} by {size}", fragments(b"*" * SIZE_MAX, size), (UNDERSTOOD,)
        )
        much = fragments(b"*" * (SIZE_MAX + 1), size)
        yield Case(f"9.2.{number} text of {SIZE_MAX + 1} by {size}", much, (TOO_LONG,))
        binary = fragments(b"\xfe" * SIZE_MAX, size, BINARY)
        yield Case(f"9.3.{number} binary of {SIZE_MAX} by {size}", binary, (NOT_TEXT,))
    for number, pieces in enumerate((64, 256, 1024), 1):
        whole = text("*" * SIZE_MAX)
        yield Case(f"9.5.{number} in pieces of {pieces}", whole, (UNDERSTOOD,), pieces=pieces)
    for number, size in enumerate((0, 16, 64, 256, 1024), 1):
        many = text("*" * size) * 60
        yield Case(f"9.7.{number} sixty texts of {size}", many, (UNDERSTOOD,) * 60)
    endless = frame(TEXT, b"*" * 1000, fin=False) + frame(CONT, b"*" * 1000, fin=False) * 100
    yield Case("9.9.1 fragments without end", endless, (TOO_LONG,))


def _pieces() -> Iterator[Case]:
    yield Case("10.1.1 text by 1300", fragments(b"*" * SIZE_MAX, 1300), (UNDERSTOOD,))
    yield Case("10.1.2 64 KiB by 1300", fragments(b"*" * 65536, 1300), (TOO_LONG,))


FAMILIES = {
    "1": ("Framing: texts and binary messages of every length", tuple(_framing())),
    "2": ("Pings and pongs", tuple(_pings())),
    "3": ("Reserved bits", tuple(_reserved_bits())),
    "4": ("Reserved opcodes", tuple(_reserved_opcodes())),
    "5": ("Fragments", tuple(_fragments())),
    "6": ("UTF-8", tuple(_utf8())),
    "7": ("Closing", tuple(_closing())),
    "9": ("Sizes and numbers, up to our limits", tuple(_sizes())),
    "10": ("Fragments as libraries make them", tuple(_pieces())),
}
"""By Autobahn's number: what the family is about, and its cases."""
