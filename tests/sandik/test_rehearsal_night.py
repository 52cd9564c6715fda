"""What a running night is asked without one; the night itself is in tests/live."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandik import ports, rehearsal_night


class Gateway(BaseHTTPRequestHandler):
    """Shows one thing."""

    def do_GET(self) -> None:
        """Whatever is asked."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"version": 4}')

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


def test_a_gateway_of_this_machine_is_asked_itself_whatever_proxy_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A newsroom's machines often have one in their environment."""
    monkeypatch.setenv("http_proxy", f"http://{ports.LOCALHOST}:1")
    with ThreadingHTTPServer((ports.LOCALHOST, 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://{ports.LOCALHOST}:{server.server_port}/snapshot/mayor.json"
            assert {"version": 4} == rehearsal_night._get(url)
        finally:
            server.shutdown()
