"""Where refused workbooks wait for a person to look at them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from energy.data.archive import short_hash
from energy.data.checks import Check
from energy.data.folders import put, writing
from energy.data.records import Record
from energy.errors import DataError

QUARANTINE, REASON = "quarantine", "reason.json"


def set_aside(
    root: Path,
    files: Mapping[str, bytes],
    record: Record,
    error: DataError,
    checks: Collection[Check],
    now: datetime,
) -> Path:
    """Put refused workbooks, with the reason, in a folder of their own; the same ones only once.

    Args:
        root: The folder with `quarantine`.
        files: The workbooks' bytes by file name.
        record: What is known of them.
        error: Why they were refused.
        checks: What was looked at, as far as it came.
        now: When this is.

    Returns:
        Their folder: this one, or where the same bytes were put when they first were refused.

    Raises:
        ArchiveUnwritable: It cannot be written.
    """
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    short = short_hash(hashes.values())
    with writing(root / QUARANTINE):
        already = sorted((root / QUARANTINE).glob(f"[0-9]*-{short}"))
        if already:
            return already[0]
        moment = now.astimezone(UTC)
        folder = root / QUARANTINE / f"{moment:%Y%m%dT%H%M%SZ}-{short}"
        described = {
            name: {
                **(asdict(record.files[name]) if name in record.files else {}),
                "sha256": sha256,  # what they are, whatever was said of them
                "bytes": len(files[name]),
            }
            for name, sha256 in hashes.items()
        }
        reason = {
            "error": type(error).__name__,
            "message": str(error),
            "refused_at": moment.isoformat(timespec="seconds"),
            "files": described,
            "checks": [asdict(one) for one in checks],
        }
        text = json.dumps(reason, indent=2) + "\n"
        put(folder, {**files, REASON: text.encode()})
        return folder
