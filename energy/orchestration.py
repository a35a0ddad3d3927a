"""How a flow starts and ends on any machine: its environment and its summary."""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path

from energy.settings import ROOT

NOTES_VARIABLE = "ENERGY_RUN_NOTES"
"""Folder in which a run's tasks leave its summary or failure; unset on remote workers."""
CODE_FOLDER, CODE_HASH = "METAFLOW_EXTRACTED_ROOT", "METAFLOW_CODE_SHA"
"""Set by engines: where a task's code was unpacked, and its hash."""


def prepare_environment(environ: MutableMapping[str, str] | None = None) -> None:
    """Set what Metaflow and the numeric libraries need, unless the user has set it.

    - One datastore in the project's root, wherever the flow is started. A task on Batch or
      Kubernetes keeps its metadata in its own folder, where Metaflow collects it.
    - A user name where there is none (root, a container).
    - As many tasks at once as cores or ENERGY_WORKERS, with one thread each.
    - Few processes for S3: a task moves about twenty small objects.
    - On Kubernetes, a default memory below that of any step, so that @resources decides.
    """
    environ = os.environ if environ is None else environ
    if CODE_FOLDER not in environ:
        environ.setdefault("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(ROOT))
    environ.setdefault("METAFLOW_S3_WORKER_COUNT", "4")
    environ.setdefault("METAFLOW_KUBERNETES_MEMORY", "1024")  # MB
    names = (environ.get(key) for key in ("METAFLOW_USER", "USERNAME", "USER"))
    if not any(_is_user(name) for name in names):
        environ["METAFLOW_USER"] = _login() or "local"
    workers = environ.get("ENERGY_WORKERS") or str(os.cpu_count() or 1)
    environ.setdefault("METAFLOW_RUN_MAX_WORKERS", workers)
    environ.setdefault("METAFLOW_RESUME_MAX_WORKERS", environ["METAFLOW_RUN_MAX_WORKERS"])
    environ.setdefault("METAFLOW_PYLINT", "0")
    environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # the default of 7 takes minutes
    for library in ("OMP", "OPENBLAS", "MKL"):
        environ.setdefault(f"{library}_NUM_THREADS", "1")


def _is_user(name: str | None) -> bool:
    return bool(name) and name != "root"


def _login() -> str | None:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry in the password file
        return None
    return name if _is_user(name) else None


def code_package(environ: Mapping[str, str] | None = None) -> str:
    """SHA-1 of the code that Metaflow sent to this task; '' if it sent none."""
    return (os.environ if environ is None else environ).get(CODE_HASH, "")


def is_task_local(place: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a directory or SQLite URI lies in a task's own folder on an engine.

    No other task sees it, and it is deleted with the task. Always False without an engine.
    """
    folder = (os.environ if environ is None else environ).get(CODE_FOLDER)
    path = place.removeprefix("sqlite:///")
    if not folder or "://" in path:
        return False
    return Path(path).absolute().is_relative_to(Path(folder).absolute())


def run_flow(flow: Callable[[], object]) -> None:
    """Run a flow, then print its summary, or in one line why it failed."""
    if NOTES_VARIABLE in os.environ:  # a task of a run, not the run itself
        flow()
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ[NOTES_VARIABLE] = folder
        summary, failure = Path(folder, "summary"), Path(folder, "failure")
        try:
            flow()
        except SystemExit as end:
            if end.code and failure.exists():
                print(f"error: {failure.read_text('utf-8')}", file=sys.stderr)
            if end.code:
                raise
        finally:
            del os.environ[NOTES_VARIABLE]
        if summary.exists():
            print(f"\n{summary.read_text('utf-8')}")


def record_failure(reason: str) -> None:
    """Tell the run in one line why this task fails."""
    if folder := os.environ.get(NOTES_VARIABLE):
        Path(folder, "failure").write_text(" ".join(reason.split()), "utf-8")


def set_run_summary(text: str) -> None:
    """Set what the run prints at its end; a remote task prints it itself."""
    if folder := os.environ.get(NOTES_VARIABLE):
        Path(folder, "summary").write_text(text, "utf-8")
    else:
        print(text)
