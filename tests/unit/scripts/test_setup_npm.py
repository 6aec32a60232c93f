from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from scripts.setup.npm_folder import make_node_modules

from px.project.errors import LocalError
from px.tools.npm import environment
from px.tools.npm_failures import why
from support.serving import serving
from support.source import ROOT

NPM = ROOT / ".venv" / "bin" / "npm"


def tarball(name: str) -> bytes:
    """A package that would leave a mark if its install script ran."""
    script = {"name": name, "version": "1.0.0", "scripts": {"postinstall": "touch ran"}}
    content = json.dumps(script).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/package.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def integrity(content: bytes) -> str:
    return f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}"


class Registry(BaseHTTPRequestHandler):
    """npm's registry, with the packages `one` and `two`."""

    packages: ClassVar = {name: tarball(name) for name in ("one", "two")}

    def do_GET(self) -> None:
        name = self.path.strip("/").partition("/")[0].removesuffix(".tgz")
        content = self.packages.get(name)
        self.send_response(200 if content else 404)
        self.end_headers()
        if content and self.path.endswith(".tgz"):
            self.wfile.write(content)
        elif content:
            self.wfile.write(json.dumps(self._about(name, content)).encode())

    def _about(self, name: str, content: bytes) -> dict[str, object]:
        dist = {
            "tarball": f"http://{self.headers['Host']}/{name}.tgz",
            "integrity": integrity(content),
        }
        version = {"name": name, "version": "1.0.0", "dist": dist}
        return {"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Registry)) as port:
        url = f"http://127.0.0.1:{port}/"
        monkeypatch.setenv("npm_config_registry", url)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield url


def checkout(folder: Path, wanted: list[str], locked: list[str], hash_of: str = "") -> Path:
    """A package.json that wants some, and a lock that pins some."""
    folder.mkdir(exist_ok=True)
    package = {"name": "x", "private": True}
    (folder / "package.json").write_text(
        json.dumps({**package, "devDependencies": dict.fromkeys(wanted, "1.0.0")})
    )
    root = {"name": "x", "devDependencies": dict.fromkeys(locked, "1.0.0")}
    pinned = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "dev": True,
            "integrity": hash_of or integrity(Registry.packages[name]),
        }
        for name in locked
    }
    lock = {"name": "x", "lockfileVersion": 3, "requires": True, "packages": {"": root, **pinned}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / ".npmrc").write_text("omit-lockfile-registry-resolved=true\n")
    return folder


def installed(folder: Path) -> set[str]:
    return {path.name for path in (folder / "node_modules").iterdir()}


def test_npm_installs_what_the_lock_pins_whatever_surrounds_it(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NODE_ENV and npm's settings change nothing, and no package's script runs."""
    folder = checkout(tmp_path / "p", ["one"], ["one"])
    monkeypatch.setenv("NODE_ENV", "production")
    for name in ("omit", "global", "dry_run", "package_lock_only", "prefix", "ignore_scripts"):
        text = {"omit": "dev", "prefix": str(tmp_path / "no"), "ignore_scripts": "false"}
        monkeypatch.setenv(f"npm_config_{name}", text.get(name, "true"))

    make_node_modules(NPM, folder)

    assert installed(folder) == {".package-lock.json", ".ready", "one"}
    assert {path.name for path in (folder / "node_modules" / "one").iterdir()} == {"package.json"}
    assert {path.name for path in folder.iterdir()} == {
        *("package.json", "package-lock.json", ".npmrc", "node_modules")
    }


def test_a_users_npmrc_cannot_leave_packages_out(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same settings from a file."""
    settings = tmp_path / "npmrc"
    settings.write_text("omit=dev\nignore-scripts=false\ndry-run=true\nglobal=true\n")
    monkeypatch.setenv("npm_config_userconfig", str(settings))
    folder = checkout(tmp_path / "p", ["one"], ["one"])

    make_node_modules(NPM, folder)

    assert "one" in installed(folder)


@pytest.mark.parametrize(
    ("wanted", "locked", "hash_of", "said"),
    [
        (["one", "two"], ["one"], "", "package-lock.json does not match package.json: two"),
        (["one"], ["one", "two"], "", "package-lock.json does not match package.json: two"),
        (["one"], ["one"], integrity(b"other"), "its hash differs"),
    ],
)
def test_what_the_lock_does_not_pin_is_refused_and_the_old_packages_stay(
    registry: str, tmp_path: Path, wanted: list[str], locked: list[str], hash_of: str, said: str
) -> None:
    """npm by itself would take the newcomer from the registry."""
    folder = checkout(tmp_path / "p", ["one"], ["one"])
    make_node_modules(NPM, folder)
    before = (folder / "node_modules").stat().st_ino
    checkout(folder, wanted, locked, hash_of)

    with pytest.raises(LocalError, match=said):
        make_node_modules(NPM, folder)

    assert (folder / "node_modules").stat().st_ino == before
    assert "two" not in installed(folder)


@pytest.mark.parametrize("left_out", ["node_modules/one", "integrity"])
def test_a_lock_with_a_gap_is_refused(registry: str, tmp_path: Path, left_out: str) -> None:
    """A package that the lock leaves out, or has no hash of, is not taken as it comes."""
    folder = checkout(tmp_path / "p", ["one"], ["one"])
    path = folder / "package-lock.json"
    lock = json.loads(path.read_text())
    gap = lock["packages"] if left_out != "integrity" else lock["packages"]["node_modules/one"]
    del gap[left_out]
    path.write_text(json.dumps(lock))

    with pytest.raises(LocalError, match=r"package-lock\.json .* one@1\.0\.0"):
        make_node_modules(NPM, folder)

    assert not (folder / "node_modules").exists()


def test_a_registry_that_does_not_answer_is_named(
    registry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead proxy, or no network: the sentence is about that."""
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    folder = checkout(tmp_path / "p", ["one"], ["one"])

    with pytest.raises(LocalError, match="the npm registry cannot be reached") as caught:
        make_node_modules(NPM, folder)

    assert "check the network" in caught.value.hint


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("npm error code ENOSPC\nnpm error syscall write\n", "no space left on device"),
        ("npm error code EACCES\nnpm error syscall mkdir\n", "permission denied"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN\n", "the npm registry's certificate is not trusted"),  # noqa: E501
        ("npm error code EAI_AGAIN\n", "the npm registry cannot be reached (EAI_AGAIN)"),
        ("npm ERR! code ETARGET\nnpm ERR! notarget No x\n", "the npm registry lacks a pinned version"),  # noqa: E501
        ("npm error code EWHAT\nnpm error it broke\nnpm error A complete log\n", "it broke"),
        ("", "npm gave no reason"),
    ],
)  # fmt: skip
def test_the_cause_of_npms_failure_is_named(output: str, cause: str) -> None:
    """By npm's code, and else by its first words."""
    assert why(output)[0] == cause


def test_npms_way_to_its_registry_is_kept() -> None:
    """Address, credentials, proxy and authority; nothing that changes what is installed."""
    kept = {
        "npm_config_registry": "r",
        "NPM_CONFIG_CAFILE": "c",
        "npm_config_//r/:_authToken": "t",
        "HTTPS_PROXY": "p",
        "NODE_EXTRA_CA_CERTS": "c",
    }
    left_out = {"NODE_ENV": "production", "npm_config_omit": "dev", "npm_config_os": "win32"}

    assert environment({**kept, **left_out}) == kept
