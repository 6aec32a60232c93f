"""Where targets may point: the setting TARGETS alone says so, and no call and no row.

It is a table by name, in JSON; each has a `type`, fields of its provider, and `projects` that may
switch it on. What opens a provider is in settings of its own, named after the target.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from positronic.errors import NotConfigured, PositronicError
from positronic.names import Project, TargetName, parse_project, parse_target
from positronic.ports import Target
from positronic.targets.addresses import check_address

SETTING: Final = "TARGETS"
MAX_TARGETS: Final = 20


class Provider(NamedTuple):
    """`fields` that a target of this type must have, `optional` ones that it may have, both with
    what their text must be; `keys`: the ends of the names of the settings that open it.
    `keeps_marks`: each secret there says which project put it there.
    """

    host: str
    fields: Mapping[str, re.Pattern[str]]
    optional: Mapping[str, re.Pattern[str]]
    keys: Sequence[str]
    optional_keys: Sequence[str] = ()
    keeps_marks: bool = True


_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9/_.-]{1,200}")
_PATH: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,8}")
_ADDRESS: Final = re.compile(r"[\x21-\x7e]{1,2000}")
_KMS_KEY: Final = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")
_TIER: Final = re.compile(r"standard|advanced")
_ACCOUNT: Final = re.compile(r"[0-9a-f]{32}")
_AWS_KEYS: Final = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")

PROVIDERS: Final[Mapping[str, Provider]] = {
    "aws-secrets-manager": Provider(
        "secretsmanager.{region}.amazonaws.com",
        {"region": _REGION},
        {"prefix": _PREFIX, "kms_key": _KMS_KEY, "address": _ADDRESS},
        *(_AWS_KEYS, ("SESSION_TOKEN",)),
    ),
    "aws-parameter-store": Provider(
        "ssm.{region}.amazonaws.com",
        {"region": _REGION},
        {"prefix": _PREFIX, "tier": _TIER, "kms_key": _KMS_KEY, "address": _ADDRESS},
        *(_AWS_KEYS, ("SESSION_TOKEN",)),
    ),
    "fly": Provider(
        "api.machines.dev",
        {"app": _WORD},
        {"address": _ADDRESS},
        ("API_TOKEN",),
        keeps_marks=False,
    ),
    "vault": Provider(
        "",
        {"address": _ADDRESS, "mount": _PATH},
        {"prefix": _PATH, "namespace": _PATH},
        ("TOKEN",),
    ),
    "worker-secrets": Provider(
        "api.cloudflare.com",
        {"account": _ACCOUNT, "script": _WORD},
        {"address": _ADDRESS},
        ("API_TOKEN",),
        keeps_marks=False,
    ),
}


# The fields that say where, besides the address; the others say how.
_PLACE: Final = ("region", "app", "account", "script", "mount", "namespace", "prefix")


@dataclass(frozen=True, slots=True)
class TargetConfig:
    """One entry of the table. `fields`: its provider's, as text; `credentials`: by the end of the
    setting's name, those that there are; `missing`: the settings that it still needs.
    """

    name: TargetName
    type: str
    fields: Mapping[str, str]
    projects: frozenset[Project]
    credentials: Mapping[str, str] = field(repr=False)
    missing: Sequence[str] = ()

    @property
    def host(self) -> str:
        """The provider's, as events and counters of reads name it."""
        if address := self.fields.get("address"):
            return urlsplit(address).hostname or ""
        return PROVIDERS[self.type].host.format(**self.fields)

    @property
    def place(self) -> str:
        """Where its secrets are, as a digest: what is known of one place is not of another."""
        url = urlsplit(self.fields.get("address") or f"https://{self.host}")
        port = url.port or (443 if url.scheme == "https" else 80)
        rest = [(key, self.fields.get(key, "")) for key in _PLACE]
        text = json.dumps([self.type, url.scheme, url.hostname, port, url.path.rstrip("/"), rest])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


Make = Callable[[TargetConfig, Project], Target]


@dataclass(frozen=True, slots=True)
class Configured:
    """A target that a project may switch on. `target`: None, where it cannot be used: a setting is
    missing, or this host has no adapter for its type.
    """

    config: TargetConfig
    target: Target | None

    def usable(self) -> Target:
        """Raises NotConfigured."""
        if self.config.missing:
            raise NotConfigured(f"{self.config.missing[0]} is not set")
        if self.target is None:
            raise NotConfigured(f"this host has no targets of the type {self.config.type}")
        return self.target


Targets = Mapping[TargetName, Configured]


def parse(
    text: str, credentials: Mapping[str, str], project: Project, *, is_local: bool
) -> Sequence[TargetConfig]:
    """The table, by name; `project`: whose targets they are where one names none.

    Raises NotConfigured, which names the setting and never shows its text. `is_local`: a Worker of
    `px dev` or a host, which may also use providers on this machine, without TLS.
    """
    if not text:
        return []
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        raise NotConfigured(f"{SETTING} is not JSON") from None
    if not isinstance(table, dict) or len(table) > MAX_TARGETS:
        raise NotConfigured(f"{SETTING} must be a table of at most {MAX_TARGETS} targets")
    found = [_one(name, table[name], credentials, project, is_local) for name in sorted(table)]
    settings = [setting for one in found for setting in setting_names(one.name, one.type)]
    if len(set(settings)) < len(settings):
        raise NotConfigured(f"{SETTING}: two targets' names lead to the same setting")
    _check_alone([one for one in found if not PROVIDERS[one.type].keeps_marks])
    return found


def setting_names(name: TargetName, type_: str) -> Sequence[str]:
    """What opens the provider: the names of all settings that this target may have."""
    provider = PROVIDERS[type_]
    return [setting_name(name, end) for end in (*provider.keys, *provider.optional_keys)]


def opened(configs: Sequence[TargetConfig], project: Project, makes: Mapping[str, Make]) -> Targets:
    """Those that this project may switch on."""
    mine = [one for one in configs if project in one.projects]
    return {
        one.name: Configured(
            one, None if one.missing or one.type not in makes else makes[one.type](one, project)
        )
        for one in mine
    }


def _check_alone(unmarked: Sequence[TargetConfig]) -> None:
    """Without marks, what two projects, or two targets, have at one place cannot be told apart."""
    for one in unmarked:
        if len(one.projects) > 1:
            raise NotConfigured(f"{SETTING}.{one.name}.projects must be one project")
    if len({one.place for one in unmarked}) < len(unmarked):
        raise NotConfigured(f"{SETTING}: two targets are the same place")


def _one(
    text: str, entry: object, credentials: Mapping[str, str], project: Project, is_local: bool
) -> TargetConfig:
    try:
        name = parse_target(text)
    except PositronicError as error:
        raise NotConfigured(f"{SETTING}: {error.message}") from None
    where = f"{SETTING}.{name}"
    if not isinstance(entry, dict):
        raise NotConfigured(f"{where} is not a table")
    type_ = entry.get("type")
    if not isinstance(type_, str) or type_ not in PROVIDERS:
        raise NotConfigured(f"{where}.type must be one of {', '.join(PROVIDERS)}")
    provider = PROVIDERS[type_]
    fields = _fields(where, entry, provider)
    if "address" in fields:
        check_address(f"{where}.address", fields["address"], is_local=is_local)
    keys = {end: setting_name(name, end) for end in (*provider.keys, *provider.optional_keys)}
    given = {end: credentials[key] for end, key in keys.items() if credentials.get(key)}
    missing = [keys[end] for end in provider.keys if end not in given]
    return TargetConfig(name, type_, fields, _projects(where, entry, project), given, missing)


def _fields(where: str, entry: Mapping[str, object], provider: Provider) -> Mapping[str, str]:
    patterns = {**provider.fields, **provider.optional}
    sent = {key: one for key, one in entry.items() if key not in ("type", "projects")}
    for key in provider.fields:
        if key not in sent:
            raise NotConfigured(f"{where}.{key} is missing")
    fields: dict[str, str] = {}
    for key, one in sent.items():
        if key not in patterns:
            known = ", ".join(("type", "projects", *patterns))
            raise NotConfigured(f"{where} has a field that is not one of {known}")
        if not isinstance(one, str) or not patterns[key].fullmatch(one):
            raise NotConfigured(f"{where}.{key} is not what it must be")
        fields[key] = one
    return fields


def _projects(where: str, entry: Mapping[str, object], project: Project) -> frozenset[Project]:
    sent = entry.get("projects", [project])
    if not isinstance(sent, list) or not sent or not all(isinstance(one, str) for one in sent):
        raise NotConfigured(f"{where}.projects must be a list of projects")
    try:
        return frozenset(map(parse_project, sent))
    except PositronicError as error:
        raise NotConfigured(f"{where}.projects: {error.message}") from None


def setting_name(name: TargetName, end: str) -> str:
    return f"TARGET_{name.upper().replace('-', '_')}_{end}"
