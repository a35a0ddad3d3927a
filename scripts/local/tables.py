"""The figures of `make bench-lambda` as the table in docs/serving.md."""

from __future__ import annotations

from typing import Any

from figures import markdown_table


def lambda_table(found: dict[str, Any]) -> str:
    """Markdown: when and where it was measured, then a row for each figure."""
    told = f"Measured {found['measured_at']} on {found['machine']}, the release on a local S3 "
    told += f"server, its champion a `{found['forecaster']}`; medians of {found['trials']} cold "
    told += "starts each, by turns."
    header = ["", "look-up", "champion", "plain handler"]
    return f"{told}\n\n{markdown_table(header, _speed(found))}\n\n{_image(found)}".rstrip()


def _speed(found: dict[str, Any]) -> list[list[str]]:
    cases, tiers = ("table_tier", "champion_tier", "plain"), ("table_tier", "champion_tier")
    return [
        ["cold start to first answer", *(f"{found[f'cold_seconds_{c}']:.2f} s" for c in cases)],
        ["share of the plain handler's", *(f"{found[f'cold_ratio_{t}']:.2f}" for t in tiers), "1"],
        ["warm, median", *(f"{found[f'warm_p50_ms_{t}']:.2f} ms" for t in tiers), ""],
        ["warm, 99th centile", *(f"{found[f'warm_p99_ms_{t}']:.2f} ms" for t in tiers), ""],
        ["memory after it", *(f"{found[f'rss_mb_{c}']} MB" for c in cases)],
    ]


def _image(found: dict[str, Any]) -> str:
    if "image_mb_compressed" not in found:
        return ""
    rows = [
        ["base (a stand-in)", f"{found['image_mb_base']} MB"],
        ["dependencies", f"{found['image_mb_dependencies']} MB"],
        ["code", f"{found['image_mb_code']} MB"],
        ["image", f"{found['image_mb_compressed']} MB"],
    ]
    return markdown_table(["layer, compressed", "size"], rows)
