"""Make the bytes of a workbook depend on its content alone."""

from __future__ import annotations

import io
import re
import zipfile

# The earliest time a ZIP entry can have: when a file was written says nothing of what is in it.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def repacked(content: bytes, modified: str) -> bytes:
    """The same workbook with fixed entry times, attributes and modification date (ISO)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            # An ods starts with its media type, uncompressed, so that `file` can tell what it is.
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + modified.encode() + b"T00:00:00Z", data)
            target.writestr(entry, data, compresslevel=9)
    return packed.getvalue()
