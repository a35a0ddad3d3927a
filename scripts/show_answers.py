"""Write what the handler really answers into docs/serving.md, between its markers.

    make answers

Each question stands in the page once, above its block; it is asked in Lambda's emulator, of the
release in service.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from figures import markdown_table, replace_block
from local.emulator import Emulator
from run_lambda import on_release

from energy.errors import STATUS, StoreError
from energy.settings import ROOT

PAGE = ROOT / "docs" / "serving.md"
HTTP = {
    "answer-get": ("GET", "/v1/forecast?periods=2&coverage=0.8", None),
    "answer-year": ("POST", "/v1/forecast", {"months": ["2022-12"], "weather": {"year": 2010}}),
    "answer-health": ("GET", "/v1/health", None),
    "answer-error": ("GET", "/v1/forecast?coverage=1", None),
}
DIRECT = {
    "answer-direct": {
        "months": ["2023-01"],
        "coverage": [0.9],
        "weather": {"temperature_change": -2},
    }
}


def main() -> int:
    try:
        with TemporaryDirectory() as folder, on_release(log=Path(folder, "log")) as handler:
            for name, (method, path, body) in HTTP.items():
                answer = handler.invoke(_event(method, path, body))
                found = json.loads(answer["body"])
                if ("error" in found) != (name == "answer-error"):
                    raise RuntimeError(f"{path} is answered with {answer}")
                _show(name, f"HTTP {answer['statusCode']}\n", found)
            for name, question in DIRECT.items():
                _show(name, "", _checked(handler, question))
    except (RuntimeError, StoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    rows = sorted((status, code) for code, status in STATUS.items() if code != "internal")
    table = [[f"`{code}`", str(status)] for status, code in rows]
    replace_block(PAGE, "errors", markdown_table(["code", "status"], table))
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def _event(method: str, path: str, body: Any) -> dict[str, Any]:
    """The HTTP API v2 event that API Gateway makes of a request."""
    parts = urlsplit(path)
    event = {
        "version": "2.0",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": parts.path}},
        "isBase64Encoded": False,
    }
    event |= {"queryStringParameters": dict(parse_qsl(parts.query))} if parts.query else {}
    return event | ({"body": json.dumps(body)} if body else {})


def _checked(handler: Emulator, question: dict[str, Any]) -> Any:
    answer = handler.invoke(question)
    if "error" in answer:
        raise RuntimeError(f"{question} is answered with {answer}")
    return answer


def _show(name: str, before: str, answer: Any) -> None:
    text = json.dumps(_short(answer), indent=2)
    replace_block(PAGE, name, f"```json\n{text}\n```" if not before else f"{before}{_json(text)}")


def _json(text: str) -> str:
    return f"\n```json\n{text}\n```"


def _short(value: Any) -> Any:
    """The same with figures as a person reads them."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
