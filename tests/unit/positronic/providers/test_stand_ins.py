"""The stand-ins keep their facts, as botocore and httpx see them instead of our own clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.cloudflare_account import ACCOUNT
from support.providers import aws, fly, worker_secrets
from support.providers.standin import Standin, standing_in


def client(standin: Standin, service: str, secret_key: str = aws.SECRET_KEY) -> Any:  # noqa: ANN401
    return botocore.session.Session().create_client(
        service,
        region_name=aws.REGION,
        endpoint_url=standin.url,
        aws_access_key_id=aws.KEY_ID,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def code(call: Callable[..., object], **fields: object) -> tuple[str, int]:
    """Of the error that it is."""
    with pytest.raises(ClientError) as failed:
        call(**fields)
    found: Any = failed.value.response
    return found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]


def with_secrets(test: Callable[[Any, aws.Aws, Standin], None]) -> None:
    provider = aws.Aws()
    with standing_in(provider) as standin:
        test(client(standin, "secretsmanager"), provider, standin)


def with_parameters(test: Callable[[Any, aws.Aws], None]) -> None:
    provider = aws.Aws()
    with standing_in(provider) as standin:
        test(client(standin, "ssm"), provider)


def test_aws_signatures_and_clocks() -> None:
    """As botocore signs; a wrong key and a wrong clock are refused, and each with 400."""

    def tried(secrets: Any, provider: aws.Aws, standin: Standin) -> None:  # noqa: ANN401
        secrets.create_secret(Name="a", SecretString="one")
        wrong = client(standin, "secretsmanager", "another")
        assert code(wrong.describe_secret, SecretId="a") == ("InvalidSignatureException", 400)
        assert code(secrets.describe_secret, SecretId="b") == ("ResourceNotFoundException", 400)
        provider.deny("DescribeSecret")
        assert code(secrets.describe_secret, SecretId="a") == ("AccessDeniedException", 400)
        later = provider.clock() + 301
        provider.clock = lambda: later
        assert code(secrets.list_secrets) == ("InvalidSignatureException", 400)

    with_secrets(tried)


def test_aws_values_and_tokens() -> None:
    """Sizes, idempotence, and what is scheduled for deletion."""

    def tried(secrets: Any, provider: aws.Aws, standin: Standin) -> None:  # noqa: ANN401
        secrets.create_secret(Name="a", SecretString="x" * 65_536)
        put, token = secrets.put_secret_value, "t" * 32
        assert code(put, SecretId="a", SecretString="é" * 32_769)[0] == "ValidationException"
        first = put(SecretId="a", SecretString="two", ClientRequestToken=token)
        again = put(SecretId="a", SecretString="two", ClientRequestToken=token)
        other = code(put, SecretId="a", SecretString="three", ClientRequestToken=token)
        assert first["VersionId"] == again["VersionId"] == token
        assert other[0] == "ResourceExistsException"
        secrets.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        assert code(put, SecretId="a", SecretString="z")[0] == "InvalidRequestException"
        assert code(secrets.create_secret, Name="a", SecretString="z")[0] in (
            "InvalidRequestException",
            "ResourceExistsException",
        )

    with_secrets(tried)


def test_aws_lists_lag() -> None:
    """What was created since is not in them."""

    def tried(secrets: Any, provider: aws.Aws, standin: Standin) -> None:  # noqa: ANN401
        secrets.create_secret(Name="a", SecretString="one")
        before = secrets.list_secrets()["SecretList"]
        provider.lags = True
        secrets.create_secret(Name="b", SecretString="one")
        assert [one["Name"] for one in before] == ["a"]
        assert [one["Name"] for one in secrets.list_secrets()["SecretList"]] == ["a"]

    with_secrets(tried)


def test_aws_parameters() -> None:
    """Sizes, tiers, references, tags, and names that were just deleted."""

    def tried(parameters: Any, provider: aws.Aws) -> None:  # noqa: ANN401
        put = parameters.put_parameter
        named: dict[str, Any] = {"Name": "/a", "Type": "SecureString"}
        for value in ("x" * 4097, "{{x}}"):
            assert code(put, **named, Value=value)[0] == "ValidationException"
        assert code(put, **named, Value="x" * 8193, Tier="Advanced")[0] == "ValidationException"
        put(**named, Value="x" * 8192, Tier="Advanced")
        assert code(put, **named, Value="x", Overwrite=True)[0] == "ValidationException"
        tags = [{"Key": "a", "Value": "b"}]
        both = code(put, **named, Value="x", Tier="Advanced", Overwrite=True, Tags=tags)
        assert both[0] == "ValidationException"
        provider.keeps_deleted_names = True
        parameters.delete_parameter(Name="/a")
        assert code(put, **named, Value="x")[0] == "ParameterAlreadyExists"
        later = provider.clock() + 31
        provider.clock = lambda: later
        put(**named, Value="x")

    with_parameters(tried)


def test_fly() -> None:
    """What is asked of it, and errors."""
    with standing_in(fly.Fly()) as standin:
        headers = {"Authorization": fly.TOKEN}
        with httpx.Client(trust_env=False, base_url=f"{standin.url}/v1/apps") as client:
            secrets = f"/{fly.APP}/secrets"
            made = client.post(f"{secrets}/A", json={"value": "v"}, headers=headers).json()
            other = client.post(f"{secrets}/a", json={"value": "w"}, headers=headers).json()
            listed = client.get(secrets, params={"version": "2"}, headers=headers).json()
            gone = client.delete(f"{secrets}/A", headers=headers)
            again = client.delete(f"{secrets}/A", headers=headers)
            nowhere = client.get("/other/secrets", headers=headers)
            refused = client.get(secrets)

    assert (made["name"], made["version"], other["version"]) == ("A", 1, 2)
    assert [set(one) for one in listed["secrets"]] == [{"name", "digest"}] * 2
    assert (gone.status_code, gone.json()) == (200, {"version": 3})
    assert [one.status_code for one in (again, nowhere, refused)] == [404, 404, 401]
    assert set(again.json()) == {"error", "status"}


def test_worker_secrets() -> None:
    """What is asked of it, and errors."""
    with standing_in(worker_secrets.WorkerSecrets()) as standin:
        headers = {"Authorization": f"Bearer {worker_secrets.TOKEN}"}
        scripts = f"{standin.url}/client/v4/accounts/{ACCOUNT}/workers/scripts"
        secrets = f"{scripts}/{worker_secrets.SCRIPT}/secrets"
        sent = {"name": "A", "text": "x" * 5120, "type": "secret_text"}
        with httpx.Client(trust_env=False, headers=headers) as client:
            made = client.put(secrets, json=sent)
            long = client.put(secrets, json=sent | {"text": "x" * 5121})
            listed = client.get(secrets).json()
            gone = client.delete(f"{secrets}/A")
            again = client.delete(f"{secrets}/A")
            nowhere = client.put(f"{scripts}/other/secrets", json=sent)
            refused = client.get(secrets, headers={"Authorization": "Bearer x"})

    found = [(one.status_code, one.json()["errors"][0]["code"]) for one in (long, again, nowhere)]
    assert listed["result"] == [{"name": "A", "type": "secret_text"}]
    assert (made.status_code, gone.status_code) == (200, 200)
    assert found == [(400, 10054), (404, 10056), (404, 10007)]
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, 10000)
