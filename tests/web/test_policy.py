"""The policy of every page: nothing from elsewhere, nothing inline, and a form only where one is."""

from web.policy import FORMS, SECURITY


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
