"""Which of wrangler's environments px works on, and the names of that environment's own files.

Production is the top level of wrangler's configuration. Every other environment has files of its
own, with its name in theirs: nothing of one is read or written for another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from px.errors import Usage
from px.invocation import given_environment
from px.project.private_files import DEPLOY_FILE, DEV_VARS, EXAMPLE, FOLDER, LOCAL, ROOT

VARIABLE: Final = "PX_ENV"
TOP_LEVEL: Final = "production"

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_NO_NAMES: Final = frozenset({EXAMPLE.removeprefix("."), "bak"})  # .env.deploy.example is committed


@dataclass(frozen=True, slots=True)
class Environment:
    """`name`: as wrangler takes it, so empty for production."""

    name: str = ""

    @property
    def shown(self) -> str:
        return self.name or TOP_LEVEL

    @property
    def deploy_file(self) -> str:
        return self._after(DEPLOY_FILE)

    @property
    def dev_vars(self) -> str:
        return self._after(DEV_VARS)

    @property
    def local_file(self) -> str:
        return f"{FOLDER}/{self.within(LOCAL)}"

    @property
    def root_file(self) -> str:
        return f"{FOLDER}/{self.within(ROOT)}"

    @property
    def wrangler_config(self) -> str:
        """The configuration that px writes for one run of wrangler."""
        return self.within(".px-wrangler.json")

    @property
    def state(self) -> str:
        """The folder of local KV and local objects; for production, wrangler's own."""
        return f"state-{self.name}" if self.name else "state"

    def within(self, name: str) -> str:
        """The name of a file in `.px/`: local.json is local.staging.json."""
        stem, dot, suffix = name.rpartition(".")
        return f"{stem}.{self.name}{dot}{suffix}" if self.name else name

    def _after(self, name: str) -> str:
        return f"{name}.{self.name}" if self.name else name


PRODUCTION: Final = Environment()


def chosen(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment of --env, or else of PX_ENV, or else production. Raises Usage."""
    given = given_environment()
    if given is not None:
        return parse_environment(given, "--env")
    return parse_environment(environ.get(VARIABLE, ""), VARIABLE)


def check_one_server() -> None:
    """With PX_TOKEN set: raises Usage for --env, which selects another server."""
    if given_environment() is not None:
        raise Usage(
            f"--env and PX_TOKEN are two different servers; {VARIABLE} and PX_TOKEN may be one",
            hint="leave out --env, or unset PX_URL and PX_TOKEN",
        )


def parse_environment(name: str, source: str) -> Environment:
    """The environment of this name. Raises Usage."""
    if name in ("", TOP_LEVEL):
        return PRODUCTION
    check_name(name, source)
    return Environment(name)


def check_name(name: str, source: str) -> None:
    """Raises Usage for a name that cannot be part of a Worker's name and of a file's."""
    if not _NAME.fullmatch(name) or name in _NO_NAMES:
        raise Usage(
            f"{source} is not the name of an environment",
            code="invalid_environment",
            hint="use a-z, 0-9 and -, at most 32 of them, such as staging",
        )
