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
    """A run, the vintages and quarantined folders after it, and its requests."""

    run: Ended
    vintages: list[ArchivedVintage]
    quarantined: list[str]
    requests: list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Story:
    """The runs of one checkout, in this order."""

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

        def ended(run: Ended, requests: list[tuple[str, dict[str, str]]]) -> Ingest:
            folder = data / "quarantine"
            names = [path.name for path in folder.iterdir()] if folder.exists() else []
            quarantined = [name for name in names if not name.startswith(".")]
            return Ingest(run, list_vintages(data), quarantined, requests)

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


def test_without_a_network_the_vintage_in_use_stays(
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
    output = capsys.readouterr().out
    assert output.endswith(
        "\nNothing new; the vintage in use stays in use. Not reached: energy, weather.\n"
    )
    for source in ("energy", "weather"):
        assert f"{source}: {nowhere}/" in output
    assert output.count("cannot be reached: the connection was refused") == 2
    (embedded,) = list_vintages(tmp_path)
    assert embedded.month == "2022-07"
    assert "cannot be reached" in cards["vintage"].words
    assert f"Vintage `{embedded.vintage_id}`, energy to 2022-07." in cards["vintage"].words


def test_a_new_release_is_archived(story: Story) -> None:
    run = story.new.run.good()
    embedded, new = story.new.vintages
    assert embedded.month == "2022-07"
    assert run.closing == f"\nAdded vintage {new.vintage_id}: to 2022-08, 2 figures revised.\n"
    assert set(new.hashes) == {AUGUST, WEATHER}
    assert new.hashes[WEATHER] == embedded.hashes[WEATHER]
    revised = new.revisions()
    assert [*zip(revised["month"].astype(str), revised["column"], strict=True)] == [
        ("2022-05", "total"),
        ("2022-05", "natural_gas"),
    ]
    assert f" downloaded {AUGUST}, " in run.stdout
    assert "Energy Trends: UK total energy, updated 2022-09-29" in run.stdout
    agents = {headers["user-agent"] for _, headers in story.new.requests}
    assert len(agents) == 1
    assert "energy-forecast" in agents.pop()
    # Two pages and two workbooks: other attachments are not requested.
    assert len(story.new.requests) == 4


def test_the_card_of_a_new_release(story: Story) -> None:
    card = story.card(story.new)
    for text in ("## Checks", "revisions", "cover", "passed", "## Revisions", "2022-05", "+0.25"):
        assert text in card.text
    assert "refused" not in card.text
    titles = [part["spec"]["title"]["text"] for part in card.of_kind("vegaChart")]
    assert titles == ["total: before and now", "natural gas: before and now"]


def test_a_broken_release_is_quarantined(story: Story) -> None:
    output = story.broken.run.refused()
    assert output.startswith("total of 2022-05: found 13.120, which became 15.870")
    assert output.endswith("the vintage in use stays in use.")
    (folder,) = story.broken.quarantined
    assert folder in output
    assert story.broken.vintages == story.new.vintages
    quarantine = story.checkout.root / "data" / "quarantine" / folder
    assert {path.name for path in quarantine.iterdir()} == {BROKEN, "reason.json"}
    assert "**refused**" in story.card(story.broken).text
    assert story.new.quarantined == []


def test_existing_files_are_not_changed(story: Story) -> None:
    after = contents(story.checkout.root / "data")
    assert {name: after[name] for name in story.before} == story.before
    assert not (story.checkout.root / "flows" / ".metaflow").exists()  # of a run inside flows/
    assert not (story.checkout.root / "flows" / "data").exists()
