"""The policy of every page: nothing from elsewhere, nothing inline, and a form only where one is."""

import pytest

from election.errors import UsageError
from web.policy import FORMS, SECURITY, Outside, framed


def directives(policy: str) -> dict[str, str]:
    """By name."""
    return {name: value for name, _, value in (part.strip().partition(" ") for part in policy.split(";"))}


def test_nothing_comes_from_elsewhere_and_nothing_is_inline() -> None:
    """What is not named is forbidden, and no directive names another host or anything unsafe."""
    policy = directives(SECURITY["Content-Security-Policy"])
    assert ("'none'", "'none'", "'none'") == (
        policy["default-src"], policy["frame-ancestors"], policy["base-uri"],
    )  # fmt: skip
    assert {"'none'", "'self'", "'self' data:"} == set(policy.values())


def test_a_page_with_a_form_may_ask_us_and_nobody_else() -> None:
    """Everything else is as on every page."""
    plain, forms = (directives(one["Content-Security-Policy"]) for one in (SECURITY, FORMS))
    assert {"form-action": "'self'"} == dict(forms.items() - plain.items())
    assert plain.keys() == forms.keys()


@pytest.mark.parametrize(
    ("embed", "who"),
    [
        ("", "'self'"),
        ("https://news.example", "'self' https://news.example"),
        ("https://News.example:443 http://10.0.0.7:8080", "'self' https://news.example http://10.0.0.7:8080"),
        ("https://news.example *", "*"),
    ],
)
def test_an_embed_may_be_framed_by_whom_the_setting_names(embed: str, who: str) -> None:
    """And by this gateway itself; nothing else of the policy is looser for it."""
    plain = directives(SECURITY["Content-Security-Policy"])
    loose = directives(framed(Outside.read("", embed))["Content-Security-Policy"])
    assert {"frame-ancestors": who} == dict(loose.items() - plain.items())
    assert plain.keys() == loose.keys()


@pytest.mark.parametrize(
    ("url", "embed", "named"),
    [
        ("results.example", "", "SANDIK_URL"),
        ("https://results.example/board", "", "SANDIK_URL"),
        ("ftp://results.example", "", "SANDIK_URL"),
        ("", "news.example", "SANDIK_EMBED_ORIGINS"),
        ("", "https://news.example/page", "SANDIK_EMBED_ORIGINS"),
        ("", "https://a;script-src", "SANDIK_EMBED_ORIGINS"),
        ("", "https://a'self'", "SANDIK_EMBED_ORIGINS"),
    ],
)
def test_what_is_no_address_is_said_with_the_name_of_its_setting(url: str, embed: str, named: str) -> None:
    """A setting that would end up in a policy or in code to copy is read as strictly as that needs."""
    with pytest.raises(UsageError, match=named):
        Outside.read(url, embed)


def test_the_address_of_the_gateway_ends_without_a_slash() -> None:
    """So that a path can follow it, however it was written."""
    assert "https://results.example" == Outside.read("https://Results.example:443/", "").url
