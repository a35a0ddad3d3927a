"""IngestFlow as a user runs it: a new release, a broken one; and with nothing to be reached."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from flow_runs import Card, Checkout, Ended, Once, check_out, contents
from made_results import RAW, WEATHER, make_release, put_online
from s3_server import free_ports
from walked import walk
from web_server import direct, web_server

from energy.data.archive import ArchivedVintage, list_vintages

pytestmark = [
    pytest.mark.e2e,
    # On importing Metaflow's cards, in this process alone.
    pytest.mark.filterwarnings("ignore:The _yaml extension module"),
]
AUGUST, BROKEN = "ET_1.2_OCT_22.xlsx", "ET_1.2_NOV_22.xlsx"


@dataclass(frozen=True)
class Ingest:
    """A run, what it left held and set aside, and what it asked the server for."""

    run: Ended
    held: list[ArchivedVintage]
    aside: list[str]
    asked: list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Story:
    """What one checkout went through, in this order."""

    checkout: Checkout
    before: dict[str, bytes]
    new: Ingest
    broken: Ingest

    def card(self, ingest: Ingest) -> Card:
        return self.checkout.card(ingest.run.run_id, "show", "IngestFlow")


@pytest.fixture(scope="session")
def story(once: Once[Story]) -> Story:
    def build(folder: Path) -> Story:
        checkout = check_out(folder)
        data = checkout.root / "data"
        before = contents(data)

        def ended(run: Ended, asked: list[tuple[str, dict[str, str]]]) -> Ingest:
            aside = data / "quarantine"
            names = [one.name for one in aside.iterdir()] if aside.exists() else []
            shown = [name for name in names if not name.startswith(".")]
            return Ingest(run, list_vintages(data), shown, asked)

        with web_server() as web:

            def ingest(content: bytes, name: str, *, within: str = "") -> Ingest:
                environ = put_online(web, content, name)
                web.asked.clear()
                flow = "ingestflow.py" if within else "flows/ingestflow.py"
                run = checkout.python(flow, "run", cwd=checkout.root / within, **environ)
                return ended(run, list(web.asked))

            new = ingest(make_release("2022-08", {"2022-05": 0.25}), AUGUST, within="flows")
            broken = ingest(make_release("2022-09", {"2022-05": 3.0}), BROKEN)
        return Story(checkout, before, new, broken)

    return once("ingests", build)


def test_with_no_network_what_is_held_stays_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    (port,) = free_ports(1)
    nowhere = f"http://127.0.0.1:{port}"
    direct(monkeypatch)
    monkeypatch.setenv("ENERGY_DATA", str(tmp_path))
    monkeypatch.setenv("ENERGY_GOVUK_API", f"{nowhere}/api/content")
    monkeypatch.setenv("ENERGY_GOVUK_ORIGINS", nowhere)
    cards = walk("ingestflow", "IngestFlow", monkeypatch, files="", urls="", accept="")
    said = capsys.readouterr().out
    assert said.endswith(
        "\nNothing new; what is held stays in use. Not reached: energy, weather.\n"
    )
    for source in ("energy", "weather"):
        assert f"{source}: {nowhere}/" in said
    assert said.count("cannot be reached: the connection was refused") == 2
    (embedded,) = list_vintages(tmp_path)
    assert embedded.month == "2022-07"
    assert "cannot be reached" in cards["vintage"].words
    assert f"Vintage `{embedded.vintage_id}`, energy to 2022-07." in cards["vintage"].words


def test_a_new_release_is_kept(story: Story) -> None:
    run = story.new.run.good()
    embedded, kept = story.new.held
    assert embedded.month == "2022-07"
    assert run.closing == f"\nKept {kept.vintage_id}: to 2022-08, 2 figures revised.\n"
    assert set(kept.hashes) == {AUGUST, WEATHER}
    assert kept.hashes[WEATHER] == embedded.hashes[WEATHER]
    revised = kept.revisions()
    assert [*zip(revised["month"].astype(str), revised["column"], strict=True)] == [
        ("2022-05", "total"),
        ("2022-05", "natural_gas"),
    ]
    assert f" fetched {AUGUST}, " in run.stdout
    assert "Energy Trends: UK total energy, updated 2022-09-29" in run.stdout
    agents = {headers["user-agent"] for _, headers in story.new.asked}
    assert len(agents) == 1
    assert "energy-forecast" in agents.pop()
    # The tables that were not wanted were not asked for.
    assert len(story.new.asked) == 4


def test_the_card_of_a_new_release(story: Story) -> None:
    card = story.card(story.new)
    for told in ("## Checks", "revisions", "cover", "passed", "## Revisions", "2022-05", "+0.25"):
        assert told in card.text
    assert "refused" not in card.text
    titles = [part["spec"]["title"]["text"] for part in card.of_kind("vegaChart")]
    assert titles == ["total: before and now", "natural gas: before and now"]


def test_a_run_inside_flows_works_too(story: Story) -> None:
    assert not (story.checkout.root / "flows" / ".metaflow").exists()
    assert not (story.checkout.root / "flows" / "data").exists()


def test_a_broken_release_is_set_aside(story: Story) -> None:
    said = story.broken.run.refused()
    assert said.startswith("total of 2022-05: found 13.120, which became 15.870")
    assert said.endswith("what was held stays in use.")
    (folder,) = story.broken.aside
    assert folder in said
    assert story.broken.held == story.new.held
    aside = story.checkout.root / "data" / "quarantine" / folder
    assert {path.name for path in aside.iterdir()} == {BROKEN, "reason.json"}
    assert "**refused**" in story.card(story.broken).text
    assert story.new.aside == []


def test_nothing_that_was_there_is_changed(story: Story) -> None:
    after = contents(story.checkout.root / "data")
    assert {name: after[name] for name in story.before} == story.before
