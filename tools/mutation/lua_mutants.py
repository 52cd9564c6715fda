"""Small faults put into a Lua script, one at a time: what a good test of the script notices.

    for mutant in mutants(text): mutant.line, mutant.kind, mutant.text

The faults are a comparison moved by one or turned round, + and -, * and / exchanged, `and` and `or` too, a
`not` left out, a number one higher, XX before a text, `true` and `false` exchanged, a condition turned
round, and a statement of one line left out. Pure: a text goes in, texts come out.

Know before changing: comments are never touched, nor is the name of a command (`redis.call('HGET', …)`): a
command that does not exist fails at once, whatever the tests are worth. A fault that Lua cannot even read is
not made where that can be seen from the line; the others are killed by the first test.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*)
    |(?P<string>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<operator>==|~=|<=|>=|\.\.\.|\.\.|[<>+\-*/%#=])
    |(?P<bracket>[()\[\]{}])""",
    re.VERBOSE,
)
SWAPS = {
    "==": "~=", "~=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "+": "-", "-": "+", "*": "/", "/": "*", "and": "or", "or": "and", "true": "false", "false": "true",
}  # fmt: skip
KINDS = {"==": "comparison", "~=": "comparison", "<": "comparison", "<=": "comparison", ">": "comparison",
         ">=": "comparison", "and": "logic", "or": "logic", "true": "logic", "false": "logic"}  # fmt: skip
OPENING, CLOSING = {"function", "do", "then", "repeat"}, {"end", "until"}
CONDITION = re.compile(r"\b(?:if|elseif|while)\b(.+?)\b(?:then|do)\b")
STATEMENT = re.compile(
    r"\s*(?!local\b|return\b|function\b|for\b|while\b|else|end\b|if\b)[A-Za-z_]\w*[\w.\[\]\s,#+]*(?:=|\()"
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: its line (from 1), what kind it is, the line before and after, and the whole text."""

    line: int
    kind: str
    before: str
    after: str
    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line: what it is, where it begins, and its text."""

    kind: str
    at: int
    text: str

    def replaced(self, line: str, new: str) -> str:
        """The line with something else in its place."""
        return line[: self.at] + new + line[self.at + len(self.text) :]


def tokens(line: str) -> list[Token]:
    """The pieces of a line, comments left out."""
    found = [Token(match.lastgroup or "", match.start(), match.group()) for match in TOKEN.finditer(line)]
    return [token for token in found if token.kind != "comment"]


def mutants(text: str) -> Iterator[Mutant]:
    """Every fault of a script, line by line."""
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        for kind, after in _of_line(line):
            whole = "".join([*lines[:place], after, *lines[place + 1 :]])
            yield Mutant(place + 1, kind, line.strip(), after.strip(), whole)


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    parts = tokens(line)
    for place, token in enumerate(parts):
        before = [one.text for one in parts[:place]]
        yield from _of_token(line, token, before)
    condition = CONDITION.search(line)
    if condition and re.search(r"\b(?:and|or)\b", condition.group(1)):
        inside = condition.group(1)
        yield "condition", line.replace(inside, f" not ({inside.strip()}) ", 1)
    elif condition and not re.search(r"[=<>]|\bnot\b", condition.group(1)):
        yield "condition", line.replace(condition.group(1), f" not {condition.group(1).strip()} ", 1)
    if parts and _whole(parts) and (STATEMENT.match(line) or _guard(parts)):
        yield "left out", re.sub(r"\S.*", "", line)


def _of_token(line: str, token: Token, before: list[str]) -> Iterator[tuple[str, str]]:
    if token.kind == "number":
        yield "number", token.replaced(line, str(Decimal(token.text) + 1))
    elif token.kind == "string" and before[-2:] != ["call", "("]:
        yield "text", token.replaced(line, f"{token.text[0]}XX{token.text[1:]}")
    elif token.text == "not":
        yield "logic", token.replaced(line, "").replace("  ", " ")
    elif token.text in SWAPS and token.kind in ("operator", "name"):
        unary = token.text == "-" and (
            not before or before[-1] in ("(", ",", "=", "return", "{", "and", "or")
        )
        new = "" if unary else SWAPS[token.text]
        yield KINDS.get(token.text, "arithmetic"), token.replaced(line, new)


def _whole(parts: list[Token]) -> bool:
    """Whether a line opens nothing that it does not close, and closes nothing that it did not open."""
    depth = 0
    for token in parts:
        if token.kind == "bracket":
            depth += 1 if token.text in "([{" else -1
        elif token.kind == "name":
            depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth < 0:
            return False
    return depth == 0


def _guard(parts: list[Token]) -> bool:
    """`if … then … end` or `for … do … end` in one line."""
    return parts[0].text in ("if", "for") and parts[-1].text == "end"
