"""The addresses beside the board: each says something, to whoever may see it."""

from dataclasses import replace

import pytest

from tests.web.asking import answers, ask, counted
from web.replies import Request
from web.routes import OPEN, ROUTES


@pytest.mark.parametrize("where", sorted(ROUTES))
@pytest.mark.parametrize("rest", ["", "/", "/mayor", "/nobody", "/mayor.json", "/%00", "/mayor/x?lang=tr"])
def test_every_address_is_answered(where: str, rest: str) -> None:
    """With what it has, or a sentence; whatever stands behind it, and never with an error of ours."""
    answer = ask(answers(counted(0.5)), Request("GET", f"/{where}{rest}"))
    assert answer.status < 500
    assert answer.body


@pytest.mark.parametrize("where", sorted(ROUTES))
def test_on_a_private_gateway_only_pages_that_hold_nothing_are_open(where: str) -> None:
    """Whoever may not view sees no count; a page to sign in at must open all the same."""
    nobody = replace(Request("GET", f"/{where}"), scopes=frozenset())
    status = ask(answers(counted(0.5)), nobody).status
    assert (status == 200) == (where in OPEN)
