"""The components of a card, as Metaflow renders them."""

from __future__ import annotations

import json

import pytest
from made_cards import Shown, texts
from made_results import make_series

from energy import charts
from energy.reports.components import add_chart, add_table, add_text

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


def test_paragraphs_are_in_order() -> None:
    card = Shown()
    add_text(card, "# One", "**two**")
    add_text(card)
    assert [part["type"] for part in card.rendered] == ["markdown", "markdown"]
    assert [part["source"].strip() for part in card.rendered] == ["# One", "**two**"]


def test_cells_of_a_table_are_markdown() -> None:
    card = Shown()
    add_table(card, ("Name", "Figure"), [["`a`", "1.00"], ["b", 2.5]])  # type: ignore[list-item]
    (rendered,) = card.tables()
    assert rendered["columns"] == ["Name", "Figure"]
    assert texts(rendered) == [["`a`", "1.00"], ["b", "2.5"]]


def test_a_chart_is_a_vega_specification_in_the_projects_style() -> None:
    card, y = Shown(), make_series()
    drawing = charts.old_against_new(y, y + 1, "Mtoe")
    add_chart(card, drawing)
    (spec,) = card.charts()
    valid = charts.configured(drawing).to_dict(validate=True)
    assert json.loads(json.dumps(spec, allow_nan=False)).keys() == valid.keys()
    assert spec["config"]["background"] == "white"
