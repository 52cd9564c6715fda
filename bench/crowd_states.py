"""What frames make of what clients show, worked out once for all that hold the same and hear the same.

Know before changing: this is the protocol as a stranger reads it (docs/reference/protocol.md), so nothing of
ours is imported. A fault is what a client must never see: a gap that it was not told of, or an older value in
an epoch.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

GAP = "a change does not follow on what is shown"
OLDER = "an older version after a newer one of the same epoch"
MEMO_MAX = 4096
"""Most steps remembered; at the limit all are worked out again."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame comes to for a client; `state` 0: what it shows is unchanged."""

    kind: str
    state: int = 0
    version: int = -1
    resume: str = ""
    part: bool = False
    """More parts of this snapshot are to come."""
    fault: str = ""
    range_ms: tuple[float, float] | None = None


class States:
    """Every state that any client of the crowd was led to."""

    def __init__(self) -> None:
        self._states: list[dict[str, Any]] = [{}]
        self._names: dict[int, str] = {}
        self._memo: dict[tuple[int, bool, bytes], Step] = {}

    def step(self, state: int, waiting: bool, text: bytes) -> Step:
        """What this frame makes of this state."""
        key = state, waiting, text
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= MEMO_MAX:
                self._memo.clear()
            found = self._memo[key] = self._work_out(state, waiting, orjson.loads(text))
        return found

    def name(self, state: int) -> str:
        """`epoch:version:hash` of a state."""
        if state not in self._names:
            held = self._states[state]
            self._names[state] = (
                f"{held.get('epoch')}:{held.get('version')}:{state_hash(held)}" if held else ""
            )
        return self._names[state]

    def _work_out(self, state: int, waiting: bool, frame: dict[str, Any]) -> Step:
        kind = frame["t"]
        if kind == "snapshot":
            return self._snapshot(state, waiting, frame)
        if kind == "change" and not waiting:
            return self._change(state, frame)
        if kind == "beat":
            theirs = frame.get("hash", {}).get("a")
            held = self._states[state]
            wrong = theirs is not None and held and not waiting and theirs != state_hash(held)
            return Step("beat", fault=f"the hash is {theirs}, ours is another" if wrong else "")
        if kind == "bye":
            asked = frame.get("reconnect_after_ms")
            return Step("bye", range_ms=None if asked is None else (asked[0], asked[1]))
        if kind == "error":
            return Step("error", fault=f"{frame['code']}: {frame['message']}")
        return Step(kind)

    def _snapshot(self, state: int, waiting: bool, frame: dict[str, Any]) -> Step:
        held = self._states[state]
        more = frame.get("part", 1) < frame.get("parts", 1)
        made = frame["d"] if frame.get("part", 1) == 1 else merged(held, frame["d"])
        older = (
            bool(held) and held.get("epoch") == frame["epoch"] and frame["version"] < held.get("version", -1)
        )
        fault = OLDER if older else ""
        return Step("snapshot", self._keep(made), frame["version"], frame.get("resume", ""), more, fault)

    def _change(self, state: int, frame: dict[str, Any]) -> Step:
        held = self._states[state]
        if (frame["epoch"], frame["prev"]) != (held.get("epoch"), held.get("version")):
            return Step("change", version=frame["version"], fault=GAP)
        made = merged(held, frame["d"])
        made["version"] = frame["version"]
        return Step("change", self._keep(made), frame["version"], frame.get("resume", ""))

    def _keep(self, made: dict[str, Any]) -> int:
        self._states.append(made)
        return len(self._states) - 1


def merged(old: Any, patch: Any) -> Any:
    """A value after a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def state_hash(state: dict[str, Any]) -> str:
    """The state hash of docs/reference/protocol.md."""
    lines = [f"sandik-1 {state['contest']} {state['embargo']['state']}"]
    for name, area in sorted(state.get("areas", {}).items()):
        valid = area.get("valid")
        choices = ",".join(f"{one}={votes}" for one, votes in sorted((area.get("choices") or {}).items()))
        told = "-" if valid is None else str(valid)
        lines.append(f"{name}\t{area['counted']['boxes']}\t{told}\t{choices or '-'}")
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()[:16]
