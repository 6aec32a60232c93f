"""The setting TARGETS: what it may say, and that no refusal shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pytest

from positronic.errors import NotConfigured
from positronic.names import Project, TargetName
from positronic.targets.configured import TargetConfig, opened, parse
from positronic.targets.memory import MemoryTarget

SHOP: Final = Project("shop")
VAULT: Final[dict[str, Any]] = {
    "type": "vault",
    "address": "https://vault.example.com:8200",
    "mount": "kv",
}
FLY: Final[dict[str, Any]] = {"type": "fly", "app": "shop"}
WORKER: Final[dict[str, Any]] = {"type": "worker-secrets", "account": "0" * 32, "script": "shop"}
AWS: Final[dict[str, Any]] = {"type": "aws-secrets-manager", "region": "eu-central-1"}
CANARY: Final = "canary-7f3a9c"
KEYS: Final = {"TARGET_PROD_AWS_ACCESS_KEY_ID": "AKIA", "TARGET_PROD_AWS_SECRET_ACCESS_KEY": "s"}


def _parsed(
    table: object, credentials: dict[str, str] | None = None, *, is_local: bool = False
) -> Sequence[TargetConfig]:
    text = table if isinstance(table, str) else json.dumps(table)
    return parse(text, credentials or {}, SHOP, is_local=is_local)


def test_nothing_is_configured() -> None:
    """Without the setting there are no targets."""
    assert list(_parsed("")) == []


def test_a_table() -> None:
    """Each target has its fields, its credentials and the host that events name."""
    aws, fly, vault = _parsed(
        {"prod-aws": {**AWS, "prefix": "shop/"}, "prod-fly": FLY, "vault": VAULT}, KEYS
    )

    assert aws.fields == {"region": "eu-central-1", "prefix": "shop/"}
    assert aws.credentials == {"ACCESS_KEY_ID": "AKIA", "SECRET_ACCESS_KEY": "s"}
    assert (aws.missing, aws.host) == ([], "secretsmanager.eu-central-1.amazonaws.com")
    assert (fly.missing, fly.host) == (["TARGET_PROD_FLY_API_TOKEN"], "api.machines.dev")
    assert (vault.missing, vault.host) == (["TARGET_VAULT_TOKEN"], "vault.example.com")
    assert "AKIA" not in repr(aws)


@pytest.mark.parametrize("one", [FLY, WORKER])
def test_a_place_without_marks_is_one_projects(one: dict[str, Any]) -> None:
    """Or else each would write over the other's secrets there, and delete them."""
    with pytest.raises(NotConfigured, match=r"TARGETS\.a\.projects must be one project"):
        _parsed({"a": {**one, "projects": ["shop", "other"]}})
    with pytest.raises(NotConfigured, match="two targets are the same place"):
        _parsed({"a": one, "b": {**one, "projects": ["other"]}})


def test_whose_targets_they_are() -> None:
    """A project has those that name it, or, where they name none, those of the Worker's own."""
    configs = _parsed({"a": AWS, "b": {**AWS, "projects": ["shop", "other"]}})
    found = {
        project: list(opened(configs, Project(project), {})) for project in ("shop", "other", "x")
    }

    assert found == {"shop": ["a", "b"], "other": ["b"], "x": []}


def test_what_cannot_be_used() -> None:
    """Without its credential, or its adapter on this host, a target is there and not configured."""
    other = {**FLY, "app": "other"}
    configs = _parsed({"a": FLY, "b": other}, {"TARGET_A_API_TOKEN": "t"})
    target = MemoryTarget()
    found = opened(configs, SHOP, {"fly": lambda _, __: target})

    assert found[TargetName("a")].usable() is target
    with pytest.raises(NotConfigured, match="TARGET_B_API_TOKEN is not set"):
        found[TargetName("b")].usable()
    with pytest.raises(NotConfigured, match="no targets of the type fly"):
        opened(configs, SHOP, {})[TargetName("a")].usable()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{", "TARGETS is not JSON"),
        ("[" * 100_000, "TARGETS is not JSON"),
        ([], "TARGETS must be a table of at most 20 targets"),
        ({f"t{number}": FLY for number in range(21)}, "at most 20 targets"),
        ({f"A{CANARY}": FLY}, "TARGETS: a target's name has"),
        ({"a--b": FLY}, "TARGETS: a target's name has"),
        ({"a": CANARY}, "TARGETS.a is not a table"),
        ({"a": {**FLY, "type": CANARY}}, "TARGETS.a.type must be one of aws-secrets-manager"),
        ({"a": {"app": "shop"}}, "TARGETS.a.type must be one of"),
        ({"a": {"type": "fly"}}, "TARGETS.a.app is missing"),
        (
            {"a": {**FLY, CANARY: "x"}},
            "TARGETS.a has a field that is not one of type",
        ),
        ({"a": {**FLY, "API_TOKEN": CANARY}}, "TARGETS.a has a field that is not one of"),
        ({"a": {**FLY, "app": f"{CANARY}/../other"}}, "TARGETS.a.app is not what it must be"),
        ({"a": {**FLY, "app": 7}}, "TARGETS.a.app is not what it must be"),
        ({"a": {**AWS, "region": f"{CANARY}.example.com/"}}, "TARGETS.a.region is not"),
        ({"a": {**FLY, "projects": []}}, "TARGETS.a.projects must be a list of projects"),
        ({"a": {**FLY, "projects": CANARY}}, "TARGETS.a.projects must be a list of projects"),
        ({"a": {**FLY, "projects": [f"{CANARY}!"]}}, "TARGETS.a.projects: a project name has"),
    ],
)
def test_a_malformed_table_is_refused(table: object, said: str) -> None:
    """The refusal names the setting and the field, and shows nothing of what they say."""
    with pytest.raises(NotConfigured) as raised:
        _parsed(table)

    assert said in raised.value.message
    assert CANARY not in raised.value.message


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://vault.example.com", "must start with https://"),
        ("https://user:canary-7f3a9c@vault.example.com", "neither a user nor a query"),
        ("https://user@vault.example.com", "neither a user nor a query"),
        ("https://vault.example.com/?a=b", "neither a user nor a query"),
        ("https://vault.example.com/#a", "neither a user nor a query"),
        ("https://vault.example.com\\@evil.example", "neither a user nor a query"),
        ("https://10.0.0.1", "must name a public host"),
        ("https://[::1]:8200", "must name a public host"),
        ("https://2130706433", "must name a public host"),
        ("https://0x7f.1", "must name a public host"),
        ("https://169.254.169.254/latest", "must name a public host"),
        ("https://localhost", "must name a public host"),
        ("https://127.0.0.1", "must name a public host"),
        ("https://vault", "must name a public host"),
        ("https://vault.internal", "must name a public host"),
        ("https://a.localhost", "must name a public host"),
        ("https://vault.example.com:99999", "is not a URL"),
        ("https:///v1", "must name a public host"),
        ("https://vault.example.com ", "is not what it must be"),
        ("file:///etc/passwd", "must start with https://"),
    ],
)
def test_an_address_is_https_and_a_name(address: str, said: str) -> None:
    """No user, no literal, not this machine, and not shown."""
    with pytest.raises(NotConfigured) as raised:
        _parsed({"v": {**VAULT, "address": address}})

    assert raised.value.message.startswith("TARGETS.v.address ")
    assert said in raised.value.message
    assert CANARY not in raised.value.message


def test_this_machine_is_for_px_dev_alone() -> None:
    """A local Worker may use a stand-in on loopback, without TLS, and still nothing else."""
    for address in ("http://127.0.0.1:8200", "http://localhost:8200"):
        [vault] = _parsed({"v": {**VAULT, "address": address}}, is_local=True)
        assert vault.fields["address"] == address
        with pytest.raises(NotConfigured):
            _parsed({"v": {**VAULT, "address": address}})

    for address in ("http://10.0.0.1:8200", "http://vault.example.com"):
        with pytest.raises(NotConfigured):
            _parsed({"v": {**VAULT, "address": address}}, is_local=True)


def test_no_two_targets_share_a_setting() -> None:
    """`a` with a session token and `a-session` would both have TARGET_A_SESSION_TOKEN."""
    with pytest.raises(NotConfigured, match="lead to the same setting"):
        _parsed({"a": AWS, "a-session": VAULT})
