"""AWS Secrets Manager: versions, what is scheduled for deletion, and what AWS refuses."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from contracts.suite import raises
from positronic.errors import StoreFailed, TargetRefused
from positronic.names import parse_name, parse_value
from positronic.outgoing import Answer, NoAnswer, Send
from positronic.providers.aws_secrets_manager import AwsSecretsManager, version_id
from positronic.providers.sigv4 import Credentials
from support.providers import aws, worlds
from support.providers.canned import Canned
from support.providers.standin import Standin, standing_in

A = parse_name("A")
NOWHERE = Standin("https://aws.example", aws.Aws())
ONE, TWO = parse_value("one"), parse_value("two")
Tried = Callable[[AwsSecretsManager, aws.Aws, Standin], Awaitable[None]]


def at_aws(tried: Tried) -> None:
    provider = aws.Aws()

    async def within(standin: Standin) -> None:
        await tried(worlds.secrets_manager(standin, worlds.SEND, "shop/"), provider, standin)

    with standing_in(provider) as standin:
        asyncio.run(within(standin))


def value(provider: aws.Aws) -> str | None:
    asked = {"SecretId": "shop/A", "VersionStage": "AWSCURRENT"}
    found: Any = provider.moto("GetSecretValue", asked).document
    text: str | None = found.get("SecretString")
    return text


def actions(standin: Standin) -> list[str]:
    return [one.headers["x-amz-target"].partition(".")[2] for one in standin.asked]


@pytest.mark.parametrize("action", ["PutSecretValue", "UpdateSecretVersionStage"])
def test_a_deleted_value_stays_deleted_if_the_next_put_fails(action: str) -> None:
    """Also where AWS refuses the new one: nobody may read the old one again."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        await target.put(A, TWO, 2)
        await target.delete(A)
        provider.deny(action)
        if action == "PutSecretValue":
            await raises(TargetRefused, target.put(A, ONE, 3))
        else:
            await raises(TargetRefused, target.put(A, ONE, 1))

        assert await target.look([A]) == {}
        assert value(provider) is None

    at_aws(tried)


@pytest.mark.parametrize("cut_off", [NoAnswer(), asyncio.CancelledError()])
@pytest.mark.parametrize("after", ["RestoreSecret", "PutSecretValue"])
def test_a_deleted_value_stays_deleted_if_a_put_is_cut_off(
    after: str, cut_off: BaseException
) -> None:
    """Its restoration, or the new value, arrived, and the answer did not; or the host stops."""

    async def cutting(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = await worlds.SEND(method, url, headers, body)
        if headers["X-Amz-Target"].endswith(after):
            raise cut_off
        return answer

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        await target.delete(A)
        cut = worlds.secrets_manager(standin, cutting, "shop/")
        with pytest.raises((StoreFailed, asyncio.CancelledError)):
            await cut.put(A, TWO, 2)

        assert value(provider) is None
        await target.put(A, TWO, 2)
        assert value(provider) == "two"

    at_aws(tried)


def test_a_name_scheduled_for_deletion_is_restored_by_the_next_put() -> None:
    """With the new value; a foreign one stays scheduled."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        await target.delete(A)
        assert await target.look([A]) == {}
        scheduled: Any = provider.moto("DescribeSecret", {"SecretId": "shop/A"}).document
        window = scheduled["DeletedDate"] - provider.clock()
        await target.put(A, TWO, 2)

        assert 6.9 < window / 86_400 < 7.1
        assert value(provider) == "two"
        theirs = {"Name": "shop/B", "SecretString": "theirs"}
        provider.moto("CreateSecret", theirs)
        provider.moto("DeleteSecret", {"SecretId": "shop/B"})
        for call in (target.put(parse_name("B"), ONE, 1), target.delete(parse_name("B"))):
            error = await raises(TargetRefused, call)
            assert "shop/B" in error.message
        after: Any = provider.moto("DescribeSecret", {"SecretId": "shop/B"}).document
        assert after["DeletedDate"] is not None

    at_aws(tried)


def test_a_version_that_was_written_before_becomes_the_current_one_again() -> None:
    """Somebody wrote another one since, by hand."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        receipt = await target.put(A, ONE, 1)
        provider.moto("PutSecretValue", {"SecretId": "shop/A", "SecretString": "by hand"})
        drifted = (await target.look([A]))[A].receipt
        again = await target.put(A, ONE, 1)

        assert drifted != receipt
        assert again == receipt
        assert value(provider) == "one"
        assert (await target.look([A]))[A].receipt == receipt
        assert actions(standin)[-2] == "UpdateSecretVersionStage"

    at_aws(tried)


def test_a_put_that_is_repeated_makes_one_version() -> None:
    """Also when its answer was lost."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        await target.put(A, ONE, 1)
        for _ in range(3):
            standin.fail("lost", 2)
            await raises(StoreFailed, target.put(A, TWO, 2))
            standin.fail("", 0)
            await target.put(A, TWO, 2)
        found: Any = provider.moto("ListSecretVersionIds", {"SecretId": "shop/A"}).document

        assert len(found["Versions"]) == 2

    at_aws(tried)


def test_another_ledger_writes_the_same_version_number() -> None:
    """A project that was built again counts from 1 again: its values are other versions at AWS."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        first, second = await target.put(A, ONE, 1), await target.put(A, TWO, 1)

        assert first != second
        assert value(provider) == "two"

    at_aws(tried)


def test_a_versions_id_depends_on_all_that_is_written() -> None:
    """And on a key, so that nobody can try values."""
    one, another = Credentials("id", "key"), Credentials("id", "other")
    ids = {
        version_id(credentials, at, version, text)
        for credentials in (one, another)
        for at in ("a", "b")
        for version in (1, 2)
        for text in (ONE, TWO)
    }

    assert len(ids) == 16
    assert {(uuid.UUID(id_).version, uuid.UUID(id_).variant) for id_ in ids} == {(8, uuid.RFC_4122)}


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("DescribeSecret", "put"),
        ("CreateSecret", "put"),
        ("DeleteSecret", "delete"),
        ("DescribeSecret", "look"),
    ],
)
def test_what_the_policy_lacks_is_named(action: str, call: str) -> None:
    """As it has to be written there."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        if call == "delete":
            await target.put(A, ONE, 1)
        provider.deny(action)
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            "put": lambda: target.put(A, ONE, 1),
            "delete": lambda: target.delete(A),
            "look": lambda: target.look([A]),
        }
        error = await raises(TargetRefused, calls[call]())

        assert f"secretsmanager:{action}" in error.message

    at_aws(tried)


def test_values_are_never_asked_for() -> None:
    """A key that may not read them is enough."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        provider.deny("GetSecretValue", "BatchGetSecretValue", "ListSecrets")
        await target.put(A, ONE, 1)
        await target.put(A, TWO, 2)
        await target.look([A])
        await target.delete(A)

        assert not {*actions(standin)} & {*provider.refused}

    at_aws(tried)


def test_a_wrong_clock_or_key_is_named() -> None:
    """AWS refuses both with one code."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        late = replace(target.api, clock=lambda: worlds.now() - 301_000)
        early = replace(target.api, clock=lambda: worlds.now() + 301_000)
        wrong = replace(target.api, credentials=Credentials(aws.KEY_ID, "another"))
        for api in (late, early, wrong):
            error = await raises(TargetRefused, replace(target, api=api).put(A, ONE, 1))
            assert "clock" in error.message
            assert "secret access key" in error.message
        unknown = replace(target.api, credentials=Credentials("AKIAOTHER", "another"))
        error = await raises(TargetRefused, replace(target, api=unknown).look([A]))
        assert "replace the target's credentials" in error.message

    at_aws(tried)


def test_a_session_token_is_sent_and_signed() -> None:
    """With temporary credentials."""

    async def tried(target: AwsSecretsManager, provider: aws.Aws, standin: Standin) -> None:
        provider.session_token = "canary-session"
        temporary = Credentials(aws.KEY_ID, aws.SECRET_KEY, "canary-session")
        await replace(target, api=replace(target.api, credentials=temporary)).put(A, ONE, 1)

        assert value(provider) == "one"
        assert "x-amz-security-token" in standin.asked[0].headers["authorization"]

    at_aws(tried)


def described(**more: object) -> tuple[int, object]:
    tags = [{"Key": key, "Value": text} for key, text in worlds.MARK.tags.items()]
    return 200, {"Name": "shop/A", "Tags": tags, **more}


def target_over(send: Send) -> AwsSecretsManager:
    return worlds.secrets_manager(Standin("https://aws.example", aws.Aws()), send, "shop/")


def test_too_many_versions_of_a_day_are_worth_waiting_for() -> None:
    """AWS removes them after 24 hours."""
    send = Canned([described(), (400, {"__type": "LimitExceededException"})])
    error = asyncio.run(raises(StoreFailed, target_over(send).put(A, ONE, 1)))

    assert "shop/A has too many versions" in error.message


def test_what_somebody_creates_at_the_same_time_stays() -> None:
    """The next try finds it, and that it is theirs."""
    missing = (400, {"__type": "ResourceNotFoundException"})
    send = Canned([missing, (400, {"__type": "ResourceExistsException"})])

    asyncio.run(raises(StoreFailed, target_over(send).put(A, ONE, 1)))
    assert [sent[2].get("SecretId", sent[2].get("Name")) for sent in send.sent] == ["shop/A"] * 2


def test_a_version_under_another_id_is_a_failure() -> None:
    """Only what is confirmed counts as written."""
    send = Canned([described(), (200, {"VersionId": "other", "VersionStages": ["AWSCURRENT"]})])

    asyncio.run(raises(StoreFailed, target_over(send).put(A, ONE, 1)))


@pytest.mark.parametrize(
    ("prefix", "name", "fits"),
    [
        ("shop-", "ABCDEF", False),
        ("shop-", "A1B2c3", False),
        ("shop-", "ABCDEFG", True),
        ("shop-", "ABCDE", True),
        ("shop/", "ABCDEF", True),
        ("", "ABCDEF", True),
        ("p" * 300, "N" * 128, True),
        ("p" * 500, "N" * 13, False),
    ],
)
def test_names(prefix: str, name: str, fits: bool) -> None:
    """A hyphen and six characters in the end look like one of AWS's own ids."""
    target = replace(target_over(Canned([])), prefix=prefix)
    sentence = target.refusal(parse_name(name))

    assert (sentence is None) is fits
    assert sentence is None or name in sentence
