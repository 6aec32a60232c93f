"""What opens a target's provider: found in the environment or `.env.deploy`.

By the names of the Worker's own settings, or else by the provider's usual ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

from positronic.errors import NotConfigured, PositronicError
from positronic.names import TargetName, parse_project
from positronic.targets.configured import (
    PROVIDERS,
    SETTING,
    TargetConfig,
    parse,
    setting_name,
)
from px.errors import Refused, Usage
from px.project.manifest import Manifest

_AWS: Final = {
    "ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID",
    "SECRET_ACCESS_KEY": "AWS_SECRET_ACCESS_KEY",
    "SESSION_TOKEN": "AWS_SESSION_TOKEN",
}
# By the type of a target: what the end of a setting's name is called elsewhere. Not for another
# Worker's secrets: CLOUDFLARE_API_TOKEN deploys, and may do far more than a target has to.
_USUAL: Final[Mapping[str, Mapping[str, str]]] = {
    "aws-secrets-manager": _AWS,
    "aws-parameter-store": _AWS,
    "fly": {"API_TOKEN": "FLY_API_TOKEN"},
    "vault": {"TOKEN": "VAULT_TOKEN"},
}
_NONE: Final = "no_credential"
# What stays one line, and itself, in `.dev.vars` and in a header.
# A token of Fly.io may begin with its kind and a space.
_PLAIN: Final = re.compile(r"(?:FlyV1 )?[A-Za-z0-9+/=_.,:~@|-]{1,8192}")


class Credential(NamedTuple):
    """`settings`: of the Worker, by name; `given`: what they are called where they were found.

    `unset`: settings that a Worker must not keep beside these.
    """

    settings: Mapping[str, str]
    given: tuple[str, ...]
    source: str
    unset: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credential(hidden)"


def all_configured(manifest: Manifest, *, is_local: bool) -> Mapping[TargetName, TargetConfig]:
    """Those in the project's own configuration. Raises Usage."""
    table = manifest.fields.get("vars", {}).get(SETTING, "")
    text = table if isinstance(table, str) else json.dumps(table)
    try:
        project = parse_project(manifest.variables.get("PROJECT", "default"))
        return {one.name: one for one in parse(text, {}, project, is_local=is_local)}
    except NotConfigured as error:
        raise Usage(error.message, code="malformed_setting") from None
    except PositronicError:
        raise Usage("PROJECT is not a project name", code="malformed_setting") from None


def configured(manifest: Manifest, name: TargetName, *, is_local: bool) -> TargetConfig:
    """The one of this name. Raises Usage, Refused."""
    found = all_configured(manifest, is_local=is_local)
    if name not in found:
        raise Refused(
            f"{manifest.config.name} has no target {name}",
            code="not_found",
            hint=f"a target is a table [vars.{SETTING}.{name}]; see docs/targets.md",
        )
    return found[name]


def credential(
    config: TargetConfig, environ: Mapping[str, str], file: Mapping[str, str], file_name: str
) -> Credential:
    """All of it from one source, so that no two halves are put together. Raises Usage."""
    provider, names = PROVIDERS[config.type], _names(config)
    sources = (("the environment", environ), (file_name, file))
    for called, (source, found) in product(names, sources):
        if not all(found.get(called[end]) for end in provider.keys):
            if called is names[0] and any(found.get(name) for name in called.values()):
                raise Usage(f"{source} has only a part of what opens {config.name}", code=_NONE)
            continue
        given = {end: text for end, name in called.items() if (text := found.get(name))}
        for end, text in given.items():
            if not _PLAIN.fullmatch(text):
                raise Usage(
                    f"{called[end]} in {source} contains characters that are not allowed",
                    code="malformed_setting",
                )
        settings = {setting_name(config.name, end): text for end, text in given.items()}
        unset = tuple(setting_name(config.name, end) for end in called if end not in given)
        return Credential(settings, tuple(called[end] for end in given), source, unset)
    needed = " and ".join(names[-1][end] for end in provider.keys)
    raise Usage(
        f"neither the environment nor {file_name} has {needed}",
        code=_NONE,
        hint=f"put it into {file_name}",
    )


def _names(config: TargetConfig) -> Sequence[Mapping[str, str]]:
    """What each end may be called, the target's own names first."""
    provider = PROVIDERS[config.type]
    ends = (*provider.keys, *provider.optional_keys)
    own = {end: setting_name(config.name, end) for end in ends}
    return [own, *([_USUAL[config.type]] if config.type in _USUAL else [])]
