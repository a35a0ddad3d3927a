"""What the project answers on stores that were published before: the frozen files of this folder.

    python tests/golden/capture.py          freeze what the present code answers
    python tests/golden/capture.py runs     repeat the runs behind shown/ and compare their figures

Only public entry points are used: the Lambda handler, the `energy` command, MLflow's loader and
the flows' command lines. README.md in this folder says how stores, model and record were made.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import gzip
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EVENTS = ROOT / "lambda_handler" / "events"
NEWER = HERE / "ET_1.2_FEB_23.xlsx"
"""The embedded workbook with five more months, each the same as the year before."""
RAW = ROOT / "data" / "raw"
FIRST = "2022-07-20261201T143309Z-846a2994"
"""The energy store's first release: theta."""
LIVE = "2022-07-20261201T143441Z-7ddc3af3"
"""Its second, which is live: unobserved_components_weather, with the parts of the total."""
PROSE = {"description", "summary", "title"}
HORIZONS = (1, 2, 12, 24, 36)


# Places


@contextlib.contextmanager
def environment(**values: str) -> Iterator[None]:
    """The process's environment with these settings of the project and no others."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("ENERGY_", "MLFLOW_", "AWS_", "METAFLOW_", "FORCE_", "PY_COLORS")):
            del os.environ[name]
    os.environ.update({"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", **values})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def stores() -> Iterator[dict[str, Path]]:
    """A copy of each store by its name, in a folder that is removed afterwards.

    `energy` and `shops` are as they were published, `watched` has a track record, in `theta` the
    first release is live, `gone` has lost its releases and `empty` never had any.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        names = ("energy", "watched", "theta", "shops", "gone", "empty")
        places = {store: folder / store for store in names}
        for store in ("energy", "watched", "theta", "shops"):
            archive = "shops.zip" if store == "shops" else "energy.zip"
            with zipfile.ZipFile(HERE / "stores" / archive) as packed:
                packed.extractall(places[store])
        shutil.copy(HERE / "track_record.json", places["watched"])
        for store in ("gone", "empty"):
            places[store].mkdir()
        shutil.copy(places["energy"] / "champion.json", places["gone"])
        pointer = json.loads((places["theta"] / "champion.json").read_bytes())
        pointer |= {"release_id": FIRST, "previous_id": None, "earlier": []}
        (places["theta"] / "champion.json").write_text(json.dumps(pointer))
        yield places


# Answers to events


def http(method: str, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An event of API Gateway's HTTP API, format 2.0."""
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "headers": {},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    return event | ({"queryStringParameters": dict(query)} if query else {})


def events() -> dict[str, dict[str, Any]]:
    """Events by store and name: those of lambda_handler/events, and what those do not reach."""
    ours = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(EVENTS.glob("*"))}
    more = {
        "fuels": http("GET", "/v1/release/fuels.json"),
        "part": {"target": "natural_gas", "periods": 3, "coverage": [0.5, 0.8]},
        "part_what_if": {"target": "natural_gas", "weather": {"temperature_change": -1}},
        "in_a_stage": {
            **http("GET", "/prod/v1/release/history"),
            "requestContext": {"http": {"method": "GET"}, "stage": "prod"},
        },
        "trailing_slash": http("GET", "/v1/forecast/"),
    }
    named = http("GET", "/v1/release/series", {"target": "station"})
    shops = {
        "nothing": {},
        "own_series": {"target": "town 1", "periods": 2},
        "other_series": {"target": "station", "periods": 3, "coverage": [0.9]},
        "left_out": {"target": "harbour"},
        "unknown": {"target": "mill"},
        "what_if_of_another": {"target": "station", "observations": {"2025-01": 20.0}},
        "what_if_without_weather": {"weather": {"temperature_change": 1}},
        "panel": http("GET", "/v1/release/panel"),
        "series": named,
        "series_own": http("GET", "/v1/release/series", {"target": "town 1"}),
        "series_left_out": http("GET", "/v1/release/series", {"target": "harbour"}),
        "series_unknown": http("GET", "/v1/release/series", {"target": "mill"}),
        "series_more": http("GET", "/v1/release/series", {"target": "station", "periods": "1"}),
        "release": http("GET", "/v1/release"),
        "weather": http("GET", "/v1/release/weather"),
        "history": http("GET", "/v1/release/history"),
    }
    every = {"nothing": {}, "health": http("GET", "/v1/health")}
    return {
        "energy": ours | more,
        "watched": {"track_record": http("GET", "/v1/track-record")},
        "shops": shops,
        "empty": every | {"track_record": http("GET", "/v1/track-record")},
        "gone": every,
    }


def answers(places: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """What the handler answers and logs, by store and event; a body of text stays as it is."""
    return {store: _answers(places[store], asked) for store, asked in events().items()}


def _answers(store: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    result = {}
    with environment(ENERGY_STORE=str(store)), _new_process():
        handler = importlib.import_module("lambda_handler.app").handler
        for name, event in asked.items():
            with contextlib.redirect_stdout(io.StringIO()) as out:
                answer = handler(copy.deepcopy(event), SimpleNamespace(aws_request_id="request-1"))
            (line,) = out.getvalue().splitlines()
            if name in ("200_get_openapi", "200_get_docs"):
                answer["body"] = answer["body"][:15]
            result[name] = {
                "answer": json.loads(json.dumps(answer).replace(str(store), "STORE")),
                "log": _timeless_log(json.loads(line.replace(str(store), "STORE"))),
            }
    return result


def document(store: Path) -> Any:
    """The OpenAPI document as it is served."""
    with environment(ENERGY_STORE=str(store)), _new_process():
        handler = importlib.import_module("lambda_handler.app").handler
        with contextlib.redirect_stdout(io.StringIO()):
            answer = handler(http("GET", "/openapi.json"), SimpleNamespace(aws_request_id=""))
    return json.loads(answer["body"])


@contextlib.contextmanager
def _new_process() -> Iterator[None]:
    """The handler's modules as a new process imports them; the old ones come back afterwards."""

    def loaded() -> dict[str, Any]:
        return {name: sys.modules[name] for name in sys.modules if name[:14] == "lambda_handler"}

    before = loaded()
    for name in before:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in loaded():
            del sys.modules[name]
        sys.modules.update(before)


def _timeless_log(line: dict[str, Any]) -> dict[str, Any]:
    line["latency"] = 0
    line["_aws"]["Timestamp"] = 0
    return line


# The command


def commands(places: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Exit status and output of `energy …`, by store and arguments."""
    reads = [
        "releases list",
        "releases show",
        f"releases show {FIRST}",
        "releases verify",
        f"releases verify {FIRST}",
        "forecast",
        "forecast --periods 3 --coverage 0.8,0.95",
        "forecast --months 2022-09,2023-01",
        "forecast --periods 2 --temperature-change -2",
        "forecast --periods 26 --coverage 0.5",
        "forecast --year 2010 --months 2022-12",
        "forecast --target coal --periods 2",
        "forecast --periods 0",
        "forecast --target mill",
        "track-record",
    ]
    asked = {"energy": reads, "watched": ["track-record", "releases list"]}
    asked["shops"] = ["releases list", "releases show", "releases verify", "forecast"]
    asked["shops"] += ["forecast --target station --periods 3", "forecast --target station"]
    asked["shops"] += ["forecast --target harbour"]
    asked["empty"] = ["releases list", "releases show", "releases verify", "forecast"]
    asked["gone"] = ["releases list", "releases show", "forecast"]
    asked["theta"] = ["forecast --periods 2", "forecast --periods 30 --coverage 0.9"]
    asked["theta"] += ["releases list", "releases sweep"]
    result = {}
    for store, lines in asked.items():
        for line in lines:
            for form in (line, f"{line} --json"):
                with environment(ENERGY_STORE=str(places[store])):
                    result[f"{store}: {form}"] = _run(form, places[store])
    with tempfile.TemporaryDirectory() as name:
        data = Path(name).resolve()
        shutil.copytree(RAW, data / "raw")
        for path in (RAW / "ET_1.2_SEP_22.xlsx", NEWER, NEWER):
            with environment(ENERGY_DATA=str(data)):
                found = _run(f"ingest --file {path} --json", data)
            key = f"data: ingest --file {path.name} --json"
            result[key if key not in result else f"{key} again"] = found
    return result


def _run(line: str, place: Path) -> dict[str, Any]:
    code, out, err = energy(*line.split())
    return {"code": code, "out": _placeless(out, place), "err": _placeless(err, place)}


def _placeless(text: str, place: Path) -> str:
    return text.replace(str(place), "PLACE").replace(str(HERE), "HERE").replace(str(ROOT), "ROOT")


def energy(*arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of `energy …`, run in this process."""
    from energy.cli import main

    before, code = sys.argv, 0
    sys.argv = ["energy", *arguments]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    return code, out.getvalue(), err.getvalue()


def command_line() -> dict[str, list[Any]]:
    """Every command with its parameters: what a script depends on, without the words."""
    import typer

    from energy.cli import app

    return dict(_walk("energy", typer.main.get_command(app)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, list[Any]]]:
    yield (
        name,
        [
            {
                "kind": parameter.param_type_name,
                "names": (
                    sorted(parameter.opts)
                    if parameter.param_type_name == "option"
                    else [parameter.name]
                ),
                "required": parameter.required,
                "is_flag": getattr(parameter, "is_flag", False),
                "multiple": parameter.multiple,
                "default": parameter.default if not callable(parameter.default) else "callable",
            }
            for parameter in command.params
        ],
    )
    for inner, one in sorted(getattr(command, "commands", {}).items()):
        yield from _walk(f"{name} {inner}", one)


def help_texts() -> dict[str, str]:
    """The `--help` of every command, for people to compare."""
    result = {}
    for name in command_line():
        with environment():
            result[name] = energy(*name.split()[1:], "--help")[1]
    return result


# The registered model


def predictions() -> list[dict[str, Any]]:
    """What MLflow's loader makes of the model that was registered before."""
    import mlflow.pyfunc
    import pandas as pd

    model = mlflow.pyfunc.load_model(str(HERE / "model"))
    found = model.predict(pd.DataFrame({"horizon": list(HORIZONS)}))
    rows: list[dict[str, Any]] = json.loads(found.to_json(orient="records", double_precision=15))
    return rows


# Comparing


def wordless(document: Any) -> Any:
    """An OpenAPI document without descriptions, summaries and titles, and messages of examples."""
    if isinstance(document, list):
        return [wordless(value) for value in document]
    if not isinstance(document, dict):
        return document
    result = {}
    for name, value in document.items():
        if name in PROSE and isinstance(value, str):
            continue
        if name in ("properties", "schemas"):  # whose keys are names, never annotations
            result[name] = {key: wordless(inner) for key, inner in value.items()}
        elif name == "message" and isinstance(value, str):
            result[name] = "…"
        else:
            result[name] = wordless(value)
    return result


def numbers(text: str) -> list[str]:
    """Every number with a decimal point that a text shows, in order."""
    return re.findall(r"(?<![\w.])[+−-]?\d[\d,]*\.\d+(?!\.?\d)", text)


# The cards and ends of runs


def card_text(page: Path) -> str:
    """All that a card says: its paragraphs and the cells of its tables, one to a line."""
    found = re.search(r'__MF_DATA__\["[^"]+"\]\s*=\s*"([^"]+)"', page.read_text("utf-8"))
    if not found:
        raise ValueError(f"{page} holds no card")
    return "\n".join(_said(json.loads(base64.b64decode(found[1]))["components"])) + "\n"


def _said(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for inner in part:
            yield from _said(inner)
    elif isinstance(part, dict):
        if part.get("type") in ("markdown", "text", "log", "title"):
            yield str(part.get("source", part.get("text", "")))
        for name in ("contents", "data"):
            yield from _said(part.get(name))
    elif isinstance(part, (str, int, float)) and not isinstance(part, bool):
        yield str(part)


RUNS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("first", "train --forecasters theta,weather_normalised_theta --folds 4 --start 2009-01", {}),
    (
        "live",
        "train --target all --forecasters theta,unobserved_components_weather"
        " --folds 4 --start 2009-01",
        {},
    ),
    ("refused", "train --forecasters drift --folds 4 --horizon 6 --start 2009-01", {}),
    (
        "shops",
        "train --target all --forecasters theta --folds 4 --horizon 6",
        {"ENERGY_DATASET": str(ROOT / "examples" / "shops" / "series.toml")},
    ),
    ("ingest", f"ingest --files {NEWER}", {}),
    ("monitor", "monitor", {}),
)
"""Runs in their order: their name in shown/, the flow and its options, settings."""


def run_all(folder: Path) -> dict[str, str]:
    """The ends and the cards of RUNS, carried out anew in a folder: some minutes."""
    shutil.copytree(RAW, folder / "data" / "raw")
    shown = {}
    for name, line, settings in RUNS:
        flow, *options = line.split()
        program = ROOT / "flows" / f"{flow}flow.py"
        environ = {
            "ENERGY_STORE": str(folder / ("shops" if name == "shops" else "store")),
            "ENERGY_DATA": str(folder / "data"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
            "OMP_NUM_THREADS": "1",
            **settings,
        }
        with environment(**environ):
            print(f"{name}: {line}", flush=True)
            ran = subprocess.run(
                [sys.executable, str(program), "run", *options],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
        if ran.returncode:
            raise RuntimeError(f"{name} failed:\n{ran.stdout}{ran.stderr}")
        run = re.search(r"run-id (\d+)", ran.stdout)
        shown[f"{name}.txt"] = ran.stdout.partition("Done!\n")[2].replace(str(folder), "FOLDER")
        for page in sorted((ROOT / ".metaflow" / "mf.cards").glob(f"*/runs/{run and run[1]}/**/*")):
            if page.suffix == ".html":
                card = page.name.split("-")[1]
                shown[f"{name}-{card}.txt"] = card_text(page).replace(str(folder), "FOLDER")
    return shown


def compare_runs() -> int:
    """Repeat the runs; how many of their texts show other figures than those of shown/."""
    with tempfile.TemporaryDirectory() as name:
        shown = run_all(Path(name).resolve())
    different = 0
    for file, text in shown.items():
        frozen = numbers((HERE / "shown" / file).read_text("utf-8"))
        present = numbers(text)
        same = frozen == present
        different += not same
        print(f"{file}: {len(frozen)} figures, {'the same' if same else 'NOT THE SAME'}")
        if not same:
            print(f"  only before: {sorted(set(frozen) - set(present))[:20]}")
            print(f"  only now:    {sorted(set(present) - set(frozen))[:20]}")
    return different


# Files


def read(name: str) -> Any:
    """A frozen document."""
    data = (HERE / name).read_bytes()
    return json.loads(gzip.decompress(data) if name.endswith(".gz") else data)


def write(name: str, document: Any) -> None:
    """Freeze a document."""
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    data = text.encode("utf-8")
    (HERE / name).write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)


def main(arguments: Sequence[str]) -> int:
    if arguments == ["runs"]:
        return compare_runs()
    with stores() as places:
        write("openapi.json", document(places["energy"]))
        write("answers.json.gz", answers(places))
        write("commands.json", commands(places))
    write("command_line.json", command_line())
    write("predictions.json", predictions())
    texts = [f"$ {name} --help\n{text}" for name, text in help_texts().items()]
    (HERE / "help.txt").write_text("\n".join(texts), "utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
