"""`px doctor` on a host: its keys, ledgers and values, without a call that changes anything."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from support.hosting import PASSPHRASE, hosted, init
from support.providers.aws import KEY_ID, SECRET_KEY, RunningAws, running_aws
from support.providers.vault import TOKEN, vault
from support.px_process import CANARY, Px
from support.schemas import conforms

HIDDEN: Final = (CANARY, SECRET_KEY, KEY_ID, TOKEN)


@pytest.fixture
def cloud() -> Iterator[RunningAws]:
    with running_aws() as empty:
        yield empty


def doctor(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """Its exit code and findings. Nothing is shown that must not be."""
    words = words or ("--data", "px-data")
    done = Px(folder).run("doctor", *words, "--json", environment=environment)
    shown, data = done.stdout + done.stderr, folder / "px-data"
    keys = [data / name for name in ("root-token", "master-keys") if (data / name).exists()]
    secret = [path.read_text().strip().rpartition(":")[2] for path in keys]
    assert not [one for one in (*HIDDEN, *secret) if one in shown]
    document = json.loads(done.stdout)
    conforms("doctor", document)
    return done.returncode, document["checks"]


def one(found: list[dict[str, Any]], check: str) -> dict[str, Any]:
    [finding] = [each for each in found if each["check"] == check]
    return finding


def stored(folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
    """A host that has a secret, and stopped."""
    with hosted(folder, *options, environment=environment) as host:
        Px(folder, host.environment).run("secret", "create", "A", "--value", CANARY)
        assert host.stop() == 0


def written(data: Path) -> dict[str, int]:
    """What is in the folder, and when each was written."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(data.rglob("*"))}


def test_a_host_in_order(tmp_path: Path) -> None:
    """Its key by its id, modes, ledgers; nothing is written, and no server is needed."""
    stored(tmp_path)
    before = written(tmp_path / "px-data")
    code, found = doctor(tmp_path)
    id_ = (tmp_path / "px-data" / "master-keys").read_text().partition(":")[0]

    assert code == 0
    assert one(found, "host")["message"].endswith("and no px serve runs on it")
    assert one(found, "keys")["message"] == f"newest {id_}, from master-keys"
    assert one(found, "ledgers")["message"] == "2 in ledgers, all intact"
    assert one(found, "values")["message"] == "in the ledgers, sealed"
    modes = {
        each["message"].split()[0]: each["status"] for each in found if each["check"] == "mode"
    }
    assert modes == {"master-keys": "ok", "root-token-sha256": "ok", "root-token": "warn"}
    assert written(tmp_path / "px-data") == before


def test_where_there_is_a_data_folder(tmp_path: Path) -> None:
    """It is also looked at without --data; elsewhere nothing is said of a host."""
    init(tmp_path)
    _, found = doctor(tmp_path, "--timeout", "5")
    empty = tmp_path / "empty"
    empty.mkdir()
    _, other = doctor(empty, "--timeout", "5")

    assert {"px", "address", "host", "keys"} <= {each["check"] for each in found}
    assert "host" not in {each["check"] for each in other}


def test_beside_a_host_that_runs(tmp_path: Path) -> None:
    """It says so, and the host goes on."""
    with hosted(tmp_path) as host:
        px = Px(tmp_path, host.environment)
        px.run("secret", "create", "A", "--value", CANARY)
        code, found = doctor(tmp_path)
        done = px.run("secret", "create", "B", "--value", CANARY)

    assert code == 0
    assert one(found, "host")["message"].endswith("and a px serve runs on it")
    assert one(found, "ledgers")["status"] == "ok"
    assert done.returncode == 0


def _open_folder(data: Path) -> None:
    data.chmod(0o755)


def _open_key(data: Path) -> None:
    (data / "master-keys").chmod(0o644)


def _no_key(data: Path) -> None:
    (data / "master-keys").write_text("k1:short\n")


def _damaged(data: Path) -> None:
    ledger = data / "ledgers" / "default.sqlite"
    text = bytearray(ledger.read_bytes())
    text[4096:] = b"\xff" * (len(text) - 4096)
    ledger.write_bytes(text)


def _no_database(data: Path) -> None:
    (data / "ledgers" / "default.sqlite").write_bytes(b"x" * 5000)


def _half_a_commit(data: Path) -> None:
    (data / "ledgers" / "default.sqlite-journal").write_bytes(b"")


def _lost_values(data: Path) -> None:
    (data / "values.json").write_text("{}")
    (data / "values.json").chmod(0o600)


@pytest.mark.parametrize(
    ("harm", "check", "words"),
    [
        (_open_folder, "host", "other users of this machine can enter the data folder"),
        (shutil.rmtree, "host", "there is no data folder here"),
        (_open_key, "mode", "can read master-keys"),
        (_no_key, "keys", "master-keys in the data folder is malformed"),
        (_damaged, "ledgers", "default (it is damaged)"),
        (_no_database, "ledgers", "default (it is damaged)"),
        (_half_a_commit, "ledgers", "default (a commit was broken off"),
        (_lost_values, "values", "values.json in the data folder is not what px serve wrote"),
    ],
)
def test_what_is_wrong(
    tmp_path: Path, harm: Callable[[Path], None], check: str, words: str
) -> None:
    """Exit code 1, in a sentence."""
    stored(tmp_path)
    harm(tmp_path / "px-data")
    code, found = doctor(tmp_path)

    failed = [each["message"] for each in found if each["status"] == "fail"]
    assert code == 1
    assert any(words in message for message in failed), found
    assert check in {each["check"] for each in found if each["status"] == "fail"}


def test_keys_in_two_places(tmp_path: Path) -> None:
    """Which one counts must not be a guess: px serve would not start either."""
    init(tmp_path)
    code, found = doctor(tmp_path, environment={"MASTER_KEYS": CANARY})

    assert (code, one(found, "keys")["hint"]) == (1, "keep one of the two")


def test_a_recovery_file(tmp_path: Path) -> None:
    """Of the newest key, or of another."""
    px = Px(tmp_path)
    words = ("serve", "init", "--passphrase-stdin")
    assert px.run(*words, stdin=PASSPHRASE.encode()).returncode == 0
    code, found = doctor(tmp_path)
    assert (code, one(found, "recovery")["status"]) == (0, "ok")
    keys = tmp_path / "px-data" / "master-keys"
    keys.write_text(f"other:{'A' * 43}=\n")
    code, found = doctor(tmp_path)

    assert (code, one(found, "recovery")["status"]) == (1, "fail")
    assert "but the host seals with other" in one(found, "recovery")["message"]


@pytest.mark.parametrize("option", ["aws-secrets-manager", "aws-parameter-store"])
def test_values_at_aws(tmp_path: Path, cloud: RunningAws, option: str) -> None:
    """The role, AWS's clock, and that it may read back; nothing is put there."""
    stored(tmp_path, "--values", option, environment=cloud.environment)
    cloud.standin.asked.clear()
    code, found = doctor(tmp_path, environment=cloud.environment)

    assert code == 0, found
    assert one(found, "values")["message"].startswith(f"at {option}:positronic-secrets, below")
    assert one(found, "credential")["message"].startswith("found by `env` of px doctor's own")
    assert one(found, "role")["message"].startswith("arn:aws:sts::123456789012:")
    assert one(found, "clock")["message"] == "matches AWS's"
    assert one(found, "reading")["message"].endswith("lets it read values back")
    reading = "GetSecretValue" if option == "aws-secrets-manager" else "GetParameter"
    assert cloud.actions() == ["GetCallerIdentity", reading]


def test_a_role_that_may_not_read(tmp_path: Path, cloud: RunningAws) -> None:
    """A warning with the action that the policy lacks: storing still works."""
    stored(tmp_path, "--values", "aws-secrets-manager", environment=cloud.environment)
    cloud.aws.deny("GetSecretValue")
    code, found = doctor(tmp_path, environment=cloud.environment)

    assert (code, one(found, "reading")["status"]) == (0, "warn")
    message = one(found, "reading")["message"]
    assert message.startswith("AWS Secrets Manager does not allow secretsmanager:GetSecretValue")


@pytest.mark.parametrize(("ahead", "status"), [(120, "warn"), (-900, "fail")])
def test_a_clock_that_is_wrong(
    tmp_path: Path, cloud: RunningAws, ahead: float, status: str
) -> None:
    """AWS's own is in its answer."""
    stored(tmp_path, "--values", "aws-secrets-manager", environment=cloud.environment)
    cloud.aws.clock = lambda: time.time() + ahead
    code, found = doctor(tmp_path, environment=cloud.environment)

    assert (code, one(found, "clock")["status"]) == (int(status == "fail"), status)
    assert ("behind AWS" if ahead > 0 else "ahead of AWS") in one(found, "clock")["message"]


def test_credentials_in_a_file(tmp_path: Path, cloud: RunningAws) -> None:
    """By botocore's chain; one that others can open fails."""
    stored(tmp_path, "--values", "aws-secrets-manager", environment=cloud.environment)
    file = tmp_path / "credentials"
    file.write_text(
        f"[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET_KEY}\n"
    )
    file.chmod(0o600)
    environment = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_REGION": "eu-central-1",
        "AWS_SHARED_CREDENTIALS_FILE": str(file),
    }
    code, found = doctor(tmp_path, environment=environment)
    assert code == 0
    assert one(found, "credential")["message"] == "found in AWS's credentials file, of mode 600"
    file.chmod(0o644)
    code, found = doctor(tmp_path, environment=environment)

    assert (code, one(found, "credential")["status"]) == (1, "fail")


def test_values_in_vault(tmp_path: Path) -> None:
    """Whether the token may read, and one that is not there."""
    with vault() as server:
        stored(tmp_path, "--values", "vault:kv/px", environment=server.environment)
        _, found = doctor(tmp_path, environment=server.environment)
        server.denied.add(("GET", "kv/data/"))
        code, denied = doctor(tmp_path, environment=server.environment)
        without, bare = doctor(tmp_path)

    assert one(found, "reading")["message"] == "Vault lets it read values back"
    assert (code, one(denied, "reading")["status"]) == (0, "warn")
    assert (without, one(bare, "credential")["status"]) == (1, "fail")


def test_it_looks_at_targets_or_at_a_host(tmp_path: Path) -> None:
    """Not both at once."""
    assert Px(tmp_path).run("doctor", "--target", "--data", "px-data").returncode == 2
