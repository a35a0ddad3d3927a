"""The embedded workbooks are made from the published ones, and are reproducible."""

import zipfile
from pathlib import Path

import pytest

from scripts.dev.embed_vintage import main

ROOT = Path(__file__).parents[3]
RAW = ROOT / "data" / "raw"
NAMES = ["ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_embedded_files_make_themselves_again(tmp_path: Path) -> None:
    for run in ("first", "second"):
        main([str(RAW / NAMES[0]), str(RAW / NAMES[1]), "--to", str(tmp_path / run)])
    for name in [*NAMES, "vintage.json"]:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    for name in NAMES:
        # Compared unpacked: how a ZIP is squeezed depends on the machine's zlib.
        assert parts(tmp_path / "first" / name) == parts(RAW / name)


def test_the_published_files_make_the_embedded_ones(tmp_path: Path) -> None:
    published = ROOT.parent / "shared" / "data" / "2022-09"
    if not published.is_dir():
        pytest.skip("the published workbooks in ../shared are not here")
    energy, weather = published / "Total_Energy_ODS.ods", published / "Weather_ODS.ods"
    main([str(energy), str(weather), "--to", str(tmp_path)])
    for name in NAMES:
        assert parts(tmp_path / name) == parts(RAW / name)


def test_other_files_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Table 1\.2 not found in Weather_SEP_22\.ods"):
        main([str(RAW / NAMES[1]), str(RAW / NAMES[1]), "--to", str(tmp_path / "none")])
    with pytest.raises(SystemExit, match="no readable file"):
        main([str(tmp_path / "gone.xlsx"), str(RAW / NAMES[1]), "--to", str(tmp_path / "none")])
    assert not (tmp_path / "none").exists()
