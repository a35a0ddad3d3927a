"""`make cards` saves the latest run's cards as files."""

from __future__ import annotations

from flow_runs import Card, Good


def test_both_cards_are_saved(good: Good) -> None:
    root = good.checkout.root
    saved = good.checkout.python("-m", "scripts.dev.save_cards", "--no-open").good()
    for name, words in (("leaderboard", "# Leaderboard"), ("release", "# UK energy consumption")):
        path = root / "cards" / f"{name}.html"
        assert str(path) in saved.stdout
        assert words in Card.of(path).text
