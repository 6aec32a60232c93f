"""An environment has all that the Worker needs and nothing of another one, or nothing goes up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from px.errors import PxError, Refused, Usage
from px.project.apart import check_apart, missing_variables
from px.project.environment import Environment
from px.project.inheritance import NOT_INHERITED
from px.project.manifest import Manifest, read_manifest
from px.tools.place import current
from support.template_project import write_project

STAGING = Environment("staging")
KV = '[[env.staging.kv_namespaces]]\nbinding = "SECRETS_KV"\n'
OBJECTS = """
[[env.staging.durable_objects.bindings]]
name = "PROJECT_LEDGER"
class_name = "ProjectLedger"
[[env.staging.durable_objects.bindings]]
name = "BRAIN_RUN"
class_name = "BrainRun"
"""
WHOLE = f"[env.staging]\n{KV}{OBJECTS}"


def manifest(folder: Path, block: str, above: str = "") -> Manifest:
    """A project of px's template, with more of production's above all tables, and this block."""
    write_project(folder)
    config = folder / "wrangler.toml"
    config.write_text(f"{above}{config.read_text()}\n{block}")
    return read_manifest(config, STAGING)


def test_a_whole_environment_is_apart(tmp_path: Path) -> None:
    """Its Worker, as wrangler names it, has the flags and the module of the top level."""
    found = manifest(tmp_path, WHOLE)

    check_apart(found)
    assert (found.worker, found.flags) == ("shop-staging", ("python_workers",))
    assert found.title("SECRETS_KV") == "shop-staging-secrets-kv"
    assert missing_variables(found) == ["PROJECT", "FALLBACK", "REMINDER_URL"]


@pytest.mark.parametrize(
    ("block", "lacking"),
    [
        ("[env.staging]\n", "PROJECT_LEDGER, BRAIN_RUN, SECRETS_KV"),
        (f"[env.staging]\n{KV}", "PROJECT_LEDGER, BRAIN_RUN"),
        (f"[env.staging]\n{OBJECTS}", "SECRETS_KV"),
    ],
)
def test_what_an_environment_lacks_is_named(tmp_path: Path, block: str, lacking: str) -> None:
    """wrangler itself only warns, and the Worker would fail at Cloudflare."""
    with pytest.raises(Refused, match=f"lacks {lacking}; nothing was changed") as caught:
        check_apart(manifest(tmp_path, block))

    assert caught.value.code == "environment_incomplete"


SHARED = {
    "the Worker's name shop": ("", '[env.staging]\nname = "shop"\n' + KV + OBJECTS),
    "the KV namespace 0f": ("", ""),
    "the objects of BRAIN_RUN": (
        "",
        WHOLE.replace('"BrainRun"', '"BrainRun"\nscript_name = "shop"'),
    ),
    "the route shop.example/*": ('route = "shop.example/*"\n', WHOLE),
    "the route shop.example": (
        'routes = [{ pattern = "shop.example", custom_domain = true }]\n',
        WHOLE,
    ),
}


@pytest.mark.parametrize(("above", "block"), SHARED.values(), ids=SHARED)
def test_what_two_environments_share_is_named(
    tmp_path: Path, request: pytest.FixtureRequest, above: str, block: str
) -> None:
    """A route is inherited: a deploy of staging would take production's domain away."""
    what = request.node.callspec.id
    if not block:
        same = KV + 'id = "0f"\n'
        block = f"[env.staging]\n{same}{OBJECTS}[env.qa]\n{same.replace('staging', 'qa')}"

    with pytest.raises(Refused, match=re.escape(f"share {what}; nothing was changed")) as caught:
        check_apart(manifest(tmp_path, block, above))

    assert caught.value.code == "environment_shared"


@pytest.mark.parametrize(
    ("block", "code"),
    [("", "unknown_environment"), ('[env.production]\nname = "x"\n', "invalid_environment")],
)
def test_an_environment_that_is_not_there_is_refused(tmp_path: Path, block: str, code: str) -> None:
    """wrangler would take the top level under another name."""
    with pytest.raises(Usage) as caught:
        manifest(tmp_path, block)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "name", ["x/../../secret", "$(id)", "a\u001b]0;b", "\u202ea", "", "Staging", "x" * 33]
)
def test_a_configuration_with_an_unsafe_name_is_refused(tmp_path: Path, name: str) -> None:
    """Also for production: the name would be part of paths, of shell words and of messages."""
    config = tmp_path / "wrangler.json"
    config.write_text(json.dumps({"name": "shop", "env": {"staging": {}, name: {}}}))

    with pytest.raises(Usage) as caught:
        read_manifest(config)

    assert caught.value.code == "invalid_environment"
    assert caught.value.message.isprintable()


def test_px_knows_what_wrangler_does_not_inherit() -> None:
    """By wrangler's own source: a new version may have more fields."""
    source = (current().package("wrangler") / "wrangler-dist" / "cli.js").read_text()
    start = source.index("function normalizeAndValidateEnvironment(")
    body = source[start : source.index("\nfunction ", start)]

    found = re.findall(r"notInheritable\((?:\s*\w+,){5}\s*\"(\w+)\"", body)

    assert set(found) == NOT_INHERITED


@pytest.mark.parametrize("text", ["[env", "env = 1", "[env]\nstaging = 1"])
def test_a_broken_configuration_is_a_sentence(tmp_path: Path, text: str) -> None:
    """Never a traceback."""
    config = tmp_path / "wrangler.toml"
    config.write_text(text)

    with pytest.raises(PxError, match=r"wrangler\.toml"):
        read_manifest(config, STAGING)
