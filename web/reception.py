"""Where strangers are received: who comes in by websocket, what is answered to a request, who has left.

    reception.asked(request, address)      a Visitor, or an Answer (perhaps one to wait for)
    reception.left(visitor, life)          gives the place back, and says in one line what the life was

Know before changing: every request passes the gate but those for the process's own health, so nothing else is
answered to who has no place here; and a line of the log never holds a token, nor an address unless a setting
says so.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from election.wire.frames import dumps
from web.answers import Answers, is_open
from web.gate import Gate, Refused, Visitor, sealed
from web.replies import TYPES, Answer, Request, finish
from web.sockets import Life
from web.vitals import Chart

LOG = logging.getLogger("sandik.gateway")
AGAIN_S = 2
"""Retry-After of a gateway that is leaving, or has not read its store: behind a proxy another one answers."""
WEBSOCKET, LIVE, READY = "/ws", "/health/live", "/health/ready"
MAY_NOT = {HTTPStatus.UNAUTHORIZED: "no-token", HTTPStatus.FORBIDDEN: "no-scope"}
"""Answers to who came in and may not see what was asked for, and why, for the count of refusals."""
BY_THEMSELVES = ("left", "lost")
"""How a life ends that nobody here ended."""
SLOW, SILENT = "slow", "silent"
"""How one ends without a word; the slow are counted by the hub."""


class Reception:
    """The reception of one gateway."""

    def __init__(
        self, gate: Gate, answers: Answers, chart: Chart, stale_s: Callable[[], float | None], *,
        log_addresses: bool = False,
    ) -> None:  # fmt: skip
        self._gate, self._answers, self._chart, self._stale_s = gate, answers, chart, stale_s
        self._log_addresses = log_addresses
        self.leaving = False
        """Whether nobody is let in any more."""

    def asked(self, request: Request, address: str) -> Answer | Awaitable[Answer] | Visitor:
        """What becomes of a request."""
        path = request.target.partition("?")[0]
        if path == READY and self.leaving:
            return self._counted(not_ready())
        if path == WEBSOCKET and request.method == "GET":
            return self._websocket(request, address)
        if path in (LIVE, READY):
            request = replace(request, scopes=self._gate.rules.public)
        else:
            came = self._gate.visitor(
                address, request.headers, time.monotonic(), request.target, is_open=is_open(path)
            )
            if isinstance(came, Refused):
                return self._counted(finish(_refusal(came), request))
            request = replace(request, scopes=came.scopes, address=came.address)
        self._answers.stale_s = self._stale_s()
        made = self._answers.answer(request)
        if isinstance(made, Answer):
            if made.status in MAY_NOT:
                self._gate.turned_away(MAY_NOT[made.status])
            return self._finished(made, request)
        return self._later(made, request)

    def _websocket(self, request: Request, address: str) -> Answer | Visitor:
        if self.leaving or not self._answers.ready:
            self._gate.turned_away("leaving" if self.leaving else "not-ready")
            what = "is going" if self.leaving else "has not read its store yet"
            return self._counted(_away(f"This gateway {what}; try again shortly, or try another."))
        came = self._gate.admit(address, request.headers, time.monotonic(), request.target)
        return self._counted(_refusal(came)) if isinstance(came, Refused) else came

    async def _later(self, made: Awaitable[Answer], request: Request) -> Answer:
        return self._finished(await made, request)

    def _finished(self, made: Answer, request: Request) -> Answer:
        """With what this gateway's rules say of who else may read it."""
        headers = dict(made.headers)
        for name, value in self._gate.readable_from(request.headers).items():
            if name == "Vary" and "Vary" in headers:
                headers[name] = f"{headers[name]}, {value}"
            else:
                headers.setdefault(name, value)
        if self._gate.rules.private:
            headers = sealed(headers)
        return self._counted(replace(made, headers=headers))

    def _counted(self, answer: Answer) -> Answer:
        self._chart.answered(answer.status)
        return answer

    def turned_away(self, reason: str, status: HTTPStatus) -> None:
        """Somebody was refused before anything was asked: one of gate.REASONS."""
        self._gate.turned_away(reason)
        self._chart.answered(status)

    def left(self, visitor: Visitor, life: Life | None) -> None:
        """A visitor is gone; without a life if it never became a websocket."""
        self._gate.leave(visitor)
        if life is None:
            return
        if life.because == SILENT:
            self._chart.cut(SILENT)
        elif life.because not in (*BY_THEMSELVES, SLOW):
            self._chart.closed(life.code)
        facts = [
            f"client ended because={json.dumps(life.because) if ' ' in life.because else life.because}",
            f"code={life.code}", f"after_s={life.seconds:.1f}", f"packed={'yes' if life.packs else 'no'}",
        ]  # fmt: skip
        if life.size is not None:
            facts.append(f"bytes={life.size}")
        if visitor.name:
            facts.append(f"name={json.dumps(visitor.name, ensure_ascii=False)}")
        if self._log_addresses:
            facts.append(f"address={visitor.address}")
        LOG.info("%s", " ".join(facts))


def not_ready() -> Answer:
    """Of the health of a gateway that is leaving: whoever deals out clients takes it off the list."""
    headers = {"Content-Type": TYPES["json"], "Cache-Control": "no-store"}
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, headers, dumps({"ready": False, "leaving": True}))


def _refusal(refused: Refused) -> Answer:
    return Answer(refused.status, refused.headers, refused.body)


def _away(sentence: str) -> Answer:
    headers = {"Content-Type": TYPES["txt"], "Cache-Control": "no-store", "Retry-After": str(AGAIN_S)}
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, headers, f"{sentence}\n".encode())
