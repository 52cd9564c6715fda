"""The rules of the pages, each with the tests that hold it; a rule without a test fails here.

Know before changing: a test is named by its file under tests, and its function. How many milliseconds
a first paint and a frame take is measured by `python -m bench page`, and asserted nowhere.
"""

import ast
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CONNECTION = "browser/test_connection"
RULES = {
    "No lead colour and no lead before the contest has passed the threshold; counted is the big number": (
        "browser/test_board test_no_lead_colour_before_the_threshold",
        "browser/test_map test_no_colour_before_there_may_be_a_lead",
        "web/test_view test_too_early_shows_the_count_not_a_lead",
        "election/test_headline test_counted_is_rounded_down_and_never_to_nothing",
    ),
    "Nor on a district below it": ("browser/test_board test_a_district_below_the_threshold_stays_grey",),
    "Counted is rounded down; <1 % and >99 %, never a rounded 0 or 100": (
        "web/test_words test_said_as_in_the_vectors",
        "browser/test_vectors test_words",
        "election/test_standing test_a_share_is_never_rounded_to_nothing_or_all_unless_it_is",
    ),
    "The call badge is separate from the lead colour": (
        "browser/test_story test_a_call_that_is_withdrawn_stays_on_the_page",
        "web/test_view test_badges",
    ),
    "Counted stands beside every share": (
        "browser/test_heard test_the_strip_is_read_as_candidate_share_and_votes",
    ),
    "Rerun nights show the change on the same boxes, and say so": (
        "browser/test_places test_tiles_say_the_lead_its_change_or_what_is_out",
        "web/test_ground test_only_a_night_that_repeats_another_has_a_column_of_changes",
    ),
    "Every graphic has a table with the same numbers": (
        "browser/test_moments test_at_ten_moments_tiles_and_table_are_the_snapshot",
        "browser/test_after test_on_a_phone_the_table_stands_for_the_drawing",
        "browser/test_map test_every_place_is_as_on_its_tile",
    ),
    "Values are read with candidate and unit": (
        "browser/test_heard test_the_strip_is_read_as_candidate_share_and_votes",
        "browser/test_heard test_each_tile_is_a_button_that_says_place_leader_lead_unit_and_counted",
        "browser/test_heard test_each_column_of_the_table_says_whose_figures_it_holds",
    ),
    "Tiles are reachable with arrow keys": (
        "browser/test_board test_tiles_are_read_with_the_arrow_keys",
        "browser/test_map test_the_arrow_keys_lead_from_place_to_place",
    ),
    "Everything is reached and used by keys": (
        "browser/test_keyboard test_every_control_is_come_to_in_the_order_of_the_page",
        "browser/test_keyboard test_the_board_is_used_by_keys",
        "browser/test_keyboard test_the_desk_is_used_by_keys",
        "browser/test_desk_beside test_a_call_can_be_signed_with_the_keyboard_alone",
        "browser/test_accessible test_the_focus_is_seen_on_every_control",
    ),
    "One polite sentence at most every 30 s; numbers are never live regions; an alarm only at the desk": (
        "browser/test_board test_one_polite_sentence",
        "browser/test_story test_an_alert_is_spoken_in_the_one_polite_place",
        "browser/test_desk_beside test_what_cannot_wait_is_said_aloud_once",
    ),
    "Pause and how often": (
        f"{CONNECTION} test_paused_by_the_reader",
        "browser/test_board test_choices_of_the_reader_are_kept",
    ),
    "Reduced motion": ("browser/test_accessible test_nothing_moves_for_whoever_wants_no_motion",),
    "Forced colours": (
        "browser/test_accessible test_in_forced_colours_everything_is_seen_and_told_apart",
        "browser/test_places test_the_corner_and_the_pressed_button_survive_forced_colours",
        "browser/test_map test_state_is_told_by_marks_in_forced_colours_too",
    ),
    "400 % zoom, and text set further apart": (
        "browser/test_accessible test_at_400_percent_nothing_is_cut_and_nothing_scrolls_sideways",
        "browser/test_accessible test_text_set_further_apart_stays_whole",
    ),
    "Targets of 24 px": ("browser/test_accessible test_every_target_is_24_pixels_high_and_wide",),
    "No violation of WCAG, A and AA": (
        "browser/test_accessible test_axe_finds_nothing",
        "browser/test_accessible test_axe_finds_nothing_in_the_dark",
    ),
    "Colours of the choices, a safe switch, three steps, never paler than 42 %": (
        "web/test_styles test_the_chosen_shades",
        "web/test_styles test_text_can_be_read_on_every_shade",
        "browser/test_board test_choices_of_the_reader_are_kept",
    ),
    "Always a mark and a number beside the colour": (
        "browser/test_moments test_at_ten_moments_tiles_and_table_are_the_snapshot",
        "web/test_rows test_a_tile_with_a_lead",
    ),
    "▲ and ▼ belong to the candidates; rise and fall are + and −": (
        "browser/test_rules test_no_sentence_has_a_triangle",
        "browser/test_places test_tiles_say_the_lead_its_change_or_what_is_out",
    ),
    "State is told by black, shape and words; violet is for replay and simulated": (
        "browser/test_rules test_violet_is_for_replay_and_simulated",
        "browser/test_places test_a_place_where_another_leads_now_is_marked_in_black_and_in_words",
        "browser/test_story test_annulled_totals_are_striped_and_say_so",
    ),
    "A simulated source is called by what it is, and tagged": (
        "web/test_stage test_a_simulated_source_is_tagged",
        "web/test_counts test_a_name_does_not_say_simulated_twice",
    ),
    "Numbers by language, Turkish casing": (
        "web/test_words test_said_as_in_the_vectors",
        "web/test_words test_turkish_capitals_and_order",
        "browser/test_vectors test_words",
    ),
    "50 KB in all": ("web/test_pages test_the_page_weighs_less_than_its_budget",),
    "No paint more often than it says, none in a hidden tab, all in one frame": (
        "browser/test_cost test_however_much_comes_it_paints_no_more_often_than_it_says",
        f"{CONNECTION} test_a_hidden_tab_paints_nothing",
        "browser/test_board test_the_jump_is_one_frame_and_moves_nothing",
    ),
    "Nothing moves under the eye": (
        "browser/test_cost test_nothing_moves_while_an_evening_goes_by",
        "browser/test_board test_rows_are_sorted_and_do_not_move_under_the_pointer",
    ),
    "At 360 px nothing overflows, and names do not collide": (
        "browser/test_accessible test_axe_finds_nothing",
        "browser/test_places test_on_a_phone_the_key_is_one_row_and_the_codes_stay_free",
        "browser/test_embeds test_nothing_overflows_at_any_width",
    ),
    "Tiles lie like bricks, by the table of the night": ("web/test_styles test_tiles_lie_like_bricks",),
    "Under the ban nothing about votes, in the page neither": (
        "browser/test_board test_nothing_about_votes_is_in_the_page_before_the_embargo_opens",
        "web/test_pages test_the_embargoed_page_holds_no_figure",
    ),
    "Numbers without JavaScript": ("browser/test_board test_numbers_without_javascript",),
    "Socket blocked, cut, another epoch: said in words, last values kept, right again by itself": (
        f"{CONNECTION} test_numbers_stay_while_the_socket_is_gone",
        f"{CONNECTION} test_after_a_break_only_what_was_missed_is_sent",
        f"{CONNECTION} test_an_older_version_is_never_shown_after_a_newer",
        f"{CONNECTION} test_the_page_proves_its_state",
    ),
    "On a slow line too": (
        f"{CONNECTION} test_on_a_slow_line_the_page_is_read_before_its_scripts_and_is_right_in_the_end",
        f"{CONNECTION} test_while_nothing_new_comes_the_page_says_for_how_long",
    ),
    "An overlay keeps the last good value, and has a delay": (
        "browser/test_overlay test_without_the_gateway_the_last_figures_stay_with_their_hour",
        "browser/test_overlay test_with_a_delay_it_shows_what_was_so_many_seconds_ago",
    ),
    "An embed is as high as it needs": (
        "browser/test_embeds test_an_embed_stands_in_a_page_of_another_site_as_high_as_it_needs",
    ),
}
VIOLET = re.compile(r"ribbon|replay|rehearsal|\.sim\b|\.unreal|\.done|\.hand|button\.violet|\.another")
"""Where violet may stand: the band, a replay's dot, clock and buttons, tags of what is not real."""


@cache
def functions(name: str) -> frozenset[str]:
    """The tests of a file."""
    text = (TESTS / f"{name}.py").read_text(encoding="utf-8")
    return frozenset(one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_of_the_pages_has_its_test(rule: str) -> None:
    """One at least, and it is there by this name."""
    assert RULES[rule]
    for test in RULES[rule]:
        name, function = test.split()
        assert function in functions(name), test


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_no_sentence_has_a_triangle(lang: str) -> None:
    """▲ and ▼ come from the choices of a night; a sentence has them before a name, never for more or less."""
    table = json.loads(files("languages").joinpath(f"{lang}.json").read_text(encoding="utf-8"))
    assert [] == [text for text in leaves(table) if re.search(r"[▲▼](?! \{)|[▴▾⬆⬇]", text)]


def leaves(table: object) -> list[str]:
    """Every text in it."""
    if isinstance(table, dict):
        return [text for inner in table.values() for text in leaves(inner)]
    if isinstance(table, list):
        return [text for inner in table for text in leaves(inner)]
    return [table] if isinstance(table, str) else []


def test_violet_is_for_replay_and_simulated() -> None:
    """And for nothing else, in any sheet."""
    found = []
    for sheet in files("web").joinpath("static").iterdir():
        if not sheet.name.endswith(".css"):
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for selector, said in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            if "var(--violet" in said and not VIOLET.search(selector):
                found.append(f"{sheet.name}: {selector.strip()}")
    assert [] == found
