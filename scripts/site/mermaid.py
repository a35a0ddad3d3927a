"""Fetch mermaid, which draws the site's diagrams, once: one pinned file from npm.

    python scripts/site/mermaid.py .venv/mermaid.min.js

Left to itself, the theme has every reader fetch it from a CDN.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "11.17.2"
SHA256 = "6ad2f42c3fc26bbf9e45cbb6d11898972573ea52b33a5f4ff51952899f950ffd"
MEMBER = "package/dist/mermaid.min.js"


def main() -> int:
    goal = Path(sys.argv[1])
    if shutil.which("npm") is None:
        print("error: npm is not installed; the site's diagrams come from it.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        pack = ["npm", "pack", "--silent", f"mermaid@{VERSION}"]
        subprocess.run(pack, cwd=name, check=True, stdout=subprocess.DEVNULL)
        packed = Path(name, f"mermaid-{VERSION}.tgz")
        found = hashlib.sha256(packed.read_bytes()).hexdigest()
        if found != SHA256:
            print(f"error: mermaid {VERSION} has SHA-256 {found}, not {SHA256}.", file=sys.stderr)
            return 1
        with tarfile.open(packed) as archive, (member := archive.extractfile(MEMBER)):  # type: ignore[union-attr]
            goal.write_bytes(member.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
