"""px's tools, set up as a new user has it: one real npm, one empty cache."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from px.tools.place import current
from support.px_process import PX, Px
from support.waiting import wait_until

NOWHERE = "http://127.0.0.1:9"


def surroundings(cache: Path) -> dict[str, str]:
    """A cache that has nothing of px in it; npm's own settings and downloads as they are."""
    reaches = {name: text for name, text in os.environ.items() if name.startswith("npm_config_")}
    return {**reaches, "HOME": str(Path.home()), "XDG_CACHE_HOME": str(cache)}


def start(environment: dict[str, str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PX, "tools", "--set-up"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_set_up_that_was_killed_is_done_again_by_one_process(tmp_path: Path) -> None:
    """Two start at once after it: one sets up, both have the tools, and nothing is left over."""
    environment = surroundings(tmp_path)
    killed = start(environment, tmp_path)
    place = tmp_path / "px" / "tools"
    wait_until(lambda: any(place.glob("new-*/npm/node_modules")), "npm has begun")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()

    assert not (place / current().folder.name).exists()

    both = [start(environment, tmp_path) for _ in range(2)]
    told = [one.communicate()[1] for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert sum("Setting up px's tools" in one for one in told) == 1
    assert {path.name for path in place.iterdir()} == {"lock", current().folder.name}

    offline = {"npm_config_registry": NOWHERE, "HTTPS_PROXY": NOWHERE, "https_proxy": NOWHERE}
    again = Px(tmp_path, environment).run("tools", "--set-up", environment=offline)

    assert again.returncode == 0
    assert "Setting up" not in again.stderr


def test_a_registry_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    """Nothing is left that could be taken for the tools."""
    settings = {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path),
        "npm_config_registry": NOWHERE,
        "npm_config_fetch_retries": "0",
    }
    done = Px(tmp_path, settings).run("tools", "--set-up")

    assert done.returncode == 5
    assert "the npm registry cannot be reached" in done.stderr
    assert [path.name for path in (tmp_path / "px" / "tools").iterdir()] == ["lock"]


@pytest.mark.parametrize("as_json", [False, True])
def test_before_the_first_use_it_says_so(tmp_path: Path, as_json: bool) -> None:
    """The versions are known all the same."""
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    done = Px(tmp_path, environment).run("tools", *(["--json"] if as_json else []))

    assert done.returncode == 0
    assert '"files": 0' in done.stdout if as_json else "Not set up yet" in done.stderr
    assert not (tmp_path / "px").exists()


def test_a_terminal_shows_a_bar(tmp_path: Path) -> None:
    """How far the download is, while it goes on."""
    shown = Px(tmp_path, surroundings(tmp_path)).terminal("tools", "--set-up")
    try:
        shown.expect("downloading", timeout=60)
        shown.expect(r"\d+%", timeout=60)
    finally:
        shown.terminate(force=True)
