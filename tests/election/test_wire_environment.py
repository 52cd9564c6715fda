"""Settings out of an environment: each as what it is, or a sentence that names the variable."""

from dataclasses import dataclass

import pytest

from election.errors import UsageError
from election.wire.environment import from_variable, given


@dataclass(frozen=True)
class Some:
    """A room's settings."""

    name: str = from_variable("SANDIK_NAME", "x")
    most: int = from_variable("SANDIK_MOST", 3)
    within_s: float = from_variable("SANDIK_WITHIN_S", 1.5)


def test_each_variable_is_read_as_the_type_of_its_default() -> None:
    """And only those that are there and say something."""
    said = {"SANDIK_MOST": "7", "SANDIK_WITHIN_S": "2", "SANDIK_NAME": "", "OTHER": "1"}
    assert {"most": 7, "within_s": 2.0} == given(Some, said)


@pytest.mark.parametrize(
    ("variable", "text", "what"),
    [
        ("SANDIK_MOST", "1.5", "whole number"),
        ("SANDIK_MOST", "many", "whole number"),
        ("SANDIK_WITHIN_S", "soon", "number"),
        ("SANDIK_WITHIN_S", "nan", "number"),
        ("SANDIK_WITHIN_S", "inf", "number"),
    ],
)
def test_what_is_no_number_is_refused_by_name(variable: str, text: str, what: str) -> None:
    """Nothing is taken for a default in silence."""
    with pytest.raises(UsageError) as error:
        given(Some, {variable: text})
    assert f"{variable} is {text!r}; it is a {what}." == str(error.value)


def test_a_secret_does_not_stand_in_the_text_of_the_settings() -> None:
    """Settings are printed when something is wrong, and that ends in a log."""

    @dataclass(frozen=True)
    class Told:
        """Settings with a secret in them."""

        name: str = from_variable("SANDIK_NAME", "")
        password: str = from_variable("SANDIK_PASSWORD", "", secret=True)

    told = Told(**given(Told, {"SANDIK_NAME": "night", "SANDIK_PASSWORD": "pa55word"}))
    assert "pa55word" == told.password
    assert "night" in repr(told)
    assert "pa55word" not in repr(told)
