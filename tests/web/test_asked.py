"""A request by the parts of its address."""

from tests.web.asking import counted
from web.asked import Asked
from web.kept import Keep
from web.replies import Request


def test_a_value_of_the_query_is_the_first_or_none() -> None:
    """An address that says a thing twice is taken at its first word."""
    hub = counted(0.1)
    query = {"delay": ["3", "4"]}
    asked = Asked("card", "mayor", query, "en", Request("GET", "/"), hub.groups, [], Keep(), "e", None)
    assert ("3", None) == (asked.one("delay"), asked.one("other"))
