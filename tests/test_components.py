"""The parts that cards are made of, as Metaflow renders them."""

from __future__ import annotations

import json

import pytest
from made_results import make_series
from test_cards import Shown

from energy import charts
from energy.reports.components import chart, markdown, table, titled

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


def test_words_are_paragraphs_in_order() -> None:
    card = Shown()
    markdown(card, "# One", "**two**")
    markdown(card)
    assert [(part["type"], part["source"].strip()) for part in card.rendered] == [
        ("markdown", "# One"),
        ("markdown", "**two**"),
    ]


def test_a_table_has_markdown_in_its_cells() -> None:
    card = Shown()
    table(card, ("Name", "Figure"), [["`a`", "1.00"], ["b", 2.5]])  # type: ignore[list-item]
    (found,) = card.tables()
    assert found["columns"] == ["Name", "Figure"]
    assert [[cell["source"].strip() for cell in row] for row in found["data"]] == [
        ["`a`", "1.00"],
        ["b", "2.5"],
    ]


def test_a_chart_is_its_specification_in_the_house_style() -> None:
    card, old = Shown(), make_series()
    drawn = charts.old_against_new(old, old + 1, "Mtoe")
    chart(card, drawn)
    (spec,) = card.charts()
    valid = charts.configured(drawn).to_dict(validate=True)
    assert json.loads(json.dumps(spec, allow_nan=False)).keys() == valid.keys()
    assert spec["config"]["background"] == "white"
    (values,) = spec["datasets"].values()
    before, now = ([row for row in values if row["key"] == key] for key in ("before", "now"))
    assert len(before) == len(now) >= 24
    assert [row["value"] + 1 for row in before] == pytest.approx([row["value"] for row in now])


def test_a_name_is_written_as_a_person_would() -> None:
    assert titled("weather_normalised_theta") == "weather normalised theta"
    assert titled("theta") == "theta"
