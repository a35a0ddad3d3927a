"""The app runs without the forecasting packages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFUSED = ("sktime", "statsmodels", "scipy", "sklearn", "metaflow", "mlflow", "dvc", "plotly")
RENDERS = """
import sys

class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {refused}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refuses())
from streamlit.testing.v1 import AppTest

app = AppTest.from_file({entry!r}, default_timeout=60)
for page in ("forecast", "leaderboard", "track_record", "data", "how_it_works"):
    app.switch_page(f"app_pages/{{page}}.py").run()
    assert not app.exception, app.exception
    assert not app.error and not app.warning, (page, app.error, app.warning)
    print(page, len(app.title), *(metric.value for metric in app.metric[:1]))
loaded = {{name.partition(".")[0] for name in sys.modules}}
print("loaded:", *sorted(loaded & set({refused})))
"""


def test_pages_that_look_up_need_neither_sktime_nor_statsmodels(
    made_store: Callable[[str], Path],
) -> None:
    """Started as Streamlit Community Cloud starts it: from the root, with nothing of ours there."""
    code = RENDERS.format(refused=REFUSED, entry=str(ROOT / "streamlit_app" / "streamlit_app.py"))
    environment = {name: v for name, v in os.environ.items() if not name.startswith("ENERGY_")}
    store = str(made_store("weather_normalised_components"))
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**environment, "ENERGY_STORE": store, "PYTHONPATH": ""},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    lines = ran.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [
        [page, "1"] for page in ("forecast", "leaderboard", "track_record", "data", "how_it_works")
    ]
    assert lines[0].endswith("Mtoe")
    assert lines[-1] == "loaded:"


def test_what_it_installs_is_what_the_lock_installs() -> None:
    locked = dict(
        line.split(" ")[0].split("==")
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if "==" in line.split(" ")[0]
    )
    lines = (ROOT / "streamlit_app" / "requirements.txt").read_text("utf-8").splitlines()
    wanted = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert {"streamlit", "pandas", "altair", "boto3", "vl-convert-python"} <= set(wanted)
    assert not set(wanted) & {*REFUSED, "scikit-learn"}
    assert wanted == {name: locked[name] for name in wanted}
