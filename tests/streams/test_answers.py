"""Whether what the store's scripts say is understood, and nothing else is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.answers import Answer, Applied, Attended, Forked, Gap, Limit, Moved, OtherNight, answer


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ([b"OK", b"e1", b"7"], Applied("e1", 7)),
        ([b"OK", b"e1", 7], Applied("e1", 7)),
        ([b"OK", b"e1", 7, b"", b"totals"], Applied("e1", 7, (b"", b"totals"))),
        ([b"OK", b"e1", b"7", []], Attended("e1", 7, {})),
        ([b"OK", b"e1", b"7", [b"t/0", b"3", b"t/1", b"12"]], Attended("e1", 7, {"t/0": 3, "t/1": 12})),
        ([b"MOVED", [0, 2], [], [5]], Moved(((0, 2), (), (5,)))),
        ([b"GAP", b"t/0", b"3"], Gap("t/0", 3)),
        ([b"LINK", b"t/0"], Forked("t/0")),
        ([b"DIGEST", b"abc"], OtherNight("abc")),
        ([b"LIMIT", b"council", b"adalar"], Limit("council", "adalar")),
    ],
)
def test_every_answer_of_the_scripts_is_a_value(said: list[object], meant: Answer) -> None:
    """As the client hands them over: bytes, and numbers as numbers or as text."""
    assert meant == answer(said)


WORDS: st.SearchStrategy[Any] = st.sampled_from(
    [b"OK", b"MOVED", b"GAP", b"LINK", b"DIGEST", b"LIMIT", b"QUEUED", b"7", b"x", 7, None, []]
)


@given(st.lists(WORDS | st.binary(max_size=4), max_size=6))
def test_what_no_script_says_is_never_taken_for_an_answer(said: list[object]) -> None:
    """Only the scripts' own shapes have a meaning; anything else stops the worker, and is not guessed at."""
    lengths = {
        b"OK": range(3, 7),
        b"MOVED": range(1, 7),
        b"GAP": (3,),
        b"LINK": (2,),
        b"DIGEST": (2,),
        b"LIMIT": (3,),
    }
    shaped = bool(said) and any(said[0] == word and len(said) in sizes for word, sizes in lengths.items())
    try:
        found = answer(said)
    except (ValueError, AttributeError, TypeError):
        return
    assert shaped, found


@pytest.mark.parametrize("said", [[], [b"QUEUED"], [b"OK"], [b"OK", b"e1"], [b"GAP", b"t/0"], ["OK", "e", 1]])
def test_an_answer_of_the_wrong_shape_is_told(said: list[object]) -> None:
    """With what was said, cut short: it goes to a log."""
    with pytest.raises(ValueError, match="no script of ours answers"):
        answer(said)
    with pytest.raises(ValueError) as caught:
        answer([b"x" * 9000])
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("refusal", "names", "way_out"),
    [
        (
            Gap("replay.practice.reports/3", 41),
            ("41", "replay.practice.reports/3"),
            "starts again from there",
        ),
        (OtherNight("0123456789abcdef"), ("0123456789ab…",), "SANDIK_SESSION"),
        (Limit("council", "adalar"), ("council", "adalar"), "sandik verify --rebuild"),
    ],
)
def test_a_refusal_is_a_sentence_with_the_way_out(
    refusal: Answer, names: tuple[str, ...], way_out: str
) -> None:
    """It is the last line a worker writes: it says what happened, where, and what to do."""
    sentence = str(refusal)
    assert [] == [name for name in names if name not in sentence]
    assert way_out in sentence
    assert sentence.endswith(".")
