"""The token of whoever drives a demo."""

import stat
from pathlib import Path

from sandik.driving import driver
from web import token_file, tokens


def test_a_demo_has_a_token_that_is_gone_when_it_ends() -> None:
    """In a file that nobody else can read; what is in it is no token."""
    with driver({}) as one:
        path = Path(one.file)
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        assert one.token not in path.read_text()
        found = token_file.tokens_at(one.file).find(one.token)
        assert found is not None
        assert set(tokens.SCOPES) == set(found.scopes)
    assert not path.exists()


def test_tokens_that_the_user_has_are_left_as_they_are() -> None:
    """And where nobody is to drive, none is made."""
    with driver({"SANDIK_TOKENS": "mine.jsonl"}) as one:
        assert ("", "") == (one.token, one.file)
    with driver({}, wanted=False) as one:
        assert ("", "") == (one.token, one.file)
