"""The front door: what users type, what they are told, and the exit codes they script against."""

import gzip
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from sandik import cli, folders

COMMANDS = [name for group in cli.TABLE.values() for name in group]
Captured = pytest.CaptureFixture[str]


def answer(captured: Captured) -> Any:
    """The JSON object on the last line of stdout."""
    return json.loads(captured.readouterr().out.splitlines()[-1])


def test_help_reads_like_a_table_of_contents(capsys: Captured) -> None:
    """Every command stands there, in a group, with what it does."""
    assert 0 == cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert all(group in said for group in cli.TABLE)
    assert max(map(len, said.splitlines())) <= 100


def test_without_a_command_the_contents_are_shown(capsys: Captured) -> None:
    """It is wrong use, and it helps."""
    assert 2 == cli.main([])
    assert "usage: sandik COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str, capsys: Captured) -> None:
    """--help ends with something to type."""
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert 0 == ended.value.code
    said = capsys.readouterr().out
    assert f"sandik {name}" in said.partition("example:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_parsed(name: str) -> None:
    """What an example shows is what the command takes."""
    command = cast("cli.Command", import_module(f"sandik.commands.{name}"))
    text = command.EXAMPLE.replace("\\\n", " ")
    for line in text.splitlines():
        words = line.split()
        place = words.index("sandik")
        assert name == words[place + 1]
        cli.parser(name, "title", command).parse_args(words[place + 2 :])


def test_a_command_that_is_not_there_is_a_sentence(capsys: Captured) -> None:
    """With the one that was meant."""
    assert 2 == cli.main(["reherse"])
    assert "did you mean sandik rehearse?" in capsys.readouterr().err


def test_the_version_is_told(capsys: Captured) -> None:
    """For reports of what went wrong."""
    assert 0 == cli.main(["--version"])
    assert capsys.readouterr().out.startswith("sandik 0.")


def test_wrong_arguments_are_wrong_use() -> None:
    """Exit code 2, from argparse too."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["rehearse", "--no-such-thing"])
    assert 2 == ended.value.code


def test_looking_at_nights_loads_no_kafka_and_no_redis() -> None:
    """A room is imported by its own command only: the door opens fast, a broken room breaks little."""
    code = "import sys; from sandik import cli; cli.main(['night', 'list']); doors = {"
    code += "'aiokafka', 'faust', 'redis', 'websockets'}; sys.exit(doors & set(sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


class TestNight:
    """sandik night."""

    def test_list_names_every_shipped_night_and_what_is_simulated(self, capsys: Captured) -> None:
        """In words and in JSON."""
        assert 0 == cli.main(["night", "list"])
        assert 3 == capsys.readouterr().out.count("SIMULATED")
        cli.main(["night", "list", "--json"])
        assert list(folders.shipped()) == [night["id"] for night in answer(capsys)["nights"]]

    def test_show_says_what_a_night_is(self, capsys: Captured) -> None:
        """Contests, choices, areas, boxes, sources."""
        assert 0 == cli.main(["night", "show", "istanbul-2019-06-23"])
        said = capsys.readouterr().out
        assert "31,186 boxes, 10,570,354 registered voters" in said
        assert "Ekrem İmamoğlu" in said
        assert "SIMULATED: Box figures" in said

    def test_check_counts_how_often_each_check_fires(self, capsys: Captured) -> None:
        """On the night's own recording, and says that the ending is right."""
        assert 0 == cli.main(["night", "check", "practice", "--json"])
        found = answer(capsys)
        assert (True, [], [], []) == (found["ok"], found["mistakes"], found["recording"], found["ending"])
        assert found["fires"]["Q307"] > 0

    def test_check_says_every_mistake_with_file_and_line_at_once(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        """A folder with three mistakes in two files."""
        path = copied(tmp_path)
        (path / "areas.csv").write_bytes((path / "areas.csv").read_bytes() + b"moon,Moon,planet,,,,,\n")
        boxes = (path / "boxes.csv").read_text() + "b-1,moon,many,\n"
        (path / "boxes.csv").write_text(boxes)
        assert 1 == cli.main(["night", "check", str(path)])
        said = capsys.readouterr().out
        assert f"{path}/boxes.csv:{len(boxes.splitlines())}:" in said
        assert f"{path}/areas.csv:" in said
        assert "Traceback" not in said

    def test_check_says_that_a_recording_does_not_end_as_it_must(
        self, tmp_path: Path, capsys: Captured
    ) -> None:
        """The choice, what was found, and what was wanted; and a line that is no record."""
        path = copied(tmp_path)
        ending = json.loads((path / "ending.json").read_bytes())
        ending["contests"]["mayor"]["choices"]["deniz"] += 1
        (path / "ending.json").write_text(json.dumps(ending))
        recording = path / "recording.jsonl.gz"
        recording.write_bytes(gzip.compress(gzip.decompress(recording.read_bytes()) + b"rubbish\n"))
        assert 1 == cli.main(["night", "check", str(path)])
        said = capsys.readouterr().out
        assert "mayor.choices.deniz is 5525, the night ends with 5526" in said
        assert "R001" in said

    def test_build_does_not_write_over_a_folder(self, tmp_path: Path, capsys: Captured) -> None:
        """Nothing of anybody's is lost."""
        assert 2 == cli.main(["night", "build", "practice", "--out", str(tmp_path)])
        assert "is there already" in capsys.readouterr().err

    def test_build_simulates_a_night_afresh(self, tmp_path: Path, capsys: Captured) -> None:
        """The same seed, the same night."""
        target = tmp_path / "again"
        assert 0 == cli.main(["night", "build", "practice", "--out", str(target), "--json"])
        assert 60 == answer(capsys)["boxes"]
        recording = (folders.find("practice") / "recording.jsonl.gz").read_bytes()
        assert recording == (target / "recording.jsonl.gz").read_bytes()


def copied(tmp_path: Path) -> Path:
    """The practice night as a folder of one's own, with everything in it."""
    path = tmp_path / "mine"
    path.mkdir()
    for file in folders.find("practice").iterdir():
        (path / file.name).write_bytes(file.read_bytes())
    return path


class TestRehearse:
    """sandik rehearse."""

    def test_the_night_ends_as_it_must(self, capsys: Captured) -> None:
        """The shape people script against, and only that on stdout."""
        assert 0 == cli.main(["rehearse", "practice", "--json"])
        captured = capsys.readouterr()
        (line,) = captured.out.splitlines()
        found = json.loads(line)
        assert ("practice", True, True, 232) == (
            found["night"], found["simulated"], found["matches_ending"], found["reports"],
        )  # fmt: skip
        mayor = found["contests"]["mayor"]
        assert {
            "epoch", "version", "hash", "boxes", "registered", "voters", "valid", "invalid", "choices",
            "leader", "margin_votes", "call", "alerts",
        } <= set(mayor)  # fmt: skip
        assert {"counted": 55, "total": 60, "quarantined": 2} == mayor["boxes"]
        assert "55 of 60 boxes counted" in captured.err

    def test_in_words_the_choices_stand_by_votes(self, capsys: Captured) -> None:
        """With shares, margin and how far the count is."""
        cli.main(["rehearse", "practice"])
        said = capsys.readouterr().out
        assert said.index("deniz") < said.index("toprak") < said.index("ruzgar")
        assert "margin 0, no leader" in said

    def test_areas_of_a_level_are_shaped_as_in_a_snapshot(self, capsys: Captured) -> None:
        """Counted, valid, choices, leader, margin of each."""
        cli.main(["rehearse", "practice", "--areas", "ward", "--json"])
        areas = answer(capsys)["contests"]["mayor"]["areas"]
        assert {"ward"} == {area["level"] for area in areas.values()}
        assert 10792 == sum(area["valid"] for area in areas.values())

    def test_a_level_that_is_not_there_is_wrong_use(self, capsys: Captured) -> None:
        """The levels are listed."""
        assert 2 == cli.main(["rehearse", "practice", "--areas", "street"])
        assert "county, town, ward" in capsys.readouterr().err

    def test_as_of_an_hour_only_what_was_heard_until_then_is_counted(self, capsys: Captured) -> None:
        """An ending is not asked of half a night."""
        assert 0 == cli.main(["rehearse", "practice", "--as-of", "17:30", "--json"])
        found = answer(capsys)
        assert found["matches_ending"] is None
        assert 0 < found["reports"] < 232

    def test_another_ending_is_the_answer_no(self, tmp_path: Path, capsys: Captured) -> None:
        """Exit code 1, and every difference is said."""
        path = copied(tmp_path)
        (path / "ending.json").write_text('{"contests": {"mayor": {"valid": 1, "leader": "toprak"}}}')
        assert 1 == cli.main(["rehearse", str(path), "--json"])
        captured = capsys.readouterr()
        assert '"matches_ending": false' in captured.out
        assert 2 == captured.err.count("not as ending.json says")

    def test_a_recording_of_another_night_is_wrong_use(self, capsys: Captured) -> None:
        """It says which night it is of."""
        other = str(folders.find("istanbul-2019-06-23") / "recording.jsonl.gz")
        assert 2 == cli.main(["rehearse", "practice", "--recording", other])
        assert "is of istanbul-2019-06-23" in capsys.readouterr().err


class TestErrors:
    """A sentence that says what to type, and never a traceback."""

    @pytest.mark.parametrize(
        ("words", "code", "says"),
        [
            (["rehearse", "practise"], 2, "did you mean practice?"),
            (["replay", "practice", "--speed", "fast"], 2, "neither max nor a number"),
            (["replay", "practice", "--from", "99:99"], 2, "no hour"),
            (["replay", "practice", "--session", "Not Good"], 2, "small letters"),
            (["produce", "missing.csv", "--night", "practice"], 2, "There is no file missing.csv"),
            (["produce", "-", "--night", "practice"], 2, "--format csv or recording"),
            (["produce", "-", "--night", "practice", "--format", "xml"], 2, "There is no format 'xml'"),
            (["produce", "-", "--night", "practice", "--source", "gossip"], 2, "no source 'gossip'"),
            (["produce", "-", "--format", "csv"], 2, "SANDIK_NIGHT"),
            (["produce", "-", "--night", "practice", "--every", "5"], 2, "--every"),
            (["worker"], 2, "SANDIK_NIGHT"),
            (["gateway"], 2, "SANDIK_NIGHT"),
            (["demo", "practice", "--speed", "0"], 2, "neither max nor a number"),
            (["up", "practice", "--broker", "nonsense"], 2, "HOST:PORT"),
            (["up", "practice", "--broker", "memory", "--store", "nonsense"], 2, "redis://"),
            (["up", "practice", "--broker", "127.0.0.1:1"], 3, "No Kafka answers"),
            (
                ["up", "practice", "--broker", "memory", "--store", "redis://127.0.0.1:1/0"],
                3,
                "No Redis answers",
            ),
            (["record", "practice", "--out", "/nowhere/file"], 2, "There is no folder /nowhere"),
        ],
    )
    def test_what_cannot_work_is_said(
        self, words: list[str], code: int, says: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the exit code that a script expects."""
        monkeypatch.delenv("SANDIK_NIGHT", raising=False)
        assert code == cli.main(words)
        said = capsys.readouterr().err
        assert says in said
        assert "Traceback" not in said

    def test_a_replay_is_never_live(self, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is replayed can never reach a live page."""
        monkeypatch.setenv("SANDIK_MODE", "live")
        assert 2 == cli.main(["replay", "practice"])
        assert "never live" in capsys.readouterr().err

    def test_a_port_that_is_taken_is_said(self, capsys: Captured) -> None:
        """And that 0 takes a free one."""
        import socket

        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert 2 == cli.main(["demo", "practice", "--port", port])
        assert "0 takes a free one" in capsys.readouterr().err

    def test_a_setting_that_makes_no_sense_is_named(
        self, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The variable and what it takes."""
        monkeypatch.setenv("SANDIK_PARTITIONS", "many")
        assert 2 == cli.main(["replay", "practice"])
        assert "SANDIK_PARTITIONS is 'many'" in capsys.readouterr().err
