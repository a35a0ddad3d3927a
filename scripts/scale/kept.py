"""Write what the latest run of TrainFlow kept of many series to standard output, pickled."""

from __future__ import annotations

import pickle
import sys
from typing import Any


def main() -> None:
    """Judgements of its chunks, and the panel or None."""
    from metaflow import Flow, namespace

    from energy.pipelines.many_series import ChunkResult

    namespace(None)
    latest = Flow("TrainFlow").latest_run
    results = [task.data.results for task in latest["backtest"].tasks()]
    forecasts: Any = latest["select"].task.data.panel
    kept = [one for one in results if isinstance(one, ChunkResult)], forecasts and forecasts[0]
    sys.stdout.buffer.write(pickle.dumps(kept))


if __name__ == "__main__":
    main()
