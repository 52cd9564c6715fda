"""A server of this machine is asked itself, whatever the environment says of proxies."""

import http.server
import re
import threading
import urllib.error
from pathlib import Path

import pytest

from bench.direct import direct
from sandik.ports import LOCALHOST
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "bench", "deploy", "election", "faults", "producers", "sandik", "stores", "streams", "tests", "tools",
    "web",
)  # fmt: skip
MAY = {"tools/audit.py"}
"""Who asks another machine, and goes by the proxy that the environment names."""


class Answers(http.server.BaseHTTPRequestHandler):
    """Says no to /no, and yes to everything else."""

    def do_GET(self) -> None:
        """As above."""
        self.send_response(404 if self.path == "/no" else 200)
        self.end_headers()

    def log_message(self, *said: object) -> None:
        """Nobody reads it."""


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where it is said to be; what is refused is an error with its status."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{LOCALHOST}:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with http.server.HTTPServer((LOCALHOST, 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://{LOCALHOST}:{server.server_port}"
        with direct(url, PATIENCE_S) as answer:
            assert 200 == answer.status
        with pytest.raises(urllib.error.HTTPError) as refused:
            direct(f"{url}/no", PATIENCE_S)
        refused.value.close()
        assert 404 == refused.value.code
        server.shutdown()


def test_nobody_asks_this_machine_by_the_proxy_of_the_environment() -> None:
    """Who asks by urlopen goes through it, and hears of an address of this machine whatever it says."""
    asking = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\burlopen\(", path.read_text(encoding="utf-8")) and path != Path(__file__).resolve()
    }
    assert MAY == asking
