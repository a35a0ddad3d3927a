"""Save the cards of TrainFlow's latest successful run to cards/, and open them in a browser."""

import argparse
import sys
import webbrowser

from energy.orchestration import prepare_environment
from energy.settings import ROOT

CARDS = {"leaderboard": "leaderboard", "publish": "release"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")
    open_browser = not parser.parse_args(arguments).no_open
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
        print("error: there is no finished run yet; 'make run' makes one.", file=sys.stderr)
        return 1
    folder = ROOT / "cards"
    folder.mkdir(exist_ok=True)
    for step, name in CARDS.items():
        path = folder / f"{name}.html"
        path.write_text(get_cards(run[step].task, id=name)[0].get(), "utf-8")
        is_open = open_browser and webbrowser.open(path.as_uri())
        print(f"{path}{'' if is_open else '  (open it in a browser)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
