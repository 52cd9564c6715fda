"""Which pages may connect: exact origins, our own host by default, and nothing that only looks like one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from election.errors import UsageError
from web.origins import may_come, parse, read, written


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        (None, "kent.example", True),
        ("https://kent.example", "kent.example", True),
        ("https://kent.example:443", "kent.example", True),
        ("https://kent.example", "kent.example:443", True),
        ("HTTPS://KENT.Example", "Kent.EXAMPLE", True),
        ("http://kent.example", "kent.example:80", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("http://[::1]:8080", "[0:0:0:0:0:0:0:1]:8080", True),
        ("https://kent.example", "kent.example:80", False),
        ("http://kent.example:8080", "kent.example", False),
        ("https://kent.example.evil.example", "kent.example", False),
        ("https://evil.example", "kent.example", False),
        ("https://evil.example/kent.example", "kent.example", False),
        ("https://kent.example@evil.example", "kent.example", False),
        ("https://kent.example, https://evil.example", "kent.example", False),
        ("null", "kent.example", False),
        ("", "kent.example", False),
        ("https://", "", False),
        ("kent.example", "kent.example", False),
        ("https://kent.example:0", "kent.example:0", False),
        ("https://kent.example:99999", "kent.example:99999", False),
        ("https://[::1", "[::1", False),
    ],
)
def test_without_a_list_a_page_must_be_of_the_host_that_is_asked(
    origin: str | None, host: str, may: bool
) -> None:
    """Ports of the scheme are ports like any other, letters have no size, and whole means whole."""
    assert may is may_come((), origin, host)


@pytest.mark.parametrize(
    ("allowed", "origin", "may"),
    [
        ("https://kent.example", "https://kent.example", True),
        ("https://kent.example:443", "https://KENT.example", True),
        ("https://kent.example, https://a.example:8443", "https://a.example:8443", True),
        ("https://kent.example", "http://kent.example", False),
        ("https://kent.example", "https://www.kent.example", False),
        ("https://kent.example", "null", False),
        ("https://gate.example", "https://here.example", False),
        ("*", "https://anybody.example", True),
        ("*", "null", True),
        ("*", "what is this", True),
        ("capacitor://localhost", "capacitor://localhost", True),
        ("https://seçim.example", "https://xn--seim-1oa.example", True),
    ],
)
def test_with_a_list_a_page_must_be_on_it(allowed: str, origin: str, may: bool) -> None:
    """Exactly: no subdomain, no other scheme; our own host too, if it is meant."""
    assert may is may_come(parse(allowed), origin, "here.example")


@pytest.mark.parametrize(
    "text",
    ["kent.example", "https://kent.example/", "https://*.kent.example/x", "null", "https://", "//x", "ş://"],
)
def test_what_is_no_origin_in_the_setting_is_said(text: str) -> None:
    """Otherwise a slip would lock everybody out, or let somebody in."""
    with pytest.raises(UsageError) as caught:
        parse(f"https://fine.example {text}")
    assert "SANDIK_ORIGINS" in str(caught.value)
    assert text in str(caught.value)


HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,6}){0,2}", fullmatch=True)
PORTS = st.none() | st.integers(1, 65535)


@given(st.sampled_from(["http", "https", "ws", "app"]), HOSTS, PORTS)
def test_an_origin_has_one_way_of_writing(scheme: str, host: str, port: int | None) -> None:
    """So that two of them are the same exactly if their texts are."""
    said = f"{scheme}://{host}" + ("" if port is None else f":{port}")
    origin = read(said.upper())
    assert origin is not None
    assert origin == read(written(origin))
    assert parse(said) == (written(origin),)


@given(st.text(max_size=600) | st.from_regex(r"[a-z]{1,5}://.{0,20}"), st.text(max_size=60))
@example("https://[::1]:1", "[::1]:1")
@example("https://a:١", "a:١")
def test_whatever_a_browser_says_is_answered(origin: str, host: str) -> None:
    """With yes or no, never with an error; and yes only where the host stands in the origin."""
    if may_come((), origin, host):
        assert host.lower().partition(":")[0][:3] in origin.lower() or host.startswith("[")
