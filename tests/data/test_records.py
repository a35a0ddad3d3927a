"""What is written down of a folder's workbooks is read back, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy import legacy_errors
from energy.data.vintages import RECORD, VintageRecord, describe_file, read_record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = describe_file(b"bytes", "https://page", "2022-09-29", etag='"1"', tables=("1.2", "7.1a"))
    record = VintageRecord(
        "September 2022", "2022-09-29", {"a.xlsx": file}, before="2022-06-0123abcd"
    )
    (tmp_path / RECORD).write_text(record.to_json(), "utf-8")
    assert read_record(tmp_path) == record


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    told = VintageRecord("", "", {"a.xlsx": describe_file(b"bytes", "")}).to_json()
    assert not [name for name in ("kept_at", "before", "accepted", "etag") if f'"{name}"' in told]


def test_no_record_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None


FILE = '"sha256": "0", "bytes": 1, "source": "", "published": ""'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "no readable text"),
        (b"{", "no JSON"),
        (b"[]", "a wrong field"),
        (b"{}", "a wrong field"),
        (b'{"release": "", "found": "", "files": {"a": {}}}', "a wrong field"),
        (b'{"release": "", "found": "", "files": {}, "colour": 1}', "colour"),
        (b'{"release": "", "found": "", "files": {"../a": {%b}}}' % FILE.encode(), r"'\.\./a'"),
        (b'{"release": "", "found": "", "files": {"..": {%b}}}' % FILE.encode(), r"'\.\.'"),
        (b'{"release": "", "found": "", "files": {"": {%b}}}' % FILE.encode(), "''"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / RECORD).write_bytes(content)
    with pytest.raises(legacy_errors.BadRecord, match=rf"{RECORD}.*{told}"):
        read_record(tmp_path)


def test_a_record_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / RECORD).mkdir()
    with pytest.raises(legacy_errors.BadRecord, match="no readable text"):
        read_record(tmp_path)
