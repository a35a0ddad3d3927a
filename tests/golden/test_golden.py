"""The present code answers as the code did that published the stores of this folder.

Machines read all of this, so it is compared to the byte; sentences for people may be reworded, and
figures that are computed anew may differ in the tenth digit. README.md tells how to freeze anew.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# So that `import capture` works under every import mode.
sys.path.insert(0, str(Path(__file__).parent))

import capture

ANSWERS = capture.read("answers.json.gz")
COMMANDS = capture.read("commands.json")
REWORDED = {"notes", "note", "trouble", "conclusion", "found", "expected"}
"""Fields of --json that hold sentences made when they are asked for, not stored ones."""

# MLflow's and sktime's own.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, Path]]:
    with capture.stores() as found:
        yield found


@pytest.fixture(scope="module")
def answers(places: dict[str, Path]) -> Any:
    return capture.answers(places)


@pytest.fixture(scope="module")
def commands(places: dict[str, Path]) -> Any:
    return capture.commands(places)


def differences(
    frozen: Any,
    present: Any,
    prose: frozenset[str] | set[str] = frozenset(),
    at: str = "",
    tolerance: float = 1e-9,
) -> list[str]:
    """Where two documents differ: in type, names, their order, or values; floats by tolerance.

    Texts under a name of `prose` may differ, but not in whether there is any.
    """
    if type(frozen) is not type(present):
        return [f"{at}: {frozen!r} was {type(frozen).__name__}, is {present!r}"]
    if isinstance(frozen, dict):
        if list(frozen) != list(present):
            return [f"{at}: fields {list(frozen)} are {list(present)}"]
        return [
            line
            for name in frozen
            for line in differences(
                _hidden(frozen[name]) if name in prose else frozen[name],
                _hidden(present[name]) if name in prose else present[name],
                prose,
                f"{at}.{name}",
                tolerance,
            )
        ]
    if isinstance(frozen, list):
        if len(frozen) != len(present):
            return [f"{at}: {len(frozen)} values are {len(present)}"]
        pairs = enumerate(zip(frozen, present, strict=True))
        return [
            line
            for i, (a, b) in pairs
            for line in differences(a, b, prose, f"{at}[{i}]", tolerance)
        ]
    if isinstance(frozen, float):
        same = math.isclose(frozen, present, rel_tol=tolerance, abs_tol=1e-9)
    else:
        same = frozen == present
    return [] if same else [f"{at}: {frozen!r} is {present!r}"]


def _hidden(value: Any) -> Any:
    """Whether there is a text, in place of what it says; a list of texts one by one."""
    if isinstance(value, list):
        return [_hidden(inner) for inner in value]
    return bool(value) if isinstance(value, str) else value


def test_there_is_an_answer_for_each_event() -> None:
    frozen = {store: sorted(found) for store, found in ANSWERS.items()}
    assert {store: sorted(found) for store, found in capture.events().items()} == frozen


@pytest.mark.parametrize(
    ("store", "name"), [(store, name) for store in ANSWERS for name in ANSWERS[store]]
)
def test_an_event_is_answered_as_before(answers: Any, store: str, name: str) -> None:
    frozen, present = ANSWERS[store][name], answers[store][name]
    assert differences(frozen["log"], present["log"], {"reason"}) == []
    before, now = frozen["answer"], present["answer"]
    # A model that is fitted anew depends on the processor: its optimizer stops elsewhere.
    tolerance = 2e-3 if "observations" in name and "200" in name else 1e-9
    if frozen["log"]["route"] == "direct":
        assert differences(before, now, {"message"}, tolerance=tolerance) == []
        return
    assert before.pop("headers") == now.pop("headers")
    old, new = before.pop("body"), now.pop("body")
    assert before == now
    if old == new:
        return
    found = json.loads(new)
    assert json.dumps(found, separators=(",", ":")) == new
    expected = json.loads(old)
    if name.endswith("health") and "error" not in expected:
        expected["age_seconds"] = found["age_seconds"]
    assert differences(expected, found, {"message"}, tolerance=tolerance) == []
    computed = frozen["log"].get("tier") == "champion"
    assert computed or "error" in expected or name.endswith("health"), "bytes of a stored document"


def test_the_openapi_document_is_as_before_but_for_its_words(places: dict[str, Path]) -> None:
    present = capture.wordless(capture.document(places["energy"]))
    frozen = capture.wordless(capture.read("openapi.json"))
    assert differences(_sorted(frozen), _sorted(present)) == []


def _sorted(document: Any) -> Any:
    return json.loads(json.dumps(document, sort_keys=True))


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.endswith("--json")])
def test_a_command_says_the_same_to_a_program(commands: Any, line: str) -> None:
    frozen, present = COMMANDS[line], commands[line]
    assert frozen["code"] == present["code"], present["err"]
    assert _is_error(frozen["err"]) == _is_error(present["err"])
    if frozen["out"] == present["out"]:
        return
    found = json.loads(present["out"])
    assert json.dumps(found, indent=1) + "\n" == present["out"]
    prose = set() if "track-record" in line else REWORDED
    assert differences(json.loads(frozen["out"]), found, prose) == []


@pytest.mark.parametrize("line", [line for line in COMMANDS if not line.endswith("--json")])
def test_a_command_shows_people_the_same_figures(commands: Any, line: str) -> None:
    frozen, present = COMMANDS[line], commands[line]
    assert frozen["code"] == present["code"], present["err"]
    assert _is_error(frozen["err"]) == _is_error(present["err"])
    assert capture.numbers(frozen["out"]) == capture.numbers(present["out"])


def _is_error(text: str) -> bool:
    """Whether there is one line that says what went wrong; anything else is a mistake."""
    assert not text or (text.startswith("error: ") and text.count("\n") == 1), text
    return bool(text)


def test_commands_and_options_are_as_before() -> None:
    assert capture.command_line() == capture.read("command_line.json")


def test_a_model_registered_before_loads_and_predicts_as_it_did() -> None:
    assert differences(capture.read("predictions.json"), capture.predictions()) == []
