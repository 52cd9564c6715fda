"""What may be said of a contest before any rule speaks: not started, too early, too close, or open.

Know before changing: these are the first states of a call's life; `called` is reached by a rule and a desk
only, never from here.
"""

from dataclasses import dataclass

from election.embargo import Embargo
from election.night import Contest, Night
from election.standing import Standing, margin_within

NOT_STARTED, TOO_EARLY, TOO_CLOSE, OPEN = "not started", "too early", "too close", "open"


@dataclass(frozen=True, slots=True)
class CallState:
    """What is said of a contest, and the sentence with the numbers that says why."""

    state: str
    because: str


def resting_state(seen: Standing, contest: Contest, night: Night, ban: Embargo) -> CallState:
    """The state without any rule. Says nothing about totals while the embargo is closed."""
    if not ban.is_open:
        return CallState(NOT_STARTED, "The publication ban is in force.")
    if seen.boxes == 0:
        return CallState(NOT_STARTED, "No box is counted yet.")
    if not seen.counted_at_least(night.lead_from_counted_pct):
        return CallState(
            TOO_EARLY,
            f"{seen.boxes} of {seen.boxes_total} boxes are counted, under {night.lead_from_counted_pct}%.",
        )
    if seen.tie:
        return CallState(TOO_CLOSE, "The choices at the line have the same number of votes.")
    contested = len(contest.choices) > contest.seats
    if contested and margin_within(seen, night.recount_band_permille):
        band = f"{night.recount_band_permille / 10:g}%"
        return CallState(
            TOO_CLOSE, f"The margin of {seen.margin_votes} votes is within {band} of the valid votes."
        )
    return CallState(
        OPEN,
        f"The margin is {seen.margin_votes} votes; at most {seen.outstanding.votes_max} are still to come.",
    )
