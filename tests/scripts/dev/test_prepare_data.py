"""The DVC stage splits the monthly frame as training does, and writes every digit."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from energy.data.frame import read_frame, temporal_split
from energy.data.vintages import open_vintage
from energy.errors import RequestError, UnknownTarget
from energy.settings import ROOT
from scripts.dev.prepare_data import split_frame, write_processed


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return read_frame(open_vintage(ROOT / "data" / "raw"))


def test_the_parts_are_split_as_in_training(frame: pd.DataFrame) -> None:
    parts, metrics = split_frame(frame, "net_imports", "2001-01", 0.8)
    assert parts["monthly"] is frame
    span = frame.loc["2001-01":"2022-07"]
    for part, expected in zip((parts["train"], parts["test"]), temporal_split(span), strict=True):
        pd.testing.assert_frame_equal(part, expected)
    assert (metrics["target"], metrics["provisional"]) == ("net_imports", 1)
    ends = [(metrics[name]["first"], metrics[name]["last"]) for name in ("train", "test")]
    assert ends == [("2001-01", "2018-03"), ("2018-04", "2022-07")]
    train, summary = parts["train"]["net_imports"], metrics["train"]
    assert summary["months"] == len(train)
    for name, expected in (("mean", train.mean()), ("least", train.min()), ("most", train.max())):
        assert summary[name] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("share", ["0.8", "80%", True, 0, 1, 1.5, float("nan"), None, 0.0001])
def test_a_wrong_share_is_refused(frame: pd.DataFrame, share: object) -> None:
    with pytest.raises(RequestError, match="share is"):
        split_frame(frame, "total", "2001-01", share)


def test_a_wrong_target_or_start_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(UnknownTarget, match="gas"):
        split_frame(frame, "gas", "2001-01", 0.8)
    with pytest.raises(RequestError, match="2001"):
        split_frame(frame, "total", 2001, 0.8)


def test_files_have_every_digit_and_the_same_bytes_again(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    parts, metrics = split_frame(frame, "total", "2001-01", 0.8)
    for name in ("one", "two"):
        write_processed(tmp_path / name, parts, metrics)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert b"\r" not in path.read_bytes()
    text = (tmp_path / "one" / "monthly.csv").read_text("utf-8")
    assert text.splitlines()[0] == ",".join(["month", *frame.columns])
    back = pd.read_csv(tmp_path / "one" / "monthly.csv", float_precision="round_trip")
    back.index = pd.PeriodIndex(back.pop("month"), freq="M", name="month")
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert json.loads((tmp_path / "one" / "metrics.json").read_text("utf-8")) == metrics
