"""Code that every process of a run executes first, as `sitecustomize.py` on PYTHONPATH."""

from __future__ import annotations

import os

from flow_runs import Checkout

BAD_FORECASTERS = """
import os, signal
from energy.forecasting import models

def explode():
    raise ValueError("it was never going to\\n  work")

def die():
    os.kill(os.getpid(), signal.SIGKILL)

for name, make, cost in (
    ("explodes", explode, 0.2), ("dies", die, 0.2), ("dies_alone", die, 1000.0)
):
    models.FORECASTERS[name] = models.ForecasterSpec(name, "test", f"It {name}.", make, cost=cost)
if os.environ.get("BASELINE_FAILS"):
    name = "seasonal_naive"
    models.FORECASTERS[name] = models.ForecasterSpec(name, "test", "It fails.", explode)
"""
"""Adds to the forecasters `explodes`, which raises, and two whose process is killed.

`dies` costs little and shares its branch with others; `dies_alone` costs so much that it has one
of its own, and its process is the task's.
"""

_FAIL_ONCE = """
import importlib.abc, importlib.util, pathlib, sys

def refuse():
    from energy.errors import StoreUnwritable
    raise StoreUnwritable("The store s3://a/b cannot be written: the disk is full.")

def crash():
    raise RuntimeError("out of\\n  luck")

TRAPS = {@TRAP@}

class Traps(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in TRAPS:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        run, (function, fail) = spec.loader.exec_module, TRAPS[name]

        def exec_module(module):
            run(module)
            real, fallen = getattr(module, function), pathlib.Path(__file__).with_name(function)

            def once(*args, **kwargs):
                if not fallen.exists():
                    fallen.touch()
                    fail()
                return real(*args, **kwargs)

            setattr(module, function, once)

        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Traps())
"""
REFUSE_ONCE = _FAIL_ONCE.replace("@TRAP@", '"energy.releases.promotion": ("promote", refuse)')
"""The first promotion fails in the store."""
CRASH_ONCE = _FAIL_ONCE.replace("@TRAP@", '"energy.pipelines.train": ("refit_best", crash)')
"""The first refit of the champion crashes."""


def hooked(checkout: Checkout, code: str) -> Checkout:
    """The same checkout, whose every process from now on runs `code` first."""
    hook = checkout.root.parent / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(code)
    return Checkout(
        checkout.root,
        checkout.commit,
        {**checkout.environment, "PYTHONPATH": f"{hook}{os.pathsep}{checkout.root}"},
    )
