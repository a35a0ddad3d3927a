"""The loader that models registered by earlier versions name; new ones name `tracking.registry`."""

from energy.tracking.registry import RegisteredChampion, _load_pyfunc

__all__ = ["RegisteredChampion", "_load_pyfunc"]
