"""The components of a card: text, tables and charts, as Metaflow renders them.

Metaflow's card is a list; a function here appends to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from energy import charts


def add_text(card: Any, *paragraphs: str) -> None:
    """Append paragraphs of Markdown."""
    from metaflow.cards import Markdown

    for paragraph in paragraphs:
        card.append(Markdown(paragraph))


def add_table(card: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Append a table; cells are Markdown."""
    from metaflow.cards import Markdown, Table

    cells = [[Markdown(str(cell)) for cell in row] for row in rows]
    card.append(Table(cells, headers=list(header)))


def add_chart(card: Any, altair_chart: Any) -> None:
    """Append an altair chart in the project's style."""
    from metaflow.cards import VegaChart

    card.append(VegaChart(charts.spec(altair_chart)))
