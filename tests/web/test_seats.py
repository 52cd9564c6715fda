"""How clients keep up: what one may cost is bounded, whatever it asks for and however it reads."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from web import seats as module
from web.seats import MIB, Limits, Seat, Seats

LIMITS = Limits(buffer_bytes_max=1000, lag_max_s=3.0, behind_max_s=6.0)


@dataclass(eq=False)
class Stub:
    """A client that says how much waits for it."""

    waiting: int = 0

    def waiting_bytes(self) -> int:
        """As the test says."""
        return self.waiting

    def write(self, frame: bytes) -> None:
        """So much more waits for it."""
        self.waiting += len(frame)

    def cut(self) -> None:
        """Nothing waits for it any more."""
        self.waiting = 0


def one(waiting: int = 0) -> tuple[Seats, Stub, Seat]:
    """A client among the seats."""
    made, client, seat = Seats(LIMITS), Stub(waiting), Seat()
    made.all[client] = seat
    return made, client, seat


def test_what_waits_without_a_break() -> None:
    """More than three seconds, or more than the buffer: behind. Empty for a moment: all is well again."""
    made, client, seat = one(waiting=10)
    assert made.keeps_up(client, seat, 0.0)
    assert made.keeps_up(client, seat, 3.0)
    client.waiting = 0
    assert made.keeps_up(client, seat, 3.5)
    client.waiting = 10
    assert made.keeps_up(client, seat, 4.0)
    assert not made.keeps_up(client, seat, 7.1)
    assert (1, {client: seat}) == (made.fell_behind, made.behind)
    made, client, seat = one(waiting=1001)
    assert not made.keeps_up(client, seat, 0.0)


def test_a_snapshot_is_excused_until_it_was_read() -> None:
    """However large it is, and for a second more a MiB; from then on the limit is what it was."""
    made, client, seat = one()
    assert 1001 == made.room(client, seat, 0.0)
    client.waiting = 4 * MIB
    made.given(client, seat, 4 * MIB, 0.0)
    assert 4 * MIB == made.excused
    client.waiting += 900
    assert made.keeps_up(client, seat, 6.9)
    client.waiting += 101
    assert not made.keeps_up(client, seat, 6.9)
    client.waiting = 0
    drained, cut = made.look(7.0)
    assert ([(client, seat)], (), 0) == (drained, cut, made.excused)
    client.waiting = 1001
    assert not made.keeps_up(client, seat, 7.1)


def test_who_never_reads_it_is_cut() -> None:
    """A large snapshot gives more time, not for ever."""
    made, client, seat = one()
    client.waiting = 2 * MIB
    made.given(client, seat, 2 * MIB, 0.0)
    assert made.keeps_up(client, seat, 5.0)
    assert not made.keeps_up(client, seat, 5.1)
    assert ([], ()) == made.look(13.0)
    assert ([], (client,)) == made.look(13.2)
    assert (1, 1) == (made.fell_behind, made.cut)


def test_the_next_snapshot_waits_for_room() -> None:
    """While more than the limit waits for a client it is given no other one; none while it is behind."""
    made, client, seat = one(waiting=1000)
    assert 1 == made.room(client, seat, 0.0)
    made.given(client, seat, 5000, 0.0)
    client.waiting = 1001
    assert 0 == made.room(client, seat, 0.0)
    client.waiting = 7000
    assert 0 == made.room(client, seat, 0.0)
    client.waiting = 0
    assert 0 == made.room(client, seat, 1.0)
    made.look(1.0)
    assert 1001 == made.room(client, seat, 1.0)


def test_all_of_them_together_have_a_limit() -> None:
    """A crowd that comes for something large is served one after the other; who is gone counts no more."""
    made, client, seat = one()
    other, second = Stub(), Seat()
    made.all[other] = second
    client.waiting = module.BEGINNINGS_BYTES_MAX
    made.given(client, seat, module.BEGINNINGS_BYTES_MAX, 0.0)
    assert 0 == made.room(other, second, 0.0)
    assert not made.behind
    made.leave(client)
    assert 1001 == made.room(other, second, 0.0)
    assert made.leave(client) is None


ACTS = ("begin", "change", "read", "read all")


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.integers(1, 5000), st.floats(0, 2)),
        max_size=60,
    )
)
def test_memory_is_bounded(acts: list[tuple[str, int, float]]) -> None:
    """P6: never more than the buffer, one beginning and one change wait for a client; who stays is cut."""
    made, client, seat = one()
    now = longest = 0.0
    for act, size, seconds in acts:
        now += seconds
        drained, cut = made.look(now)
        assert not drained or client.waiting == 0
        if cut:
            return
        if act == "begin" and made.room(client, seat, now):
            client.waiting += size
            made.given(client, seat, size, now)
        elif act == "change" and made.keeps_up(client, seat, now):
            client.waiting += size
        elif act == "read":
            client.waiting = max(0, client.waiting - size)
        elif act == "read all":
            client.waiting = 0
        assert client.waiting <= LIMITS.buffer_bytes_max + 3 * 5000
        assert made.excused == seat.excused <= 5000
        longest = 0.0 if seat.behind_since is None else now - seat.behind_since
        assert longest <= LIMITS.behind_max_s + 1 + 2
