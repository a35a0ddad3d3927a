"""A card that keeps its components, for tests to look at."""

from __future__ import annotations

from typing import Any


class Shown(list[Any]):
    """The components of a card, in order."""

    @property
    def rendered(self) -> list[dict[str, Any]]:
        return [component.render() for component in self]

    @property
    def words(self) -> str:
        """Paragraphs and cells, in order."""
        words: list[str] = []
        for part in self.rendered:
            if part["type"] == "markdown":
                words.append(part["source"])
            elif part["type"] == "table":
                words += [text for row in texts(part) for text in row]
        return "\n".join(words)

    def section(self, heading: str) -> str:
        """The text below a heading, up to the next one of that level."""
        return self.words.partition(f"## {heading}\n")[2].partition("\n## ")[0]

    def tables(self) -> list[dict[str, Any]]:
        return [part for part in self.rendered if part["type"] == "table"]

    def charts(self) -> list[dict[str, Any]]:
        return [part["spec"] for part in self.rendered if part["type"] == "vegaChart"]


def texts(table: dict[str, Any]) -> list[list[str]]:
    """The cells of a table, row by row."""
    return [[cell["source"].strip() for cell in row] for row in table["data"]]


def cells(table: dict[str, Any], column: str) -> list[str]:
    """One column of a table, downwards."""
    place = table["columns"].index(column)
    return [row[place] for row in texts(table)]
