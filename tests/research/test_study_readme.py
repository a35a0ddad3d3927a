"""research/README.md quotes the frozen results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = " ".join((ROOT / "research" / "README.md").read_text("utf-8").split())


def rows(study: str, **values: object) -> dict[str, Any]:
    """The first row of a study's result with these values."""
    result = json.loads((ROOT / "research" / "results" / f"{study}.json").read_text("utf-8"))
    return next(row for row in result["rows"] if values.items() <= row.items())


def benchmark(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "benchmarks" / f"{name}.json").read_text("utf-8"))


def climate(expectation: str) -> dict[str, Any]:
    return rows("climatology", table="forecast", expectation=expectation)


def sentences() -> list[str]:
    step = rows("shocks", shock="2008-10", treatment="step")["mape"]
    nothing = rows("shocks", shock="2008-10", treatment="nothing")["mape"]
    gaps = rows("shocks", shock="2008-10", treatment="gaps")["mape"]
    as_is, left_out = (
        rows("provisional_month", table="mape", ahead="1", size=0, alternative=name)["mape"]
        for name in ("as is", "left out")
    )
    published = rows("interval_spreads", intervals="as published")
    own = rows("interval_spreads", intervals="its own belief")
    variants = {
        name: rows("model_variants", variant=name)["mape"]
        for name in ("as it is", "working days", "Easter", "from 1995", "no logs")
    }
    replay, load, engine = benchmark("replay"), benchmark("requests"), benchmark("engine")
    fading = climate("20 years, last anomaly fading")["first_month"]
    return [
        f"a MAPE of {climate('20 years')['mape']:.2f}%; 10 years",
        f"({fading:.2f}% against {climate('20 years')['first_month']:.2f}%)",
        f"would give {climate('as it came')['mape']:.2f}%",
        f"a MAPE of {step:.2f}% against {nothing:.2f}% without",
        f"is worse ({gaps:.2f}%)",
        f"({left_out:.2f}% against {as_is:.2f}%)",
        f"covers {published['coverage80']:.0%} with",
        f"interval score of {published['wis']:.3f}",
        f"cover {own['coverage80']:.0%} ({own['coverage80_winter']:.0%} in winter)",
        f"a MAPE of {variants['as it is']:.2f}%, working days and Easter",
        f"Easter {variants['working days']:.2f}% and {variants['Easter']:.2f}%",
        f"from 1995 {variants['from 1995']:.2f}%",
        f"without logs {variants['no logs']:.2f}%",
        f"Of {replay['months']} releases {replay['promoted']} went live",
        f"MASE was {replay['overall']['mase']:.3f} against {replay['overall']['naive_mase']:.3f}",
        f"answers {load['asked']['get']['per_second']:.0f} look-ups a second",
        "and makes {GET} reading and {PUT} writing".format(**engine["whole"]["s3"]),
    ]


@pytest.mark.parametrize("sentence", sentences())
def test_the_readme_quotes_the_frozen_result(sentence: str) -> None:
    assert sentence in README
