"""Whether a process knows how far it has come."""

from streams.progress import Progress
from streams.spans import Span


def test_a_step_is_noted_with_the_offsets_it_covers() -> None:
    """Each partition stands at the next offset to apply; those the step did not touch stay where they are."""
    progress = Progress()
    progress.note([Span("t/0", 0, 5), Span("t/1", 7, 9)], 120)
    progress.note([Span("t/0", 5, 6)])
    assert {"t/0": 6, "t/1": 9} == progress.applied
    assert (2, 120) == (progress.steps, progress.reports)


def test_offsets_that_are_read_again_are_believed() -> None:
    """After a store lost ground the log is read from further back; the higher offset would be a lie then."""
    progress = Progress()
    progress.note([Span("t/0", 0, 50)])
    progress.note([Span("t/0", 3, 9)])
    assert {"t/0": 9} == progress.applied


def test_a_step_without_reports_is_a_step() -> None:
    """Offsets alone are progress: the watchdog must not take a night of rulings for standing still."""
    progress = Progress()
    progress.note([Span("t/0", 0, 1)])
    assert (1, 0) == (progress.steps, progress.reports)


def test_after_a_loss_nothing_is_known_of_before_and_the_counters_go_on() -> None:
    """Whoever looked at the offsets before still has them as they were."""
    progress = Progress()
    progress.note([Span("t/0", 0, 50)], 7)
    before = progress.applied
    progress.forget()
    assert ({}, {"t/0": 50}) == (progress.applied, before)
    assert (1, 7) == (progress.steps, progress.reports)
