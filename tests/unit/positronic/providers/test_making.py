"""From the table in the Worker's configuration to a target that works."""

from __future__ import annotations

import json

import pytest

from contracts.suite import raises
from positronic.errors import NotConfigured, StoreFailed
from positronic.names import Project, TargetName, parse_name, parse_value
from positronic.outgoing import Send
from positronic.ports import Target
from positronic.providers.making import makes
from positronic.targets.configured import PROVIDERS, opened, parse
from support.providers import fly, tables, worlds
from support.providers.canned import Canned
from support.running import run

A, SHOP = parse_name("A"), Project("shop")


def made(provider: str, url: str, send: Send, **more: str) -> Target:
    table, credentials = tables.table(provider, url, **more)
    configs = parse(json.dumps(table), credentials, SHOP, is_local=True)
    return opened(configs, SHOP, makes(send, worlds.now))[TargetName("production")].usable()


def test_every_type_is_made() -> None:
    """Of those that a table may have."""
    assert {*makes(Canned([]), worlds.now)} == {*PROVIDERS} == {*worlds.CASES}


@pytest.mark.parametrize("provider", worlds.CASES)
def test_it_works_at_its_provider(provider: str) -> None:
    """With the fields and the credentials that are in the Worker's settings."""
    with worlds.CASES[provider].standing_in() as make:

        async def tried() -> None:
            world = make(worlds.SEND)
            target = made(provider, world.standin.url, worlds.SEND)
            receipt = await target.put(A, parse_value("one"), 1)
            there = await target.look([A])
            assert await world.value(A) == "one"
            assert there[A].receipt == receipt
            assert there == await world.target.look([A]), "another mark"
            await target.delete(A)
            assert await world.value(A) is None

        run(tried())


@pytest.mark.parametrize(
    ("provider", "fields", "url"),
    [
        ("aws-secrets-manager", {}, "https://secretsmanager.eu-central-1.amazonaws.com/"),
        ("aws-parameter-store", {}, "https://ssm.eu-central-1.amazonaws.com/"),
        (
            "aws-parameter-store",
            {"region": "cn-north-1"},
            "https://ssm.cn-north-1.amazonaws.com.cn/",
        ),
        ("fly", {}, "https://api.machines.dev/v1/apps/shop-app/secrets"),
        ("worker-secrets", {}, "https://api.cloudflare.com/client/v4/accounts/"),
    ],
)
def test_without_an_address_it_is_the_providers(
    provider: str, fields: dict[str, str], url: str
) -> None:
    """Which is what a deployed Worker uses."""
    send = Canned([(500, {})])
    target = made(provider, "", send, **fields)
    run(_fails(target))

    assert send.sent[0][1].startswith(url)


async def _fails(target: Target) -> None:
    await raises(StoreFailed, target.look([A]))


def test_what_a_new_value_is_encrypted_with() -> None:
    """The key and the tier of the table."""
    send = Canned([(400, {"__type": "InvalidResourceId"}), (200, {"Version": 1})])
    key = "alias/shop"
    target = made("aws-parameter-store", "", send, kms_key=key, tier="advanced")
    run(target.put(A, parse_value("x" * 8192), 1))
    sent = send.sent[1][2]

    assert (sent["KeyId"], sent["Tier"], sent["Overwrite"]) == (key, "Advanced", False)


def test_a_line_end_after_a_key_does_not_count() -> None:
    """`echo KEY | wrangler secret put` adds one."""
    send = Canned([(200, {"secrets": []})])
    table, credentials = tables.table("fly", "")
    padded = {name: f"{text}\n" for name, text in credentials.items()}
    configs = parse(json.dumps(table), padded, SHOP, is_local=True)
    run(opened(configs, SHOP, makes(send, worlds.now))[TargetName("production")].usable().look([A]))

    assert send.headers[0]["Authorization"] == fly.TOKEN


@pytest.mark.parametrize("fields", [{"tier": "Advanced"}, {"kms_key": "a b"}, {"tier": ""}])
def test_what_is_malformed_is_not_configured(fields: dict[str, str]) -> None:
    """It names the field."""
    with pytest.raises(NotConfigured, match="|".join(fields)):
        made("aws-parameter-store", "", Canned([]), **fields)
