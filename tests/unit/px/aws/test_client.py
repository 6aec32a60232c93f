"""botocore says nothing of a request, however much logging is asked for, and neither does px."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest

from px.aws.client import open_client
from px.aws.failures import AwsRefused, codes_only
from px.errors import NotReached, Usage
from px.project.provider_access import AwsAccess
from support.providers.aws import RunningAws, running_aws

CANARY: Final = "canary-31337"
KEYS: Final = {"aws_access_key_id": f"{CANARY}-id", "aws_secret_access_key": f"{CANARY}-key"}


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningAws]:
    """What answers in AWS's place."""
    with running_aws() as running:
        running.aws.deny("GetSecretValue")
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        yield running


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that is logged at any level."""
    text = StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def client(keys: dict[str, str]) -> Any:  # noqa: ANN401 - botocore has no types
    return open_client("secretsmanager", AwsAccess("eu-central-1", keys))


def test_nothing_is_logged(refusing: RunningAws, logged: StringIO) -> None:
    """At level debug botocore would log the request, its headers and the credentials' source."""
    asking = client(KEYS)
    with pytest.raises(AwsRefused) as caught, codes_only():
        asking.get_secret_value(SecretId=CANARY)

    assert (caught.value.code, refusing.actions()) == ("AccessDeniedException", ["GetSecretValue"])
    assert logged.getvalue() == ""


def test_a_parameter_is_not_quoted(refusing: RunningAws) -> None:
    """botocore's own error would show it."""
    asking = client(KEYS)
    with pytest.raises(NotReached) as caught, codes_only():
        asking.get_secret_value(SecretId=[CANARY])

    assert CANARY not in f"{caught.value.message} {caught.value.hint} {caught.value.args}"
    assert refusing.actions() == []


def test_keys_of_a_file_go_only_to_its_own_endpoint(
    refusing: RunningAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the environment nor a profile sends them elsewhere, by any of AWS's settings."""
    profile = tmp_path / "config"
    profile.write_text(f"[default]\nendpoint_url = {refusing.url}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profile))
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", refusing.url)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")

    addresses = [
        open_client("secretsmanager", AwsAccess("eu-central-1", KEYS, endpoint)).meta.endpoint_url
        for endpoint in (None, "", "https://own.example")
    ]

    own = "https://secretsmanager.eu-central-1.amazonaws.com"
    assert addresses == [refusing.url, own, "https://own.example"]


def test_plain_http_is_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever botocore has the address from."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.example")

    with pytest.raises(Usage, match="only over https"):
        client(KEYS)
    with pytest.raises(Usage, match="only over https"):
        open_client("secretsmanager", AwsAccess("eu-central-1", KEYS, "http://aws.example"))


def test_what_is_not_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host alone, and what decides about it."""
    with running_aws() as gone:
        monkeypatch.setenv("AWS_ENDPOINT_URL", gone.url)
    with pytest.raises(NotReached) as caught, codes_only():
        client(KEYS).get_secret_value(SecretId=CANARY)

    assert "AWS could not be reached at 127.0.0.1: " in caught.value.message
    assert caught.value.hint == "its address comes from AWS_REGION, or from AWS_ENDPOINT_URL"


def test_a_missing_region_is_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """px serve reads no other place."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Usage) as caught:
        open_client("secretsmanager", AwsAccess(None, KEYS))

    hint = "set AWS_REGION in the environment; `px secret import` also looks in .env.deploy"
    assert caught.value.hint == hint
