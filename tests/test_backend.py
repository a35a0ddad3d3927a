"""An MLflow that cannot be used is found out before anything is fitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy import legacy_errors
from energy.settings import Settings
from energy.tracking import runs


def test_a_database_that_cannot_be_written_is_found_out_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    uri = f"sqlite:///{tmp_path}/file/mlflow.db"
    with pytest.raises(legacy_errors.TrackingUnreachable, match="MLFLOW_TRACKING_URI"):
        runs.check_backend(Settings(tracking_uri=uri))


def test_a_server_that_does_not_answer_is_found_out_at_once_and_its_password_kept() -> None:
    with pytest.raises(legacy_errors.TrackingUnreachable) as caught:
        runs.check_backend(Settings(tracking_uri="http://me:secret@127.0.0.1:9"))
    assert "secret" not in str(caught.value)


def test_a_database_yet_to_be_made_can_be_used_and_is_not_made_by_asking(tmp_path: Path) -> None:
    runs.check_backend(Settings(tracking_uri=f"sqlite:///{tmp_path}/new/mlflow.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_found_out_at_once(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database, and longer than the header of one" * 9)
    with pytest.raises(legacy_errors.TrackingUnreachable):
        runs.check_backend(Settings(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db"))
