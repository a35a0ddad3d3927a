"""The parts every card is made of: text, tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy import charts


def markdown(card: Any, *paragraphs: str) -> None:
    """Append Markdown paragraphs."""
    from metaflow.cards import Markdown

    for paragraph in paragraphs:
        card.append(Markdown(paragraph))


def table(card: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Append a table whose cells are Markdown."""
    from metaflow.cards import Markdown, Table

    cells = [[Markdown(str(cell)) for cell in row] for row in rows]
    card.append(Table(cells, headers=list(header)))


def chart(card: Any, drawn: Any) -> None:
    """Append an altair chart in the house style."""
    from metaflow.cards import VegaChart

    card.append(VegaChart(charts.spec(drawn)))


def titled(name: str) -> str:
    """A name as a person writes it."""
    return name.replace("_", " ")
