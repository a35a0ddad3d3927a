"""Build an image for real where no Docker engine runs, and weigh its layers.

    make image                      the handler's: root, Debian's packages buildah and debootstrap
    make image ARGS=--check         and send events to the handler inside it
    make image ARGS=--training      the one that flows run in on Batch or Kubernetes

The base stands in for the tag that a Dockerfile names: Debian's own packages put together by
debootstrap, with its Python, under that name. Ours are the layers on top, which are the same.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from local.container import check

from energy.settings import ROOT

DOCKERFILE = ROOT / "lambda_handler" / "Dockerfile"
TRAINING = ROOT / "flows" / "Dockerfile"
NAME = "energy-forecast"
BUILDAH = ("buildah", "--storage-driver", "overlay")
PACKAGES = "ca-certificates,python3,python3-pip,python3-distutils"
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "var/cache/apt")
"""What slim images leave out as well."""
LAYERS = {DOCKERFILE: ("base", "dependencies", "code"), TRAINING: ("base", "dependencies", "data")}
MB = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="ask the handler inside the image")
    parser.add_argument("--training", action="store_true", help="build flows/Dockerfile instead")
    parser.add_argument("--to", type=Path, help="keep the image there, as an OCI folder")
    asked = parser.parse_args()
    if missing := [name for name in ("buildah", "debootstrap") if not shutil.which(name)]:
        print(f"error: not installed: {', '.join(missing)} (Debian's packages)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = TRAINING if asked.training else DOCKERFILE
        sizes = build(asked.to or Path(folder, "oci"), file)
    print(json.dumps(sizes, indent=1))
    if asked.check and not asked.training:
        check(BUILDAH, NAME)
    return 0


def build(to: Path, file: Path = DOCKERFILE) -> dict[str, float]:
    """Build an image and push it to an OCI folder; compressed megabytes by layer.

    Raises:
        RuntimeError: The image is not made of the layers that it should be.
    """
    name = f"{NAME}-training" if file == TRAINING else NAME
    text = file.read_text("utf-8")
    (tag,) = set(re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE))
    base = f"docker.io/library/{tag}"
    if _run("images", "--quiet", "--filter", f"reference={base}", quiet=True) == "":
        _make_base(base)
    command = ["bud", "--layers", "--isolation", "chroot", "--pull-never", "--tag", name]
    command += ["--file", str(file), *_pip_settings(), str(ROOT)]
    _run(*command)
    _run("push", name, f"oci:{to}:latest")
    found = layers(to)
    if len(found) != len(LAYERS[file]):
        raise RuntimeError(f"the image has {len(found)} layers; expected {len(LAYERS[file])}")
    sizes = dict(zip(LAYERS[file], (round(size / MB, 1) for size in found), strict=True))
    return {**sizes, "image": round(sum(found) / MB, 1)}


def layers(folder: Path) -> list[int]:
    """Compressed bytes of each layer of the one image in an OCI folder, the base first."""
    (listed,) = json.loads((folder / "index.json").read_text("utf-8"))["manifests"]
    manifest = folder / "blobs" / "sha256" / listed["digest"].removeprefix("sha256:")
    found = json.loads(manifest.read_text("utf-8"))["layers"]
    # An ENV or a USER is a layer of nothing.
    return [layer["size"] for layer in found if layer["size"] > 1000]


def _make_base(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        bootstrap = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
        suite = name.rpartition("-")[2]
        subprocess.run([*bootstrap, suite, str(root)], check=True, stdout=subprocess.DEVNULL)
        for path in (*UNUSED, "var/lib/apt/lists", "var/log"):
            shutil.rmtree(root / path, ignore_errors=True)
            (root / path).mkdir(parents=True)
        container = _run("from", "scratch", quiet=True)
        _run("add", "--quiet", container, str(root), "/")
        _run("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", "--cmd", "python3", container)
        _run("commit", "--quiet", "--rm", container, name)


def _pip_settings() -> list[str]:
    """Mounts of this machine's own settings of pip and its certificates, if it has any."""
    command = [sys.executable, "-m", "pip", "config", "debug"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^ +(/\S+), exists: True", told, flags=re.MULTILINE)
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():
        found.append(str(certificates))
    # A folder of pip's own may hold what its settings refer to.
    found = [str(Path(path).parent) if Path(path).parent.name == "pip" else path for path in found]
    return [f"--volume={path}:{path}:ro" for path in found]


def _run(*arguments: str, quiet: bool = False) -> str:
    command = [*BUILDAH, *arguments]
    if not quiet:
        print(f"buildah {' '.join(arguments[:1])}", file=sys.stderr, flush=True)
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return ran.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
