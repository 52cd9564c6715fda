"""The units of deploy/systemd: names systemd knows, few rights, settings that are read, commands that run.

Know before changing: nothing of a unit is replaced but the path of the program and what the example of
settings leaves to a newsroom: addresses, ports and files. systemd itself is asked where it is installed; what
it would say is also tested without it.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.actors import SECRET
from faults.processes import Process
from sandik import ports
from tests.patience import PATIENCE_S
from tests.servers import Running
from tests.shell_blocks import blocks, known_settings

UNITS = Path(__file__).resolve().parents[1] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
PROGRAM = "/opt/sandik/bin/sandik"
HERE = str(Path(sys.executable).with_name("sandik"))
INSTANCES = {"sandik-worker@": ("1", "2"), "sandik-gateway@": ("9464", "9465"), "sandik-deliver": ("",)}
NAMES = {
    "Unit": "Description PartOf Wants After StartLimitIntervalSec",
    "Service": "Type EnvironmentFile Environment ExecStart Restart RestartSec RestartPreventExitStatus "
    "KillMode TimeoutStopSec LimitNOFILE MemoryMax TasksMax User Group UMask NoNewPrivileges "
    "CapabilityBoundingSet ProtectSystem ProtectHome PrivateTmp PrivateDevices ProtectProc "
    "ProtectClock ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables "
    "ProtectControlGroups RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID "
    "LockPersonality RemoveIPC SystemCallArchitectures SystemCallFilter SystemCallErrorNumber",
    "Install": "WantedBy",
}
"""What may stand in a section; each is in systemd's manual (systemd.unit, .service, .exec)."""
LEAST = {
    "User": "sandik", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "RestrictSUIDSGID": "yes",
    "UMask": "0077", "Restart": "always", "RestartPreventExitStatus": "2", "StartLimitIntervalSec": "0",
}  # fmt: skip
ALERTS = """mode = "rehearsal"
[[subscription]]
who = "Website"
channel = "webhook"
url = "https://newsroom.example/sandik"
secret_env = "WEBSITE_SECRET"
"""
EXPOSURE_MAX = 20
"""In tenths, as systemd reckons it: 0 has no right at all, 100 has all."""


def lines(unit: Path) -> Iterator[tuple[str, str, str]]:
    """Section, name and value of each line that says something."""
    section = ""
    for line in unit.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            assert equals, f"{unit.name}: {line}"
            yield section, name, value


def values(unit: Path, name: str) -> list[str]:
    """Every value of a name."""
    return [value for _, known, value in lines(unit) if known == name]


def given(path: Path) -> dict[str, str]:
    """The settings of the example."""
    text = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in text if line and not line.startswith("#"))


def of_unit(unit: Path, instance: str) -> dict[str, str]:
    """What a unit itself puts into the environment."""
    words = " ".join(values(unit, "Environment")).replace("%i", instance).replace("%H", "host").split()
    return dict(word.split("=", 1) for word in words)


@pytest.mark.parametrize("unit", sorted(UNITS.glob("sandik*.*")), ids=lambda unit: unit.name)
def test_every_name_is_one_that_systemd_knows(unit: Path) -> None:
    """A misspelt one is a warning in a log that nobody reads, and a right that is not taken away."""
    if unit.suffix == ".env":
        return
    assert [] == [
        f"{section}: {name}" for section, name, _ in lines(unit) if name not in NAMES[section].split()
    ]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_has_the_least_rights_and_comes_back(unit: Path) -> None:
    """Whatever ends it, but a setting that is wrong."""
    assert LEAST == {name: values(unit, name)[0] for name in LEAST}
    assert int(values(unit, "LimitNOFILE")[0]) >= 65536


def test_systemd_itself_has_nothing_to_say(tmp_path: Path) -> None:
    """`systemd-analyze verify` of every unit, and the rights it reckons each still has."""
    program = shutil.which("systemd-analyze")
    names = []
    for unit in sorted(UNITS.glob("sandik*.*")):
        for instance in INSTANCES.get(unit.stem, ("",)):
            name = unit.name.replace("@", f"@{instance}")
            text = unit.read_text(encoding="utf-8")
            (tmp_path / name).write_text(text.replace(PROGRAM, HERE), encoding="utf-8")
            names += [] if unit.suffix == ".env" else [name]
    assert 6 == len(names)
    if program is None:
        return  # the test above has read every name
    asked = [program, "verify", *(str(tmp_path / name) for name in names)]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (0, "") == (ended.returncode, ended.stderr), ended.stderr
    for name in names:
        if name.endswith(".service"):
            rights = [
                program,
                "security",
                "--offline=yes",
                f"--threshold={EXPOSURE_MAX}",
                str(tmp_path / name),
            ]
            judged = subprocess.run(rights, capture_output=True, text=True, check=False)
            assert 0 == judged.returncode, judged.stdout


def test_every_setting_of_the_units_and_of_the_example_is_one_that_is_read() -> None:
    """And no secret stands in the example: those are files."""
    named = set(given(UNITS / "sandik.env"))
    for unit in SERVICES:
        named |= set(of_unit(unit, "1"))
    assert set() == named - known_settings()
    assert not {"SANDIK_REDIS", "SANDIK_SMTP_PASSWORD"} & named


def test_every_file_that_the_example_names_is_made_by_a_command_of_the_page() -> None:
    """Without one of them a unit ends with 2, and is not started again."""
    page = UNITS.parents[1] / "docs" / "run-it-on-a-cluster.md"
    (typed,) = (block.text for block in blocks(page) if "/etc/sandik/sandik.env" in block.text)
    named = {value for value in given(UNITS / "sandik.env").values() if value.startswith("/")}
    assert 4 == len(named)
    assert set() == named - {word for line in typed.splitlines() for word in line.split()}


def test_the_target_wants_what_there_is() -> None:
    """Each unit by a name that the folder has, and each is stopped with the target."""
    wanted = {name for value in values(UNITS / "sandik.target", "Wants") for name in value.split()}
    there = {f"{stem}{instance}.service" for stem, instances in INSTANCES.items() for instance in instances}
    assert there == wanted
    assert {"sandik.target"} == {value for unit in SERVICES for value in values(unit, "PartOf")}


WORKS = {
    "sandik-worker": " counts ", "sandik-deliver": "delivering what is told", "sandik-gateway": '"listening"',
}  # fmt: skip
"""What each room says once it works."""


@pytest.mark.live
def test_what_the_units_start_runs_answers_and_stops(tansu: Running, store: Running, tmp_path: Path) -> None:
    """All of the target beside one another: one port for two gateways, secrets as files, an orderly end."""
    admins = [str(ports.choose()) for _ in range(2)]
    instances = {**INSTANCES, "sandik-gateway@": tuple(admins)}
    settings = given(UNITS / "sandik.env") | here(tmp_path, tansu, store)
    crew = [
        Process(
            f"{unit.stem}{instance}", tuple(values(unit, "ExecStart")[0].replace(PROGRAM, HERE).split()),
            {**settings, **of_unit(unit, instance)}, tmp_path,
        )
        for unit in SERVICES for instance in instances[unit.stem]
    ]  # fmt: skip
    assert 5 == len(crew)
    try:
        for one in crew:
            one.start()
        for admin in admins:
            assert ports.wait_until(
                lambda at=int(admin): ports.answers_get(ports.LOCALHOST, at, "/health/ready"), PATIENCE_S
            ), "\n".join(one.said() for one in crew)
        assert ports.answers_get(ports.LOCALHOST, int(settings["SANDIK_PORT"]), "/health/live")
        for one in crew:  # whoever is asked to end before it works has not begun to heed that
            words = WORKS[one.name.partition("@")[0]]
            assert ports.wait_until(lambda at=one, says=words: says in at.said(), PATIENCE_S), one.said()
            assert one.alive, one.said()
    finally:
        for one in crew:
            one.stop()
    assert [] == [one.said() for one in crew if not one.ended_well]


def here(folder: Path, broker: Running, store: Running) -> dict[str, str]:
    """What the example leaves to a newsroom."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "SANDIK_REDIS").write_text(f"{store.url}\n")
    (secrets / "WEBSITE_SECRET").write_text(f"{SECRET}\n")
    (folder / "alerts.toml").write_text(ALERTS)
    (folder / "tokens.jsonl").touch(0o600)
    return {
        "SANDIK_NIGHT": "practice", "SANDIK_MODE": "rehearsal", "SANDIK_KAFKA": broker.address,
        "SANDIK_KAFKA_KIND": broker.kind, "SANDIK_PORT": str(ports.choose()), "SANDIK_DRAIN_S": "1",
        "SANDIK_TOKENS": str(folder / "tokens.jsonl"), "SANDIK_ALERTS": str(folder / "alerts.toml"),
        "SANDIK_SECRETS": str(secrets),
    }  # fmt: skip
