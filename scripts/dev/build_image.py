"""Build an image without a Docker engine, and measure its layers.

    make image                      the handler's; needs root, buildah and debootstrap
    make image ARGS=--check         and send events to the handler in it
    make image ARGS=--training      the one that flows run in on Batch or Kubernetes

A stand-in replaces the base image that a Dockerfile names: Debian's packages and Python, installed
by debootstrap. The project's layers on top are the same.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from energy.settings import ROOT, Settings
from scripts.dev.emulator import Emulator, fetch
from scripts.dev.local_stack import free_ports
from scripts.dev.processes import running, wait_until_listening

DOCKERFILE = ROOT / "lambda_handler" / "Dockerfile"
TRAINING = ROOT / "flows" / "Dockerfile"
NAME = "energy-forecast"
BUILDAH = ("buildah", "--storage-driver", "overlay")
PACKAGES = "ca-certificates,python3,python3-pip,python3-distutils"
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "var/cache/apt")
"""Folders that slim images leave out too."""
LAYERS = {DOCKERFILE: ("base", "dependencies", "code"), TRAINING: ("base", "dependencies", "data")}
MB = 1_000_000
ENTRYPOINT = "/opt/energy/lambda_handler/entrypoint.sh"
HANDLER = "lambda_handler.app.handler"
CHECK_EVENTS = ("200_direct_periods.json", "200_direct_colder.json", "200_direct_observations.json")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="send events to the handler in the image"
    )
    parser.add_argument("--training", action="store_true", help="build flows/Dockerfile instead")
    parser.add_argument("--to", type=Path, help="write the image to this folder, as OCI")
    options = parser.parse_args(arguments)
    if missing := [name for name in ("buildah", "debootstrap") if not shutil.which(name)]:
        print(f"error: not installed: {', '.join(missing)} (Debian's packages)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = TRAINING if options.training else DOCKERFILE
        sizes = build(options.to or Path(folder, "oci"), file)
    print(json.dumps(sizes, indent=1))
    if options.check and not options.training:
        check_image(BUILDAH, NAME)
    return 0


def build(to: Path, file: Path = DOCKERFILE) -> dict[str, float]:
    """Build an image into an OCI folder; compressed megabytes by layer.

    Raises:
        RuntimeError: The number of layers is wrong.
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
    layer_sizes = layers(to)
    if len(layer_sizes) != len(LAYERS[file]):
        raise RuntimeError(f"the image has {len(layer_sizes)} layers; expected {len(LAYERS[file])}")
    sizes = dict(zip(LAYERS[file], (round(size / MB, 1) for size in layer_sizes), strict=True))
    return {**sizes, "image": round(sum(layer_sizes) / MB, 1)}


def layers(folder: Path) -> list[int]:
    """Compressed bytes of each layer of the image in an OCI folder, the base first."""
    (entry,) = json.loads((folder / "index.json").read_text("utf-8"))["manifests"]
    manifest = folder / "blobs" / "sha256" / entry["digest"].removeprefix("sha256:")
    blobs = json.loads(manifest.read_text("utf-8"))["layers"]
    # ENV and USER add empty layers.
    return [layer["size"] for layer in blobs if layer["size"] > 1000]


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
    """Mounts of this machine's settings of pip and its certificates, if there are any."""
    command = [sys.executable, "-m", "pip", "config", "debug"]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    paths = re.findall(r"^ +(/\S+), exists: True", listing, flags=re.MULTILINE)
    certificates = Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists():
        paths.append(str(certificates))
    # pip's own folder may have files that its settings name.
    paths = [str(Path(path).parent) if Path(path).parent.name == "pip" else path for path in paths]
    return [f"--volume={path}:{path}:ro" for path in paths]


def _run(*arguments: str, quiet: bool = False) -> str:
    command = [*BUILDAH, *arguments]
    if not quiet:
        print(f"buildah {' '.join(arguments[:1])}", file=sys.stderr, flush=True)
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return result.stdout.strip()


def check_image(buildah: Sequence[str], image: str) -> None:
    """Send events to the handler in the image, on the live release, and print the answers.

    Raises:
        RuntimeError: The handler does not start, or an answer is not a forecast.
    """
    store = Path(Settings.from_environment().store)
    (port,) = free_ports(1)
    container = subprocess.run(
        [*buildah, "from", "--pull-never", image], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(*buildah, "run", "--isolation", "chroot", "--user", "65534:65534"),
            f"--volume={fetch()}:/usr/local/bin/aws-lambda-rie:ro",
            f"--volume={store}:/store:ro",
            *("--env", "ENERGY_STORE=/store", "--env", f"PORT={port}"),
            *(container, "--", ENTRYPOINT, HANDLER),
        ]
        log = Path(folder, "log")
        try:
            with running(command, {}, log) as process:
                wait_until_listening(process, port)
                _send_events(Emulator(port, process))
        except (OSError, RuntimeError) as error:
            raise RuntimeError(f"{error}: {log.read_text('utf-8')[-2000:]}") from error
        finally:
            subprocess.run([*buildah, "rm", container], check=True, stdout=subprocess.DEVNULL)


def _send_events(handler: Emulator) -> None:
    for name in CHECK_EVENTS:
        event = ROOT / "lambda_handler" / "events" / name
        answer = json.loads(handler.send(event.read_bytes()))
        if "months" not in answer:
            raise RuntimeError(f"{name} is answered with {answer}")
        print(f"{name}: {answer['tier']}, {len(answer['months'])} months")


if __name__ == "__main__":
    sys.exit(main())
