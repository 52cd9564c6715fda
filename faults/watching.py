"""The checker of histories: whether what clients and gateways wrote down keeps the promises P3 and P4.

    clients = [read(path) for path in folder.glob("watch-*.jsonl")]
    assert [] == broken(clients, gateways=[read(path) …])

P3  for each client, versions only rise within an epoch; a gap is always followed by a resume or a snapshot;
    an older value is never shown after a newer one, nor an epoch that a connection led out of.
P4  when input stops, every connected client's state hash equals the server's; and no client ever showed what
    its gateway did not publish, nor did two gateways publish one version as two.
Beside them, of what is told: each event once, in order, none left out.

A client writes the lines of `web.viewer`, a gateway those of `web.noted` (SANDIK_HISTORY, or `Notes` in a
test). Each is a list of dictionaries with the kind in `t`, a file for each process.

Know before changing: this reads lines alone and imports nothing of the clients, so that what they do wrong is
not forgiven here. Every fault is a sentence that begins with the promise and names the client and the line.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]
Shown = tuple[str, str, int]
"""Contest, epoch and version."""


class Notes(list[Line]):
    """A history in memory; `note` is given to a viewer."""

    def note(self, kind: str, **facts: object) -> None:
        """One line."""
        self.append({"t": kind, **facts})

    def write(self, path: Path) -> None:
        """Keeps it as a file."""
        path.write_text("".join(json.dumps(line) + "\n" for line in self))


def read(path: Path) -> list[Line]:
    """A history from its file; a last line that a kill cut short is left out."""
    lines = path.read_text().split("\n")
    return [json.loads(line) for line in lines[:-1]]


def note_end(hub: Any, notes: Notes) -> None:
    """Input has stopped: what the gateway shows now is what everybody should be showing."""
    for contest, group in hub.groups.items():
        shown = group.shown
        notes.note("end", contest=contest, epoch=shown["epoch"], version=shown["version"], hash=shown["hash"])


def note_told(notes: Notes, contest: str, facts: Sequence[tuple[int, str]]) -> None:
    """Everything that everybody is told of a contest: number and id."""
    for seq, id in facts:
        notes.note("told", contest=contest, seq=seq, id=id)


def broken(clients: Sequence[Sequence[Line]], gateways: Sequence[Sequence[Line]] = ()) -> list[str]:
    """Every promise that these histories do not keep; empty: all are kept."""
    served = Served.of(gateways)
    return [
        fault
        for number, lines in enumerate(clients, 1)
        for fault in (
            *_rises(lines, number), *_follows_on(lines, number), *_is_true(lines, number, served),
            *_told_whole(lines, number, served),
        )
    ] + list(_in_two_ways(served))  # fmt: skip


@dataclass
class Served:
    """What all gateways together showed and told."""

    hashes: dict[Shown, set[str]] = field(default_factory=dict)
    by: dict[str, dict[Shown, set[str]]] = field(default_factory=dict)
    """By the name of a gateway, what it published; gateways of before 24 November 2026 wrote nothing."""
    opened: dict[Shown, set[str]] = field(default_factory=dict)
    """What was published with no ban on: that is the totals of a version, and nothing else."""
    ends: dict[str, Line] = field(default_factory=dict)
    told: dict[str, dict[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, gateways: Sequence[Sequence[Line]]) -> "Served":
        """From their histories; the last `end` of a contest is the end."""
        made = cls()
        for lines in gateways:
            its: dict[Shown, set[str]] = {}
            for line in lines:
                if line["t"] == "serves":
                    its = made.by.setdefault(line["gateway"], {})
                if line["t"] == "at":
                    its.setdefault(_place(line), set()).add(line["hash"])
                made._take(line)
        return made

    def _take(self, line: Line) -> None:
        if line["t"] in ("at", "end"):
            self.hashes.setdefault(_place(line), set()).add(line["hash"])
        if line["t"] == "at" and line["open"]:
            self.opened.setdefault(_place(line), set()).add(line["hash"])
        if line["t"] == "end":
            self.ends[line["contest"]] = line
        if line["t"] == "told":
            self.told.setdefault(line["contest"], {})[line["seq"]] = line["id"]

    def known(self, gateway: str | None) -> Mapping[Shown, set[str]] | None:
        """What a client of that gateway may have shown; None where nobody wrote that down."""
        return self.by.get(gateway, {}) if gateway is not None and self.by else None


def _place(line: Line) -> Shown:
    return line["contest"], line["epoch"], line["version"]


def _rises(lines: Sequence[Line], number: int) -> Iterator[str]:
    """P3: what is shown never goes back."""
    at: dict[str, Line] = {}
    over = _over(lines)
    for place, line in enumerate(lines, 1):
        if line["t"] != "shown":
            continue
        sub, before = line["sub"], at.get(line["sub"])
        if any(ended < place < again for ended, again in over.get((sub, line["epoch"]), [])):
            yield f"P3: client {number}, line {place}: {sub} shows epoch {line['epoch']}, which was over"
        elif before is not None and before["epoch"] == line["epoch"]:
            if line["version"] < before["version"]:
                yield (
                    f"P3: client {number}, line {place}: {sub} shows version {line['version']} "
                    f"after {before['version']}"
                )
            elif line["version"] == before["version"] and before["open"] and not line["open"]:
                yield f"P3: client {number}, line {place}: {sub} shows an embargo that had been open"
        at[sub] = line


def _over(lines: Sequence[Line]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """Between which lines an epoch was over: a connection led out of it, and none has led into it again."""
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    here: dict[str, str] = {}
    for place, line in enumerate(lines, 1):
        if line["t"] in ("hello", "lost"):
            here.clear()
        elif line["t"] == "took":
            sub, epoch = line["sub"], line["epoch"]
            before = here.get(sub) or str(epoch)
            if before != epoch:
                found[sub, epoch] = [
                    (ended, min(again, place)) for ended, again in found.get((sub, epoch), [])
                ]
                found.setdefault((sub, before), []).append((place, math.inf))
            here[sub] = epoch
    return found


def _follows_on(lines: Sequence[Line], number: int) -> Iterator[str]:
    """P3: a change follows on from what is held; after a gap, a resume or a snapshot; only that is shown."""
    held: dict[str, tuple[str, int]] = {}
    whole: set[str] = set()
    lost_at: dict[str, int] = {}
    for place, line in enumerate(lines, 1):
        kind, sub = line["t"], line.get("sub", "")
        where = f"P3: client {number}, line {place}: {sub}"
        if kind == "lost":
            whole.clear()
        elif kind == "fault":
            lost_at[sub] = place
        elif kind == "asked":
            whole.discard(sub)
            lost_at.pop(sub, None)
        elif kind == "took":
            at = line["epoch"], line["version"]
            if sub in lost_at:
                yield f"{where} goes on after the gap in line {lost_at[sub]} without asking"
            if line["by"] == "resumed" and held.get(sub) != at:
                yield f"{where} is resumed at {at} but held {held.get(sub)}"
            if line["by"] == "change" and (sub not in whole or (at[0], line["prev"]) != held.get(sub)):
                yield f"{where} takes a change from {line['prev']} but held {held.get(sub)}" + (
                    "" if sub in whole else ", and had not been answered"
                )
            held[sub] = at
            whole.add(sub)
        elif kind == "shown" and (line["epoch"], line["version"]) != held.get(sub):
            yield f"{where} shows {line['version']} but held {held.get(sub)}"
    for sub, place in lost_at.items():
        yield f"P3: client {number}: {sub} never asked again after the gap in line {place}"


def _is_true(lines: Sequence[Line], number: int, served: Served) -> Iterator[str]:
    """P4: nothing was shown but what a gateway showed; and who is there at the end shows what it shows."""
    last: dict[str, Line] = {}
    gateway: str | None = None
    for place, line in enumerate(lines, 1):
        where = f"P4: client {number}, line {place}: {line.get('sub')}"
        if line["t"] == "hello":
            gateway = line.get("gateway")
        if line["t"] == "compared" and line["ours"] != line["theirs"]:
            yield f"{where} has the hash {line['ours']}, and the server {line['theirs']}"
        if line["t"] != "shown" or not line["whole"]:
            continue
        last[line["sub"]] = line
        known = served.known(gateway)
        if known is None:
            hashes = served.hashes.get(_place(line), {line["hash"]})
            if line["hash"] not in hashes:
                yield f"{where} shows {line['hash']} at {_place(line)}, the gateways showed {sorted(hashes)}"
        elif line["hash"] not in known.get(_place(line), ()):
            theirs = " or ".join(sorted(known.get(_place(line), ()))) or "nothing there"
            yield f"{where} shows {line['hash']} at {_place(line)}, its gateway {gateway} published {theirs}"
    if not _connected(lines):
        return
    for sub, line in last.items():
        end = served.ends.get(line["contest"])
        if end is not None and (_place(line), line["hash"]) != (_place(end), end["hash"]):
            yield (
                f"P4: client {number}: {sub} ends at {_place(line)} with {line['hash']}, "
                f"the server at {_place(end)} with {end['hash']}"
            )


def _in_two_ways(served: Served) -> Iterator[str]:
    """P4: with no ban on, one version of a contest is one content, whichever gateway publishes it."""
    for place, hashes in served.opened.items():
        if len(hashes) > 1:
            yield f"P4: the gateways published {place} as {' and as '.join(sorted(hashes))}"


def _told_whole(lines: Sequence[Line], number: int, served: Served) -> Iterator[str]:
    """Events: in order, none twice, and all of them since the client joined."""
    begun: dict[str, Line] = {}
    at: dict[str, int] = {}
    ids: dict[str, dict[str, int]] = {}
    for place, line in enumerate(lines, 1):
        sub, where = line.get("sub", ""), f"events: client {number}, line {place}: {line.get('sub')}"
        if line["t"] == "joined":
            begun.setdefault(sub, line)
            at[sub] = line["seq"]
        if line["t"] != "event":
            continue
        if line["prev"] != at.get(sub) or line["seq"] <= line["prev"]:
            yield f"{where} takes {line['seq']} after {line['prev']}, and was at {at.get(sub)}"
        at[sub] = line["seq"]
        seen = ids.setdefault(sub, {})
        if not line["again"] and line["id"] in seen:
            yield f"{where} takes {line['id']} again, which it took in line {seen[line['id']]}"
        seen[line["id"]] = place
    if not _connected(lines):
        return
    for sub, line in begun.items():
        told = served.told.get(line["contest"], {})
        for seq in sorted(
            seq for seq, id in told.items() if seq > line["seq"] and id not in ids.get(sub, {})
        ):
            yield f"events: client {number}: {sub} was never told {seq} ({told[seq]})"


def here(lines: Sequence[Line]) -> bool:
    """Whether the client is there at the end, and shows something."""
    return _connected(lines) and any(line["t"] == "shown" and line["whole"] for line in lines)


def _connected(lines: Sequence[Line]) -> bool:
    """Whether the client's last connection had not ended."""
    ends = [line["t"] for line in lines if line["t"] in ("hello", "lost")]
    return bool(ends) and ends[-1] == "hello"
