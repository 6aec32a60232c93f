"""`px key list`, and what `px key rotate` refuses before it changes anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from support.px_process import Px

OTHER = "other:" + "A" * 43 + "="


@pytest.fixture
def filled(px: Px, server: TestDevServer) -> Px:
    """Two projects, one of them with a token."""
    px.run("secret", "create", "A", "--stdin", stdin=b"v")
    px.run("secret", "create", "B", "--stdin", "--project", "shop", stdin=b"v")
    px.run("token", "create", "ci", "--role", "reader", "--project", "shop")
    return px


def test_a_list_covers_all_projects(filled: Px) -> None:
    """A line with tabs: id, secrets, tokens, mark, audit keys, copies; nothing on stderr."""
    done = filled.run("key", "list")

    assert (done.stdout, done.stderr) == ("test\t2\t1\tnewest\t2\t0\n", "")


def test_a_list_of_one_project(filled: Px) -> None:
    """--project narrows it."""
    assert filled.run("key", "list", "--project", "default").stdout == "test\t1\t0\tnewest\t1\t0\n"


def test_a_projects_admin_sees_the_own_project(filled: Px) -> None:
    """With another token than root's the list is of what it opens."""
    words = ("token", "create", "boss", "--role", "admin", "--project", "shop")
    token = filled.run(*words).stdout.strip()

    done = filled.run("key", "list", environment={"PX_TOKEN": token})

    assert (done.returncode, done.stdout) == (0, "test\t1\t2\tnewest\t1\t0\n")


def test_every_key_is_marked(filled: Px, server: TestDevServer) -> None:
    """The newest, one that is held, and one that is gone; a rotation under way is told."""
    first = server.service.settings.master_keys
    server.configure(next_master_key=OTHER)
    done = filled.run("key", "list")
    server.configure(next_master_key="", master_keys=OTHER)
    gone = filled.run("key", "list")

    assert done.stdout == "other\t0\t0\tnewest\t0\t0\ntest\t2\t1\theld\t2\t0\n"
    assert "under way" in done.stderr
    assert gone.stdout == "other\t0\t0\tnewest\t0\t0\ntest\t2\t1\tmissing\t2\t0\n"
    assert first.partition(":")[2] not in done.stdout + gone.stdout


def test_json_says_the_same(filled: Px) -> None:
    """One document."""
    use = {"id": "test", "secrets": 2, "tokens": 1, "auditKeys": 2, "copies": 0}

    assert json.loads(filled.run("key", "list", "--json").stdout) == {
        "keys": [{**use, "held": True, "newest": True}],
        "pending": False,
        "projects": ["default", "shop"],
    }


def test_a_terminal_gets_a_table(filled: Px) -> None:
    """With a head."""
    child = filled.terminal("key", "list")
    child.expect(EOF)

    assert "KEY   SECRETS  TOKENS" in (child.before or "")


def test_rotate_needs_the_project(px: Px) -> None:
    """Its folder says which Worker it is; outside of one px changes nothing."""
    done = px.run("key", "rotate")

    assert (done.returncode, "wrangler.toml" in done.stderr) == (2, True)


def test_rotate_of_a_deployed_worker_needs_credentials(px: Px, server: TestDevServer) -> None:
    """px says which one is missing, and where it belongs."""
    (px.folder / "wrangler.toml").write_text('name = "w"\n')

    done = px.run("key", "rotate")

    assert (done.returncode, server.calls) == (2, [])
    assert "CLOUDFLARE_API_TOKEN" in done.stderr
    assert ".env.deploy" in done.stderr


def test_a_passphrase_that_nothing_is_sealed_with_is_refused(px: Px, server: TestDevServer) -> None:
    """Rather than ignored: there would be no recovery file."""
    (px.folder / "wrangler.toml").write_text('name = "w"\n')
    (px.folder / ".env.deploy").touch(0o600)
    (px.folder / ".env.deploy").write_text("CLOUDFLARE_API_TOKEN=canary\n")

    options = ("--no-recovery-file", "--passphrase-stdin")
    done = px.run("key", "rotate", *options, stdin=b"canary passphrase\n")

    assert (done.returncode, server.calls) == (2, [])
    assert "--no-recovery-file makes none" in done.stderr


def test_rotate_locally_needs_the_workers_keys(
    px: Px, server: TestDevServer, tmp_path: Path
) -> None:
    """Without a .dev.vars there is nothing to put a key in front of."""
    (tmp_path / "wrangler.toml").write_text('name = "w"\n')
    (tmp_path / ".px").mkdir()
    local = {"url": server.url, "token": server.token}
    (tmp_path / ".px" / "local.json").write_text(json.dumps(local))

    refused = Px(tmp_path).run("key", "rotate", "--passphrase-stdin", stdin=b"canary passphrase\n")
    done = Px(tmp_path).run("key", "rotate", "--json")

    assert (refused.returncode, "add --recovery-file" in refused.stderr) == (2, True)
    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "no_keys")
    assert not (tmp_path / ".px" / "rotation.json").exists()
