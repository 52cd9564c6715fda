"""A night folder is read whole, or refused with every mistake in it, each with its file and line."""

from datetime import UTC, date, datetime

import pytest

from election.checks import CHECKS
from election.errors import NightError
from election.night import (
    WITHDRAWALS_MAX_PCT,
    WITHDRAWALS_MIN,
    ContestId,
    EmbargoRule,
    OutstandingRule,
    ReplayRule,
    SourceId,
)
from election.wire.nights import FACTS, read_night
from tests.election.strategies import files, night


def mistakes(made: dict[str, bytes]) -> list[str]:
    """Everything wrong with these files."""
    with pytest.raises(NightError) as refusal:
        read_night(made)
    return [str(mistake) for mistake in refusal.value.mistakes]


def changed(*pairs: tuple[str, str], file: str = "night.toml") -> dict[str, bytes]:
    """The files of the night with some texts replaced, each once."""
    made = files()
    for old, new in pairs:
        assert old.encode() in made[file]
        made[file] = made[file].replace(old.encode(), new.encode(), 1)
    return made


def test_a_night_is_what_its_folder_says() -> None:
    """Facts, limits and hours; what is left out has its default."""
    the = night()
    assert ("kent-2024", date(2024, 10, 6), "Europe/Istanbul", True) == (
        the.id,
        the.date,
        the.time_zone,
        the.simulated,
    )
    assert OutstandingRule(10, 150, 1, 50) == the.outstanding
    hours = [datetime(2024, 10, 6, hour, tzinfo=UTC) for hour in (15, 18, 14)]
    assert (EmbargoRule(hours[0], hours[1]), hours[2]) == (the.embargo, the.polls_close_at)
    assert (30, 5, None, None) == (the.lead_from_counted_pct, the.recount_band_permille, the.seed, the.parent)
    assert the.levels == the.shown_levels
    assert {"counted": True, "illegible": False, "provisional": True} == the.states
    assert {code: check.level for code, check in CHECKS.items()} == {
        code: rule.level for code, rule in the.checks.items()
    }


def test_what_is_simulated_is_said_in_other_languages_too() -> None:
    """A table like names, under a key of its own; without it there is none."""
    line = 'simulated_what = "Everything is made up."'
    the = read_night(changed((line, line + '\nsimulated_whats = { tr = "Her şey uydurma." }')))
    assert {"tr": "Her şey uydurma."} == the.simulated_whats
    assert {} == night().simulated_whats


def test_contests_and_sources_are_what_the_folder_says() -> None:
    """Short names are names where they are left out; a choice may stand in some areas only."""
    contests = night().contests
    assembly, bridge = contests[ContestId("assembly")], contests[ContestId("bridge")]
    assert (2, 2, "yes-no", "guney") == (assembly.seats, assembly.marks, bridge.kind, bridge.area)
    choices = contests[ContestId("mayor")].choices
    assert ["Deniz", "Kaya", "Cem Ak"] == [choice.short for choice in choices]
    assert [None, None, {"kuzey"}] == [choice.stands_in for choice in choices]
    assert ["box", "box", "town"] == [source.level for source in night().sources.values()]


def test_how_much_a_source_may_take_away_at_once_is_the_nights_to_say() -> None:
    """A night that says nothing allows 1 % or 3 boxes; more than all is a mistake."""
    the = read_night(
        changed(('id = "council"\n', 'id = "council"\nwithdrawals_max_pct = 7\nwithdrawals_min = 0\n'))
    )
    said = {
        source.id: (source.withdrawals_max_pct, source.withdrawals_min) for source in the.sources.values()
    }
    assert (7, 0) == said.pop(SourceId("council"))
    assert {(WITHDRAWALS_MAX_PCT, WITHDRAWALS_MIN)} == set(said.values())
    found = mistakes(changed(('id = "council"\n', 'id = "council"\nwithdrawals_max_pct = 101\n')))
    assert ["withdrawals_max_pct is 101; a percentage is at most 100."] == [
        one.split(": ")[1] for one in found
    ]


def test_the_digest_is_over_every_file_of_facts() -> None:
    """Two processes that read different bytes do not work together; other files do not matter."""
    digests = {night().digest}
    for name in FACTS:
        made = files(parent="contest,box\n")
        made[name] += b"\n"
        digests.add(read_night(made).digest)
    assert len(FACTS) + 1 == len(digests)
    assert night().digest == read_night(files() | {"SOURCE.md": b"anything"}).digest


EVERY = (
    "night.toml:1: id is 'Kent 2024'",
    "night.toml:4: date is 'soon'",
    "There is no time zone 'Istanbul'",
    "polls_close_at has no zone",
    "closed_until is after law_opens_at",
    "colour 'blue'",
    "no area 'nowhere'",
    "no party 'q'",
    "no alliance 'b'",
    "symbol is 'left'",
    "no area 'batı'",
    "seats is 0",
    "kind is 'maybe'",
    "The source council is named twice",
    "level 'street'",
    "provisional is 'yes'",
    "There is no check W999",
    "E101 cannot be relaxed",
    "The level of W303 is 'X'",
    "at_least_pct is 200",
    "slack_per_box is -1",
    "There is no outstanding.slak",
    "areas.csv:9: The parent 'nowhere'",
    "boxes.csv:10: registered is 'many'",
    "boxes.csv:10: The box 'k1-1' stands twice",
    "parent.csv:2: There is no box 'k9-9'",
)


def test_every_mistake_of_a_folder_is_said_at_once() -> None:
    """Twenty mistakes in four files: twenty complaints, each with file and line."""
    made = changed(
        ('id = "kent-2024"', 'id = "Kent 2024"'),
        ("date = 2024-10-06", 'date = "soon"'),
        ('time_zone = "Europe/Istanbul"', 'time_zone = "Istanbul"'),
        ("polls_close_at = 2024-10-06T17:00:00+03:00", "polls_close_at = 2024-10-06T17:00:00"),
        ("closed_until = 2024-10-06T15:00:00Z", "closed_until = 2024-10-06T19:00:00Z"),
        ('colour = "#0072B2"', 'colour = "blue"'),
        ('area = "kent"', 'area = "nowhere"'),
        ('party = "p"', 'party = "q"'),
        ('alliance = "a"', 'alliance = "b"'),
        ('symbol = "up"', 'symbol = "left"'),
        ('areas = ["kuzey"]', 'areas = ["batı"]'),
        ("seats = 2", "seats = 0"),
        ('kind = "yes-no"', 'kind = "maybe"'),
        ('id = "party"', 'id = "council"'),
        ('level = "town"', 'level = "street"'),
        ("provisional = true", 'provisional = "yes"'),
        (
            "[checks]",
            '[checks]\nW999 = {}\nE101 = { level = "W" }\nW303 = { level = "X", at_least_pct = 200 }',
        ),
        ("slack_per_box = 10", "slack_per_box = -1\nslak = 1"),
    )
    made["areas.csv"] += b"k3,K3,ward,nowhere,,\n"
    made["boxes.csv"] += b"k1-1,k1,many\n"
    made["parent.csv"] = b"contest,box\nmayor,k9-9\n"
    found = mistakes(made)
    said = "\n".join(found)
    for place in EVERY:
        assert place in said
    assert all(mistake.split(":")[1].isdigit() for mistake in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "kent-2024"', 'id = ""', "night.toml:1: id is ''; it is small letters"),
        ('id = "kent-2024"', "", "night.toml:1: id is missing"),
        ("date = 2024-10-06", "date = 2024-10-06T00:00:00Z", "night.toml:4: date has an hour"),
        ('simulated_what = "Everything is made up."', "", "simulated_what is missing"),
        ('levels = ["county", "town", "ward"]', "levels = []", "night.toml:9: levels names each level"),
        ('"town", "ward"]', '"town", "ward", "town"]', "night.toml:9: levels names each level"),
        ('"town", "ward"]', '"town", "ward", "box"]', "none is called box"),
        (
            '"town", "ward"]',
            '"town", "ward"]\nshown_levels = ["street"]',
            "night.toml:10: shown_levels names",
        ),
        (
            '"town", "ward"]',
            '"town", "ward"]\nshown_levels = []',
            "night.toml:10: shown_levels names no level",
        ),
        (
            "illegible = false",
            "counted = false",
            "Papers in the state counted are those that count; it is true.",
        ),
        ('id = "party"', 'id = "council"', "The source council is named twice."),
        ('id = "party"', 'id = "party"\nstall_after_s = 0', "sources.stall_after_s is 0; it is 1 to 604800."),
        ('id = "party"', 'id = "party"\nstall_after_s = 604801', "604801; it is 1 to 604800."),
        ("slack_per_box = 10", f"slack_per_box = {10**19}", "is 10000000000000000000; it is at most"),
        ("seats = 2", "seats = 2147483648", "seats is 2147483648; it is at most 2147483647."),
        ("marks = 2", "marks = 2147483648", "marks is 2147483648; it is at most 2147483647."),
        (
            "[checks]",
            "[checks]\nW309 = { more_than_votes = 2147483648 }",
            "more_than_votes is 2147483648; it is at most 2147483647.",
        ),
        ('id = "bora"', 'id = "ada"', "The choice ada is named twice."),
        ('id = "assembly"', 'id = "mayor"', "The contest mayor is named twice."),
        (
            '[[alliances]]\nid = "a"',
            '[[parties]]\nid = "p"\nname = "P"\n[[alliances]]\nid = "a"',
            "The party p is",
        ),
        (
            "[[contests]]",
            '[[alliances]]\nid = "a"\nname = "A"\n[[contests]]',
            "The alliance a is named twice.",
        ),
        ('source = "council"', 'source = "nobody"', "There is no source 'nobody' among [[sources]]."),
        (
            'source = "council"',
            'source = "agency"',
            "the published source reports boxes, and agency reports town.",
        ),
        ("[display]", "[display]\nlead_from_counted_pct = 101", "lead_from_counted_pct is 101"),
        ("[display]", "[display]\nrecount_band_pct = 0.25", "recount_band_pct is 0.25"),
        ("[checks]", '[checks]\nQ302 = { level = "off" }', "Q302 is Q or E: the bound of what is still out"),
        ("[checks]", '[checks]\nQ302 = { level = "W" }', "raise outstanding.slack_per_box instead"),
        ("[checks]", "[checks]\nW303 = { at_leest_pct = 3 }", "There is no checks.W303.at_leest_pct"),
        ('name = "A night made up for tests"', 'nmae = "x"', "There is no nmae; known here:"),
        ("[embargo]", "[embargo]\nlifts_at = 2024-10-06T15:00:00Z", "There is no embargo.lifts_at"),
    ],
)
def test_one_mistake_is_said_where_it_is(old: str, new: str, said: str) -> None:
    """With the way out."""
    assert [mistake for mistake in mistakes(changed((old, new))) if said in mistake]


@pytest.mark.parametrize("zone", ["Istanbul", "Europe", "", "../etc/passwd", "Europe/Istanbul/x"])
def test_a_time_zone_nobody_knows_is_a_mistake_and_not_a_dead_worker(zone: str) -> None:
    """It would otherwise be found by the first headline of the night."""
    assert 1 == len(mistakes(changed(('time_zone = "Europe/Istanbul"', f'time_zone = "{zone}"'))))


@pytest.mark.parametrize("gone", FACTS[:3])
def test_a_file_that_is_missing_is_said(gone: str) -> None:
    """All that are missing at once; the parent night may be."""
    made = files()
    del made[gone]
    assert [f"{gone}: This file is missing from the night folder."] == mistakes(made)
    assert 3 == len(mistakes({}))


def test_a_file_that_is_no_toml_is_said_with_its_line() -> None:
    """Nothing else can be said then."""
    assert ["night.toml:3"] == [mistake[:12] for mistake in mistakes(changed(("names = ", "names = = ")))]


def test_a_night_without_contests_or_sources_counts_nothing() -> None:
    """Both are needed."""
    toml = b'id = "x"\nname = "X"\ndate = 2024-10-06\nlevels = ["county", "town", "ward"]\n'
    said = mistakes(files() | {"night.toml": toml})
    assert ["contests: at least 1", "sources: at least 1"] == sorted(
        mistake.split(" is ")[0][14:] for mistake in said
    )


def test_how_a_night_is_replayed_is_its_own_to_say() -> None:
    """A speed and how long a silence may play; left out, a minute a second and every silence whole."""
    assert ReplayRule(60, None) == night().replay
    made = files()
    made["night.toml"] += b"\n[replay]\nspeed = 180\ngap_max_s = 300\n"
    assert ReplayRule(180, 300) == read_night(made).replay


@pytest.mark.parametrize(("line", "said"), [
    ("speed = 0", "replay.speed is 0; it is at least 1."),
    ("gap_max_s = 0", "replay.gap_max_s is 0; it is at least 1."),
    ("pause = 3", "There is no replay.pause; known here: gap_max_s, speed."),
])  # fmt: skip
def test_a_replay_that_makes_no_sense_is_a_mistake(line: str, said: str) -> None:
    """With the file and the line."""
    made = files()
    made["night.toml"] += f"\n[replay]\n{line}\n".encode()
    number = made["night.toml"].count(b"\n")
    assert [f"night.toml:{number}: {said}"] == mistakes(made)
