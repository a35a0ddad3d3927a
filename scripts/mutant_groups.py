"""What kind of change a surviving mutant is, from the source before it and after."""

from __future__ import annotations

import re

TEXT = "the letters of a text"
NUMBER = "a number, by one"
NOTHING = "None in a value's place"
LEFT_OUT = "an argument left out"
OTHER = "an operator, a condition or a value"

_TOKEN = re.compile(r"""[bfr]*"[^"]*"|[bfr]*'[^']*'|[\w.]+|[<>=!|&*/+-]+|[^\w\s]""")
_FIELD = re.compile(r"\{[^}]*\}")


def group(was: str, now: str) -> str:
    """The kind of a change; lines that were changed stand one after the other.

    >>> group('raise NotThere("no such page")', 'raise NotThere("XXno such pageXX")')
    'the letters of a text'
    >>> group("if months < 12:", "if months <= 12:")
    'an operator, a condition or a value'
    """
    before, after = _TOKEN.findall(was), _TOKEN.findall(now)
    if len(after) < len(before):
        return LEFT_OUT
    if len(after) == len(before):
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        if all(_is_text(b) and _is_text(a) and _letters(b) != _letters(a) for b, a in changed):
            return TEXT
        if all(_without_numbers(b) == _without_numbers(a) for b, a in changed):
            return NUMBER
    if now.count("None") > was.count("None"):
        return NOTHING
    return OTHER


def _is_text(token: str) -> bool:
    return token[-1] in "\"'"


def _letters(text: str) -> str:
    """A text without the expressions in it."""
    return _FIELD.sub("{}", text)


def _without_numbers(token: str) -> str:
    return re.sub(r"\d+", "0", token)
