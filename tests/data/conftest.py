import sys
from pathlib import Path

import pytest

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
