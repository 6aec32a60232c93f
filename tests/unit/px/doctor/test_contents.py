"""`px doctor` on .env.secrets and a rotation that has not ended."""

from __future__ import annotations

import json

from px.doctor.contents import check_deploy, check_rotation, check_secrets, check_settings
from px.doctor.surroundings import Surroundings
from support.doctor import statuses, write
from support.source import ROOT


def test_secrets_are_counted(around: Surroundings) -> None:
    """By number, not by name."""
    write(around, ".env.secrets", "CANARY=1\nB=2\n")

    [found] = check_secrets(around)

    assert (found.status, found.message) == ("ok", ".env.secrets holds 2 secrets")


def test_wrong_lines_are_named(around: Surroundings) -> None:
    """By number, and nothing of them is shown."""
    write(around, ".env.secrets", "A=1\ncanary\nB=\n")

    [found] = check_secrets(around)

    assert (found.status, found.message) == ("fail", "px cannot read .env.secrets: line 2, 3")


def test_an_unreadable_file_is_a_sentence(around: Surroundings) -> None:
    """Whatever is wrong with it."""
    (around.folder / ".env.secrets").write_bytes(b"\xff\xfeA\0")

    [found] = check_secrets(around)

    assert (found.status, "UTF-16" in found.message) == ("fail", True)


def test_what_to_do_where_there_is_no_file(around: Surroundings) -> None:
    """Copy the example, where there is one."""
    [found] = check_secrets(around)
    write(around, ".env.secrets.example", "A=\n")
    [beside_example] = check_secrets(around)

    assert (found.status, found.hint) == ("skip", "")
    assert beside_example.hint == (
        "install -m 600 .env.secrets.example .env.secrets, then fill it in"
    )


def test_no_file(around: Surroundings) -> None:
    """Nothing to check."""
    assert statuses(check_secrets(around)) == [("secrets", "skip")]


def test_settings_that_px_dev_cannot_read(around: Surroundings) -> None:
    """Each file in a sentence, without what is in it; nothing is said of those that are right."""
    for name in ("wrangler.toml", "worker/entry.py", "requirements/worker.txt"):
        (around.folder / name).parent.mkdir(exist_ok=True)
        write(around, name, (ROOT / name).read_text())
    assert statuses(check_settings(around)) == []
    write(around, "wrangler.toml", 'name = "canary')
    write(around, ".dev.vars", 'MASTER_KEYS="k1:canary"\n')

    found = list(check_settings(around))

    assert [one.status for one in found] == ["fail", "fail"]
    assert [one.message.split()[0] for one in found] == ["wrangler.toml", ".dev.vars:"]
    assert not [one for one in found if "canary" in one.message + one.hint]


def test_a_configuration_that_is_half_written(around: Surroundings) -> None:
    """What it lacks, as `px dev` says it; another Worker's is no fault."""
    whole = (ROOT / "wrangler.toml").read_text()
    for name in ("worker/entry.py", "requirements/worker.txt"):
        (around.folder / name).parent.mkdir()
        write(around, name, (ROOT / name).read_text())

    write(around, "wrangler.toml", whole.partition("[[kv_namespaces]]")[0])
    [half] = check_settings(around)
    write(around, "wrangler.toml", 'name = "shop"\nmain = "shop.js"\n')
    [another] = check_settings(around)

    assert (half.status, "a binding SECRETS_KV" in half.hint) == ("fail", True)
    assert (another.status, another.message) == (
        "skip",
        "wrangler.toml is not that of a Positronic project",
    )


def test_no_rotation(around: Surroundings) -> None:
    """None is under way."""
    assert statuses(check_rotation(around)) == [("rotation", "ok")]


def test_a_rotation_that_has_not_ended(around: Surroundings) -> None:
    """Whose it is, and how it ends; its key is not shown."""
    key = "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E="
    started = {"origin": "https://h.dev", "keyId": "k1", "key": key, "placed": True}
    write(around, ".px/rotation.json", json.dumps(started))

    [found] = check_rotation(around)

    assert (found.status, "https://h.dev" in found.message) == ("warn", True)
    assert "px key rotate" in found.hint
    assert key not in found.message + found.hint


def test_a_malformed_rotation_fails(around: Surroundings) -> None:
    """It may hold the only copy of a key."""
    write(around, ".px/rotation.json", "{")

    assert statuses(check_rotation(around)) == [("rotation", "fail")]


def test_a_deploy_that_has_not_ended(around: Surroundings) -> None:
    """Its file may hold the only copy of a token; without it there is no line."""
    before = statuses(check_deploy(around))
    write(around, ".px/deploy.json", "{}")

    assert (before, statuses(check_deploy(around))) == ([], [("deploy", "warn")])
