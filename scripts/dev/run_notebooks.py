"""Run the notebooks: each notebooks/*.py, in a fresh kernel, into the .ipynb beside it.

    make notebooks                        all of them
    make notebooks ARGS='01_data 05'      those whose names begin so

The .py is the source; the .ipynb has its outputs, without traces of the machine.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from energy.settings import ROOT

FOLDER = ROOT / "notebooks"
SECONDS = 300
"""Time limit of a cell on a slow machine."""


def sources() -> list[Path]:
    """The .py of every notebook, in order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def read(path: Path) -> Any:
    """Read a .py in the percent format as a notebook without outputs, its cells numbered."""
    import jupytext

    notebook = jupytext.reads(path.read_text("utf-8"), fmt="py:percent")
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook["nbformat_minor"] = 5  # the first with ids for cells
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"], cell["metadata"] = f"cell-{number:02d}", {}
    return notebook


def run(path: Path) -> Any:
    """Execute a notebook.

    Raises:
        CellExecutionError: A cell failed.
        CellTimeoutError: A cell took longer than SECONDS.
    """
    from nbclient import NotebookClient

    notebook = read(path)
    with tempfile.TemporaryDirectory() as private:  # IPython's history
        environment = os.environ | {
            "IPYTHONDIR": private,
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),  # this checkout, even if another is installed
        }
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=["--log-level=40"],
            resources={"metadata": {"path": str(FOLDER)}},
        )
        client.execute(env=environment)
    notebook["metadata"] = read(path)["metadata"]  # without the kernel's Python version
    return notebook


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="beginnings of their names; default: all")
    names = tuple(parser.parse_args(arguments).names) or ("",)
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    for path in sources():
        if not path.name.startswith(names):
            continue
        try:
            notebook = run(path)
        except (CellExecutionError, CellTimeoutError) as error:
            print(f"error: {path.name} stopped:\n{error}", file=sys.stderr)
            return 1
        target = path.with_suffix(".ipynb")
        nbformat.write(notebook, target)
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
