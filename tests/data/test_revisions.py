from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from vintage_building import NOW, energy, vintage

from energy.data.checks import check_vintage, compare_vintages, revisions_from_csv, revisions_to_csv
from energy.data.frame import join_tables

OLD = join_tables(vintage().tables)
NEW = join_tables(vintage(energy("2005-02", {("2004-12", 3): 0.25, ("1999-06", 2): -0.5})).tables)


def test_revisions_are_listed_by_month() -> None:
    revisions = compare_vintages(OLD, NEW)
    assert list(revisions.columns) == ["month", "column", "old", "new"]
    assert [*zip(revisions["month"].astype(str), revisions["column"], strict=True)] == [
        ("1999-06", "total"),
        ("1999-06", "coal"),
        ("2004-12", "total"),
        ("2004-12", "petroleum"),
    ]
    assert (revisions["new"] - revisions["old"]).to_list() == pytest.approx(
        [-0.5, -0.5, 0.25, 0.25]
    )
    assert str(revisions["month"].dtype) == "period[M]"


def test_new_and_withdrawn_figures_are_no_revisions() -> None:
    """The older frame has weather in a month that had no energy figures yet."""
    assert pd.isna(OLD.at[pd.Period("2005-01"), "total"])
    assert NEW.at[pd.Period("2005-01"), "total"] > 0
    assert "2005-01" not in set(compare_vintages(OLD, NEW)["month"].astype(str))
    assert (
        compare_vintages(NEW, OLD)["new"].to_list() == compare_vintages(OLD, NEW)["old"].to_list()
    )
    without = OLD.copy()
    without.loc["2000-01", "coal"] = float("nan")
    assert compare_vintages(OLD, without).empty
    assert compare_vintages(without, OLD).empty


def test_nothing_revised_is_an_empty_frame_of_the_same_kind() -> None:
    revisions = compare_vintages(OLD, OLD)
    assert (len(revisions), list(revisions.columns)) == (0, ["month", "column", "old", "new"])


def test_the_column_that_moved_most_is_noted() -> None:
    new = vintage(energy("2005-02", {("1999-06", 2): -0.5}))
    (check,) = [c for c in check_vintage(new, vintage(), NOW.date()) if c.name == "revisions"]
    share = 0.5 / 120 / OLD["coal"].mean()
    assert check.found == f"coal moved by {share:.1%} on the mean"


@pytest.mark.parametrize("new", [NEW, OLD])
def test_a_table_of_revisions_is_read_back_as_it_was(new: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "revisions.csv"
    path.write_text(revisions_to_csv(compare_vintages(OLD, new)))
    pd.testing.assert_frame_equal(revisions_from_csv(path), compare_vintages(OLD, new))


def test_every_digit_is_read_back(tmp_path: Path) -> None:
    figures = np.random.default_rng(1).gamma(9, 2, 500)
    columns = {"month": pd.period_range("1995-01", periods=500, freq="M"), "column": "total"}
    revisions = pd.DataFrame({**columns, "old": figures, "new": figures[::-1]})
    path = tmp_path / "revisions.csv"
    path.write_text(revisions_to_csv(revisions))
    pd.testing.assert_frame_equal(revisions_from_csv(path), revisions, check_exact=True)
