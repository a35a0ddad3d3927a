"""Generate tables in Markdown, and replace the generated blocks of documents."""

from pathlib import Path


def replace_block(document: Path, name: str, text: str) -> None:
    """Put `text` between `<!-- name -->` and `<!-- /name -->` in a Markdown file.

    Raises:
        ValueError: The markers are not there, or not once each and in order.
    """
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    content = document.read_text("utf-8")
    if content.count(opening) != 1 or content.count(closing) != 1:
        raise ValueError(f"{document.name} must have {opening} and {closing} once each")
    before, rest = content.split(opening)
    _, after = rest.split(closing)
    document.write_text(f"{before}{opening}\n{text.strip()}\n{closing}{after}", "utf-8")


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, first column left, the others right aligned."""
    lines = [f"| {' | '.join(header)} |", f"|---|{'---:|' * (len(header) - 1)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def text_table(header: list[str], rows: list[list[str]]) -> str:
    """A table for a terminal, columns aligned."""
    lines = [header, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)
