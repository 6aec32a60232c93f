"""AWS Parameter Store: sizes and tiers, paths, and names that were just deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from contracts.suite import raises
from positronic.errors import StoreFailed, TargetRefused
from positronic.names import parse_name, parse_value
from positronic.providers.aws_parameter_store import AwsParameterStore
from support.providers import aws, worlds
from support.providers.canned import Canned
from support.providers.standin import Standin, standing_in

A = parse_name("A")
ONE = parse_value("one")
Tried = Callable[[AwsParameterStore, aws.Aws, Standin], Awaitable[None]]
NOWHERE = Standin("https://aws.example", aws.Aws())


def at_aws(tried: Tried) -> None:
    provider = aws.Aws()

    async def within(standin: Standin) -> None:
        await tried(worlds.parameter_store(standin, worlds.SEND), provider, standin)

    with standing_in(provider) as standin:
        asyncio.run(within(standin))


def test_a_name_that_was_just_deleted_is_tried_again_later() -> None:
    """AWS wants 30 seconds between."""

    async def tried(target: AwsParameterStore, provider: aws.Aws, standin: Standin) -> None:
        provider.keeps_deleted_names = True
        await target.put(A, ONE, 1)
        await target.delete(A)
        error = await raises(StoreFailed, target.put(A, ONE, 2))
        assert "30 seconds" in error.message
        later = provider.clock() + 31
        provider.clock = lambda: later
        await target.put(A, ONE, 2)

        assert list(await target.look([A])) == [A]

    at_aws(tried)


def test_it_is_encrypted_and_marked() -> None:
    """A SecureString; and what moto shows without decryption is never asked for."""

    async def tried(target: AwsParameterStore, provider: aws.Aws, standin: Standin) -> None:
        await target.put(A, parse_value("canary-kms"), 1)
        await target.put(A, parse_value("canary-kms"), 2)
        await target.look([A])
        sealed: Any = provider.moto("GetParameter", {"Name": "/shop/A"}).document
        tags = provider.moto(
            "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "/shop/A"}
        )

        assert sealed["Parameter"]["Type"] == "SecureString"
        assert sealed["Parameter"]["Value"].startswith("kms:")
        assert "canary-kms" in sealed["Parameter"]["Value"], "moto became less careless"
        assert "canary-kms" not in str(standin.said)
        assert "positronic:project" in str(tags.document)

    at_aws(tried)


def test_the_advanced_tier_takes_twice_as_much() -> None:
    """A parameter does not become a standard one again."""
    sizes = [parse_value("x" * size) for size in (4096, 4097, 8192, 8193)]

    async def tried(target: AwsParameterStore, provider: aws.Aws, standin: Standin) -> None:
        advanced = replace(target, tier="Advanced")
        assert [target.refusal(A, one) is None for one in sizes] == [True, False, False, False]
        assert [advanced.refusal(A, one) is None for one in sizes] == [True, True, True, False]
        assert "advanced tier" in (target.refusal(A, sizes[1]) or "")
        await advanced.put(A, sizes[2], 1)
        error = await raises(TargetRefused, target.put(A, sizes[0], 2))
        assert "ValidationException" in error.message

    at_aws(tried)


@pytest.mark.parametrize(
    ("prefix", "name", "says"),
    [
        ("/shop/", "A", None),
        ("shop.", "A", None),
        ("", "awsKey", "aws"),
        ("", "SSM_KEY", "ssm"),
        ("/aws/", "A", "aws"),
        ("/shop/", "AWS_KEY", None),
        ("shop/", "A", "paths"),
        ("//shop/", "A", "paths"),
        ("/a" * 14 + "/", "A", None),
        ("/a" * 15 + "/", "A", "levels"),
        ("/" + "p" * 850 + "/", "N" * 128, "too long"),
    ],
)
def test_names(prefix: str, name: str, says: str | None) -> None:
    """What AWS reserves, how deep and how long."""
    target = worlds.parameter_store(NOWHERE, Canned([]), prefix)
    sentence = target.refusal(parse_name(name))

    assert (sentence is None) is (says is None)
    assert says is None or (sentence is not None and says in sentence and name in sentence)


@pytest.mark.parametrize(
    ("value", "fits"), [("{{x}}", False), ("a {{", False), ("{ {x} }", True), ("}}", True)]
)
def test_references(value: str, fits: bool) -> None:
    """AWS takes none in a value."""
    target = worlds.parameter_store(NOWHERE, Canned([]))
    sentence = target.refusal(A, parse_value(value))

    assert (sentence is None) is fits


def test_a_list_that_never_ends_is_a_failure() -> None:
    """A broken server's."""
    send = Canned([(200, {"Parameters": [], "NextToken": "more"})])

    asyncio.run(raises(StoreFailed, worlds.parameter_store(NOWHERE, send).look([A])))
    assert len(send.sent) == 20
