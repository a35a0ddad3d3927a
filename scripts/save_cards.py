"""Save the cards of TrainFlow's latest successful run to cards/, and open them in a browser."""

import sys
import webbrowser

from energy.orchestration import prepare_environment
from energy.settings import ROOT

CARDS = {"leaderboard": "leaderboard", "publish": "release"}


def main() -> int:
    prepare_environment()  # before Metaflow reads its configuration
    from metaflow import Flow, namespace
    from metaflow.cards import get_cards
    from metaflow.exception import MetaflowNotFound

    namespace(None)
    try:
        run = Flow("TrainFlow").latest_successful_run
    except MetaflowNotFound:
        run = None
    if run is None:
        print("error: no finished run yet; 'make run' makes one.", file=sys.stderr)
        return 1
    folder = ROOT / "cards"
    folder.mkdir(exist_ok=True)
    for step, name in CARDS.items():
        path = folder / f"{name}.html"
        path.write_text(get_cards(run[step].task, id=name)[0].get(), "utf-8")
        opened = webbrowser.open(path.as_uri()) if "--no-open" not in sys.argv else False
        print(f"{path}{'' if opened else '  (open it in a browser)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
