"""The ring: whole or not at all, whatever is asked for, however much has been forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from web.ring import RING_BYTES_MAX, RING_CHANGES_MAX, Ring, Step


def step(number: int, size: int = 10) -> Step:
    """The step that leads to a content of this number."""
    return Step(number - 1, number, f"e:{number}", b"x" * size)


def ring(steps: int, changes_max: int = 5, bytes_max: int = 1000) -> Ring:
    """A ring that began at 0 and was given so many steps."""
    made = Ring(changes_max, bytes_max)
    made.begin("e:0")
    for number in range(1, steps + 1):
        made.add(step(number))
    return made


def test_every_step_since_then() -> None:
    """From a content that is known to the newest one; nothing is missed by who has that already."""
    made = ring(3)
    assert (step(2), step(3)) == made.since("e:1")
    assert (step(1), step(2), step(3)) == made.since("e:0")
    assert () == made.since("e:3")


def test_what_is_not_known_is_none() -> None:
    """Another content of the same version, another epoch, the future, nothing at all."""
    for name in ("e:1:closed", "f:1", "e:4", "", "e"):
        assert ring(3).since(name) is None


def test_the_oldest_is_forgotten() -> None:
    """At the limit of changes, and at that of bytes: whoever would miss one of them begins anew."""
    made = ring(7)
    assert 5 == len(made)
    assert made.since("e:1") is None
    assert [3, 4, 5, 6, 7] == [one.version for one in made.since("e:2") or ()]
    made.add(step(8, size=985))
    assert made.since("e:5") is None
    assert [7, 8] == [one.version for one in made.since("e:6") or ()]
    made.add(step(9, size=1001))
    assert (0, None, ()) == (len(made), made.since("e:8"), made.since("e:9"))


def test_another_epoch_begins_with_nothing() -> None:
    """What led anywhere before leads nowhere now."""
    made = ring(3)
    made.begin("f:1")
    assert (None, None, ()) == (made.since("e:0"), made.since("e:3"), made.since("f:1"))


def test_a_content_that_is_come_back_to() -> None:
    """An embargo that closes again: from the same content the shortest way on is taken."""
    made = Ring()
    made.begin("a")
    for name in ("b", "a", "c"):
        made.add(Step(1, 1, name, b""))
    assert ["c"] == [one.name for one in made.since("a") or ()]
    assert ["a", "c"] == [one.name for one in made.since("b") or ()]


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 40)), max_size=40),
    st.integers(1, 6),
    st.integers(1, 100),
)
def test_the_steps_always_lead_from_there_to_now(
    names: list[tuple[str, int]], changes_max: int, bytes_max: int
) -> None:
    """Each begins where the one before it ends; the first where it was asked for; the last is the newest."""
    made, contents = Ring(changes_max, bytes_max), ["start"]
    made.begin("start")
    for number, (name, size) in enumerate(names):
        made.add(Step(number, number + 1, name, b"x" * size))
        contents.append(name)
        assert len(made) <= changes_max
        for asked in "abcdef":
            steps = made.since(asked)
            if steps is None:
                continue
            assert contents[number + 1 - len(steps) :] == [asked, *(one.name for one in steps)]
            assert sum(len(one.patch) for one in steps) <= bytes_max
            assert [one.prev for one in steps] == list(range(number + 1 - len(steps), number + 1))


def test_the_limits() -> None:
    """Of one contest and source: so many changes, or so many bytes of them."""
    assert (600, 4 * 2**20) == (RING_CHANGES_MAX, RING_BYTES_MAX)
