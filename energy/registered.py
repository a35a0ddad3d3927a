"""The path under which registered MLflow models of earlier versions name their loader."""

from energy.tracking.registry import RegisteredChampion, _load_pyfunc

__all__ = ["RegisteredChampion", "_load_pyfunc"]
