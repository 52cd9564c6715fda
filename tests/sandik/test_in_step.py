"""The wait for copies to be in step, with a Kafka that is made up: what it answers is a list."""

from collections.abc import Sequence

import pytest

from election.errors import OutsideError
from sandik import in_step
from sandik.in_step import named, waited

ONE, TWO = "live.night.reports/0 (2 of 3)", "live.night.told/0 (2 of 3)"


class MadeUpKafka:
    """Answers what it was given, one after the other, and the last one for ever."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self._answers, self.asked = list(answers), 0

    async def __call__(self) -> Sequence[str]:
        """The next answer."""
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two looks."""
    monkeypatch.setattr(in_step, "LOOK_EVERY_S", 0.0)


async def test_all_in_step_is_nothing_to_wait_for() -> None:
    """It is asked once, and nothing is said."""
    kafka, told = MadeUpKafka([]), list[str]()
    assert () == await waited(kafka, 0.0, told.append)
    assert (1, []) == (kafka.asked, told)


async def test_what_is_waited_for_is_said_once_while_it_stays_so() -> None:
    """Also that nobody answers: who was asked may be the one that restarts."""
    away = ConnectionError("Kafka at 127.0.0.1:1 does not answer.")
    kafka, told = MadeUpKafka(away, away, [ONE, TWO], [ONE, TWO], [TWO], []), list[str]()
    assert () == await waited(kafka, 3600.0, told.append)
    assert [str(away), f"not in step yet: {ONE}, {TWO}", f"not in step yet: {TWO}"] == told


async def test_what_is_late_at_the_end_is_given() -> None:
    """It was looked at once more at the end, and not given up for what it was before."""
    assert (TWO,) == await waited(MadeUpKafka([TWO]), 0.0, pytest.fail)


async def test_nobody_who_answers_at_the_end_is_an_error_of_the_outside() -> None:
    """It says why nobody does, and how long that was waited for."""
    away = MadeUpKafka(ConnectionError("Kafka at 127.0.0.1:1 does not answer."))
    with pytest.raises(OutsideError, match=r"does not answer\. Still so after 0 s"):
        await waited(away, 0.0, pytest.fail)


async def test_being_refused_is_not_waited_for() -> None:
    """It would be the same in two minutes."""
    kafka = MadeUpKafka(OutsideError("we are not let in"))
    with pytest.raises(OutsideError, match="not let in"):
        await waited(kafka, 3600.0, pytest.fail)
    assert 1 == kafka.asked


def test_of_many_the_first_are_named() -> None:
    """And how many more there are."""
    late = [f"t/{number} (1 of 3)" for number in range(1007)]
    assert f"{', '.join(late[:5])}, and 1,002 more" == named(late)
    assert ", ".join(late[:5]) == named(late[:5])
