import shutil
import sys
from pathlib import Path

import pytest
from web_server import WebServer, quick_policy

from energy.data.download import DownloadPolicy
from energy.data.vintages import Vintage, open_vintage

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# So that `from data_building import ...` works under every import mode.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def raw() -> Path:
    return ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def vintage(raw: Path) -> Vintage:
    return open_vintage(raw)


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the published workbooks in ../shared are not here")
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from vintage_building import DECEMBER, WEATHER, take

    from energy.data.vintage_builder import NewVintage

    root = tmp_path_factory.mktemp("first")
    assert isinstance(take(root, ET=DECEMBER, W=WEATHER), NewVintage)
    return root


@pytest.fixture
def root(first: Path, tmp_path: Path) -> Path:
    """December's vintage is held."""
    return Path(shutil.copytree(first, tmp_path / "data"))


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def quick(web: WebServer, waits: list[float]) -> DownloadPolicy:
    """Manners for loopback: they wait on paper alone."""
    return quick_policy(web, sleep=waits.append)
