"""The container of px serve, as far as it can be looked at without Docker and without Fly.io."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import PurePosixPath
from typing import Final

from px.serve.edge import parse_network
from support.command_tree import COMMANDS
from support.source import ROOT

FOLDER: Final = ROOT / "examples" / "serve"
DOCKERFILE: Final = (FOLDER / "Dockerfile").read_text()
FLY: Final = tomllib.loads((FOLDER / "fly.toml").read_text())


def words(instruction: str) -> list[str]:
    """Of an instruction in JSON form."""
    found = re.search(rf"^{instruction} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    listed: list[str] = json.loads(found[1])
    return listed


def options() -> dict[str, str]:
    """What px serve is started with."""
    entry = words("ENTRYPOINT")
    assert entry[:2] == ["/opt/px/bin/px", "serve"]
    given = [*entry[2:], *words("CMD")]
    return dict(zip(given[::2], given[1::2], strict=True))


def test_px_serve_has_these_options() -> None:
    """And the network of the proxy is one."""
    known = {word for one in COMMANDS[("serve",)].params for word in one.opts}

    assert options().keys() <= known
    assert parse_network(options()["--behind-proxy"]).is_private


def test_the_container_and_fly_agree() -> None:
    """On the port, on the folder that outlives the Machine, and on how it is stopped."""
    port, data = options()["--port"], PurePosixPath(options()["--data"])

    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert FLY["http_service"]["internal_port"] == int(port)
    assert data.parent == PurePosixPath(FLY["mounts"]["destination"])
    assert f"VOLUME {FLY['mounts']['destination']}\n" in DOCKERFILE
    assert f"STOPSIGNAL {FLY['kill_signal']}\n" in DOCKERFILE
    assert FLY["build"]["dockerfile"] == "Dockerfile"
    assert (FOLDER / FLY["build"]["ignorefile"]).exists()


def test_what_is_copied_is_there_and_nothing_else_is_sent() -> None:
    """No key that is in the checkout goes to a builder."""
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    kept = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = re.findall(r"^COPY ((?!--from).*) \./$", DOCKERFILE, re.MULTILINE)

    assert "*" in ignored
    assert {name for line in copied for name in line.split()} == kept
    assert (ROOT / "requirements" / "host.txt").exists()


def test_packages_are_pinned_by_hash() -> None:
    """uvicorn among them."""
    pinned = (ROOT / "requirements" / "host.txt").read_text()

    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^uvicorn==[\d.]+ \\\n +--hash=sha256:", pinned, re.MULTILINE)


def test_both_say_that_they_were_not_tried() -> None:
    """Until somebody did."""
    assert "NOT TRIED" in DOCKERFILE
    assert "NOT TRIED" in (FOLDER / "fly.toml").read_text()
