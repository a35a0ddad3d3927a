"""Download mermaid, which draws the site's diagrams: one pinned file from npm.

    python scripts/site/mermaid.py .venv/mermaid.min.js

Without it, the theme would load mermaid from a CDN on every visit.
"""

import argparse
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path, help="file to write")
    target = parser.parse_args(arguments).target
    if shutil.which("npm") is None:
        print("error: npm is not installed; the site's diagrams come from it.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        pack = ["npm", "pack", "--silent", f"mermaid@{VERSION}"]
        subprocess.run(pack, cwd=name, check=True, stdout=subprocess.DEVNULL)
        packed = Path(name, f"mermaid-{VERSION}.tgz")
        digest = hashlib.sha256(packed.read_bytes()).hexdigest()
        if digest != SHA256:
            print(f"error: mermaid {VERSION} has SHA-256 {digest}, not {SHA256}.", file=sys.stderr)
            return 1
        with tarfile.open(packed) as archive, (member := archive.extractfile(MEMBER)):  # type: ignore[union-attr]
            target.write_bytes(member.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
