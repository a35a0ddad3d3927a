from pathlib import Path

import pytest
from data_building import ENERGY, ENERGY_TITLE

from energy.data.parser import read_table
from energy.data.tables import TABLES, Column, TableSpec
from energy.data.workbook import open_workbook


@pytest.mark.parametrize(
    "title", [ENERGY_TITLE, "ET 1.2:  INLAND energy consumption\nmonthly (Mtoe) [note 1]"]
)
def test_a_title_is_known_by_number_words_and_unit(title: str) -> None:
    assert ENERGY.has_title(title)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.2", "1.3"),
        ("1.2", "1.2a"),
        ("1.2", "11.2"),
        ("1.2", "1.2.1"),
        ("monthly", "annual"),
        ("million tonnes of oil equivalent", "TWh"),
        ("consumption", "production"),
    ],
)
def test_another_title_is_refused(old: str, new: str) -> None:
    assert not ENERGY.has_title(ENERGY_TITLE.replace(old, new))


def test_every_title_is_one_tables_only() -> None:
    titles = [f"Table {spec.number} {' '.join(spec.title)} {spec.units[0]}" for spec in TABLES]
    for title, spec in zip(titles, TABLES, strict=True):
        assert [other.number for other in TABLES if other.has_title(title)] == [spec.number]


def test_another_monthly_table_is_one_spec_and_no_code(shared: Path) -> None:
    electricity = TableSpec(
        number="5.5",
        title=("availability and consumption of electricity", "monthly"),
        units=("TWh",),
        unit="TWh",
        since="1995-01",
        columns=(
            Column("sales", ("Total sales to consumers",), 10, 50),
            Column("industrial", ("Industrial sales",), 2, 20),
            Column("domestic", ("Domestic sales",), 2, 30),
            Column("other", ("Other sales",), 2, 20),
        ),
        total="sales",
        parts=("industrial", "domestic", "other"),
    )
    path = shared / "drift" / "ET_5.5_AUG_22.xlsx"
    table = read_table(open_workbook(path.name, path.read_bytes()), electricity)
    assert table.sheet == "Month"
    assert table.figures.shape == (330, 4)
    assert table.figures.iloc[0].to_list() == [25.64, 7.76, 10.03, 7.85]
    assert list(table.provisional[table.provisional].index.astype(str)) == ["2022-06"]
