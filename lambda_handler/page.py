"""The API's description as one page that loads nothing: it works offline, behind any firewall."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from lambda_handler.examples import QUERIES
from lambda_handler.routes import FORECAST

LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser is told to allow the page: its own style, and nothing else."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
h2 { margin-top: 2.5rem; border-top: 1px solid #d0d7de; padding-top: 1rem; }
code, pre { font: 14px/1.45 ui-monospace, monospace; background: #f3f5f7; border-radius: 4px; }
code { padding: .1em .3em; } pre { padding: .8em; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35em .6em;
  border-bottom: 1px solid #e3e7eb; }
.method { color: #0a5d8a; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e9ec; background: #14171a; } code, pre { background: #22272c; }
  .method { color: #7cc4ee; } th, td, h2 { border-color: #333a41; }
}
"""


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    parts = [
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>",
        "<p>For programs: <a href='openapi.json'><code>openapi.json</code></a>.</p>",
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts += _operation(path, method.upper(), operation, document)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _operation(
    path: str, method: str, operation: dict[str, Any], document: dict[str, Any]
) -> Iterator[str]:
    yield f"<h2><span class='method'>{method}</span> <code>{escape(path)}</code></h2>"
    yield f"<p>{escape(operation['summary'])}</p>"
    if parameters := operation.get("parameters"):
        yield _table(
            ("Parameter", "Meaning"), [(one["name"], one["description"]) for one in parameters]
        )
    if path == FORECAST.path and method == "GET":
        yield _code("\n".join(f'curl "$API{path}?{query}"' for query in QUERIES))
    if body := operation.get("requestBody"):
        fields = document["components"]["schemas"]["ForecastRequest"]["properties"]
        yield _table(("Field", "Meaning"), [(n, one["description"]) for n, one in fields.items()])
        for name, example in body["content"]["application/json"]["examples"].items():
            sent = json.dumps(example["value"])
            yield f"<p>{escape(name.capitalize())}:</p>" + _code(f"curl \"$API{path}\" -d '{sent}'")
    answered = operation["responses"]["200"]["content"].get("application/json", {})
    if "example" in answered:
        yield "<p>An answer:</p>" + _code(json.dumps(answered["example"], indent=2))
    told = [(status, one["description"]) for status, one in operation["responses"].items()]
    yield _table(("Status", "When"), told)


def _prose(text: str) -> str:
    """Text with what stands between backticks as code."""
    return re.sub("`(.+?)`", r"<code>\1</code>", escape(text))


def _code(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _table(heads: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{_prose(text)}</td></tr>"
        for name, text in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
