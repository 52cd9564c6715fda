"""The audit says what is known, what nobody answered for, and that it has not looked where nobody can be
asked.

Know before changing: the service is a server of this test on this machine; no index is asked. `tools/` is no
package, so the program is loaded from its file.
"""

import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "audit.py"
FAULT = {"id": "PYSEC-1", "fixed_in": ["2.1"], "summary": "It counts\nwrongly.", "withdrawn": None}
WITHDRAWN = FAULT | {"id": "PYSEC-2", "withdrawn": "2026-01-01T00:00:00Z"}


def load() -> ModuleType:
    """The program as a module."""
    spec = importlib.util.spec_from_file_location("tools_audit", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


AUDIT = load()


def of(version: str, *faults: dict[str, Any]) -> dict[str, Any]:
    """What the service says of a package."""
    return {"info": {"version": version}, "vulnerabilities": list(faults)}


class Service:
    """An advisory service with these answers by address."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.url = ""


@pytest.fixture
def service() -> Iterator[Service]:
    """On a free port of this machine."""
    made = Service()

    class Answers(BaseHTTPRequestHandler):
        """What is there, or 404."""

        def do_GET(self) -> None:
            """One package."""
            made.asked.append(self.path)
            found = made.answers.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found or {}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    """Two pinned packages."""
    folder = tmp_path / "locks"
    folder.mkdir()
    (folder / "run.txt").write_text("box==2.0 ; python_version < '4' \\\n    --hash=sha256:00\nurn==1.0 \\\n")
    return folder


@dataclass
class Run:
    """Runs the program as `make` would, but for the process."""

    locks: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, service: str, *words: str) -> tuple[int, list[str]]:
        """The exit code, and what it said."""
        places = ("--locks", str(self.locks), "--kept", str(self.locks.parent / "kept.json"))
        code: int = AUDIT.main(["--service", service, *places, *words])
        return code, self.capsys.readouterr().out.splitlines()


@pytest.fixture
def run(locks: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """With those locks."""
    return Run(locks, capsys)


def test_the_versions_that_the_locks_pin_are_asked_for(locks: Path) -> None:
    """Whatever stands behind the version."""
    assert {"box": "2.0", "urn": "1.0"} == AUDIT.pinned(locks)


def test_without_a_known_fault_the_check_goes_on(service: Service, run: Run) -> None:
    """The newest version is answered for by the package, an older one by its own address."""
    service.answers = {"/box/json": of("2.0"), "/urn/json": of("1.1", FAULT), "/urn/1.0/json": of("1.0")}
    assert (0, ["audit: no fault is known of 2 of 2 packages"]) == run(service.url, "--strict")


def test_a_known_fault_ends_the_check_with_its_id_and_the_version_that_mends_it(
    service: Service, run: Run
) -> None:
    """What was withdrawn is no fault."""
    service.answers = {"/box/json": of("2.0", FAULT), "/urn/json": of("1.0", WITHDRAWN)}
    code, said = run(service.url)
    assert 1 == code
    assert "audit: box==2.0: PYSEC-1 (mended in 2.1): It counts wrongly." == said[0]
    assert "audit: no fault is known of 1 of 2 packages" == said[1]


def test_a_version_that_nobody_answers_for_is_named(service: Service, run: Run) -> None:
    """It is a failure of the strict audit alone."""
    service.answers = {"/box/json": of("2.0"), "/urn/json": of("1.1")}
    unasked = "audit: NOT ANSWERED for 1: urn==1.0 (only 1.1 is answered for)"
    code, said = run(service.url)
    assert (0, unasked) == (code, said[-1])
    assert 3 == run(service.url, "--strict")[0]


def test_where_nobody_answers_one_line_says_that_it_was_not_done(run: Run) -> None:
    """Port 9 of this machine discards; the strict audit fails."""
    code, said = run("http://127.0.0.1:9")
    assert (0, 1) == (code, len(said))
    assert said[0].startswith("audit: NOT DONE: ")
    assert 3 == run("http://127.0.0.1:9", "--strict")[0]


def test_answers_are_kept_for_a_day_and_the_strict_audit_asks_anew(
    service: Service, locks: Path, run: Run
) -> None:
    """A package of another version is asked for at once."""
    service.answers = {"/box/json": of("2.0"), "/urn/json": of("1.0"), "/box/2.1/json": of("2.1", FAULT)}
    run(service.url)
    run(service.url)
    assert ["/box/json", "/urn/json"] == sorted(service.asked)
    run(service.url, "--strict")
    assert 4 == len(service.asked)
    (locks / "run.txt").write_text("box==2.1\nurn==1.0\n")
    assert 1 == run(service.url)[0]
    assert ["/box/2.1/json", "/box/json"] == sorted(service.asked[4:])
    held = AUDIT.read_kept(locks.parent / "kept.json", 0.0)
    assert {} == held, "an answer of the future is none"


def test_what_was_kept_and_cannot_be_read_is_asked_for(tmp_path: Path) -> None:
    """Whatever stands in the file."""
    for text in ("", "[]", '{"a": 1}', '{"a": {"faults": 1, "unasked": "", "at_s": 1}}', "\x00"):
        (tmp_path / "kept.json").write_text(text)
        assert {} == AUDIT.read_kept(tmp_path / "kept.json", 2.0)


def test_a_fault_that_does_not_touch_us_is_accepted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its reason is printed each time."""
    monkeypatch.setattr(AUDIT, "ACCEPTED", {"PYSEC-1": "we never call it"})
    answers = {"box==2.0": AUDIT.Answer(AUDIT.faults(of("2.0", FAULT)), at_s=1.0)}
    lines, code = AUDIT.told(answers, strict=True)
    assert (["audit: box==2.0: PYSEC-1 is accepted: we never call it",
             "audit: no fault is known of 1 of 1 packages"], 0) == (lines, code)  # fmt: skip


def test_the_service_is_that_of_the_index_that_pip_is_set_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a setting it is pip's own."""
    mirror = "https://mirror.example/packages"
    monkeypatch.setenv("PIP_INDEX_URL", f"{mirror}/simple/")
    assert f"{mirror}/pypi" == AUDIT.index()
    monkeypatch.delenv("PIP_INDEX_URL")
    assert AUDIT.index().endswith("/pypi")
