"""Data in Markdown: nothing that a release contains can add markup, a link or an image to a page.

Everything that comes from a release goes through this module before it goes into `st.markdown`,
`st.caption`, a notice, or the label, value or help of an element, which are Markdown as well.
"""

from __future__ import annotations

import re

from energy.formatting import format_amount, format_change, format_month, format_title

WORD_JOINER = "\u2060"
"""Invisible. Breaks up what is recognised after backslashes are gone: URLs, emails, `:icons:`."""
GOV_UK = re.compile(r"https://(?:[\w-]+\.)*gov\.uk/[\w./%+-]*", re.ASCII)


def escape(text: object) -> str:
    """Text as it stands, on one line.

    >>> print(escape("mill_2.csv, $ million"), escape("![x](y) <b> `c` &lt;"))
    mill\\_2.csv, \\$ million !\\[x\\](y) \\<b\\> \\`c\\` \\&lt;
    """
    line = " ".join(str(text).split())
    line = re.sub(r"([\\`*_\[\]<>$~#|&])", r"\\\1", line)
    line = re.sub(r"^([-+](?=\s)|\d+(?=[.)]\s))", rf"{WORD_JOINER}\1", line)
    return re.sub(r":(?=[\w/:])|@|(?i:www)(?=\.)", rf"\g<0>{WORD_JOINER}", line)


def code(text: object) -> str:
    """Text in a code span; not for use inside a directive such as `:small[...]`.

    >>> code("2022-07-f084447a"), code("a`b")
    ('`2022-07-f084447a`', '`` a`b ``')
    """
    line = " ".join(str(text).split()) or " "
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"{fence}{line}{fence}"


def sentence(text: str) -> str:
    """A sentence of a run, with the names in it in words and a capital at its beginning.

    >>> sentence("seasonal_naive has 1.019.")
    'Seasonal naive has 1.019.'
    """
    words = text.replace("_", " ")
    return escape(words[:1].upper() + words[1:])


def title(name: str) -> str:
    """The name of a forecaster or a series in words."""
    return escape(format_title(name))


def month(name: str) -> str:
    """A month in words."""
    return escape(format_month(name))


def amount(value: float, unit: str = "", digits: int | None = None) -> str:
    """An amount with its unit."""
    return escape(format_amount(value, unit, digits))


def change(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A difference with its sign and unit."""
    return escape(format_change(value, unit, digits))


def source(address: str) -> str:
    """Where a file is from: a link if it is a page of gov.uk, else text."""
    return f"[gov.uk]({address})" if GOV_UK.fullmatch(address) else escape(address)
