"""A page of somebody else, on an origin of its own, with an embed in it: for tests of frames.

Know before changing: another port of this machine is another origin to a browser, which is all that matters
here; the page holds exactly the code that /embed/ gives to copy.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Newspaper:
    """Serves one page until it is stopped."""

    def __init__(self, body: str = "") -> None:
        self.body = body
        paper = self

        class Handler(BaseHTTPRequestHandler):
            """One page at every address."""

            def do_GET(self) -> None:
                """The page."""
                page = (
                    f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><p>News</p>{paper.body}'
                )
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the server and its thread."""
        self._server.shutdown()
        self._thread.join(20)
        self._server.server_close()
