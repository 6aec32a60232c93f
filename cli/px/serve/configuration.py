"""A host's settings: from variables of the Worker's names; keys and targets also from files.

Files are looked at again for each request, so that a rotation needs no restart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final

from positronic.api.service import Service, Settings
from positronic.errors import NotConfigured
from px.errors import PxError, Refused, Usage
from px.files.dotenv_file import read_assignments
from px.serve.data_folder import (
    MASTER_KEYS,
    ROOT_HASH,
    TARGET_CREDENTIALS,
    TARGETS,
    DataFolder,
    Stamp,
)

# By the field of Settings; in a file, or in the variable.
FILES: Final = {"master_keys": MASTER_KEYS, "root_token_sha256": ROOT_HASH}
OPTIONAL_FILES: Final = {"targets": TARGETS, "target_credentials": TARGET_CREDENTIALS}
CREDENTIALS: Final = "TARGET_"  # how the names of what opens targets begin
SECRET: Final = ("MASTER_KEYS", "MASTER_KEYS_NEXT", "ROOT_TOKEN_SHA256", "REMINDER_SECRET")
VARIABLES: Final = (
    *SECRET,
    *("PROJECT", "AUDIT_RETENTION_DAYS", "RUN_RETENTION_DAYS", "RUN_TIME_LIMIT"),
    *("RUNS_PER_TOKEN", "RUNS_PER_PROJECT", "WATCHES_PER_TOKEN", "REMINDER_URL", "REMINDER_DAYS"),
    "TARGETS",
)
# Of px itself; they are often set on a host, where its brains must not find them.
_HIDDEN: Final = (*SECRET, "PX_TOKEN", "CLOUDFLARE_API_TOKEN")
_NOTHING: Final = {"master_keys": "", "root_token_sha256": "", "project": "default"}


def take(environ: MutableMapping[str, str]) -> dict[str, str]:
    """The settings among these variables. Keys are taken out, so that no brain finds them there.

    `TARGET_CREDENTIALS` is all that opens targets, as JSON.
    """
    found = {name: environ[name].strip() for name in VARIABLES if environ.get(name, "").strip()}
    opening = [name for name in environ if name.startswith(CREDENTIALS)]
    given = {name: environ[name].strip() for name in opening if environ[name].strip()}
    for name in (*_HIDDEN, *opening):
        environ.pop(name, None)
    return {**found, "TARGET_CREDENTIALS": json.dumps(given)} if given else found


class HostSettings:
    """The settings as they are now: the same object as long as nothing changes.

    A file that can no longer be used stops every call with `not_configured`, and the reason is
    reported once.
    """

    def __init__(
        self,
        folder: DataFolder,
        variables: Mapping[str, str],
        report: Callable[[str], None],
        tell: Callable[[str], None],
    ) -> None:
        """`report`: of a failure; `tell`: of anything else. Raises PxError for what cannot be used
        from the start.
        """
        self._folder = folder
        self._report = report
        self._tell = tell
        fields = {name.lower(): text for name, text in variables.items()}
        next_key = fields.pop("master_keys_next", "")
        self._fields = {**fields, "next_master_key": next_key}
        files = {**FILES, **OPTIONAL_FILES}
        self._files = {key: name for key, name in files.items() if key not in fields}
        self._check_sources({key: name for key, name in files.items() if key in fields})
        self._stamps: list[Stamp] | None = self._look()
        self._settings = self._read()
        self._problem = ""

    def __call__(self) -> Settings:
        stamps = self._look()
        if stamps != self._stamps:
            self._settings = self._read_again(stamps)
        return self._settings

    def _look(self) -> list[Stamp]:
        return [self._folder.stamp(name) for name in self._files.values()]

    def _read(self) -> Settings:
        """Raises PxError."""
        found = {key: self._folder.read(name) for key, name in self._files.items()}
        for key, text in found.items():
            if not text and key in FILES:
                raise Refused(
                    f"there is no {FILES[key]} in the data folder, and no {key.upper()} in the "
                    "environment",
                    code="not_initialized",
                    hint="make the keys with `px serve init`; for a lost master key: "
                    "`px key recover FILE --data DIR`",
                )
        kept = {key: text for key, text in found.items() if text}
        if opening := kept.get("target_credentials"):
            kept["target_credentials"] = _as_json(opening)
        return Settings(**{**_NOTHING, **self._fields, **kept, "has_near_targets": "yes"})

    def _read_again(self, stamps: list[Stamp]) -> Settings:
        """Tried again for each request until it works: the reason may be gone by itself.

        As long as the reason is the same, so are the settings: other ones make all due.
        """
        try:
            settings = self._read()
        except PxError as error:
            if error.message == self._problem:
                return self._settings
            self._report(f"the files with settings cannot be used: {error.message}")
            self._stamps, self._problem = None, error.message
            return Settings(**_NOTHING)
        self._stamps, self._problem = stamps, ""
        self._tell("the files with settings were read again")
        return settings

    def _check_sources(self, given: Mapping[str, str]) -> None:
        """Raises Usage where two sources could differ: which one counts must not be a guess."""
        for key, name in given.items():
            if self._folder.stamp(name):
                variable = f"{CREDENTIALS}…" if name == TARGET_CREDENTIALS else key.upper()
                raise Usage(
                    f"{variable} is in the environment, and {name} is in the data folder",
                    code="two_sources",
                    hint="unset the variable to use the file, or move the file away to use the "
                    f"variable{_KEYS_OF_BOTH if name == MASTER_KEYS else ''}",
                )


_KEYS_OF_BOTH: Final = (
    "; to use both, put the variable's keys into the file, in front of those that are there, and "
    "unset the variable"
)


def _as_json(text: str) -> str:
    """Of lines as in `.env.deploy`. Raises Usage, which shows no value."""
    assignments = read_assignments(text.encode(), TARGET_CREDENTIALS)
    for one in assignments:
        if not one.name.startswith(CREDENTIALS):
            raise Usage(
                f"line {one.line} of {TARGET_CREDENTIALS} in the data folder is no setting "
                f"that begins with {CREDENTIALS}",
                hint="see docs/targets.md",
            )
    return json.dumps({one.name: one.value or "" for one in assignments})


def check(service: Service) -> None:
    """Raises Usage for a setting that is malformed."""
    try:
        service.check()
    except NotConfigured as error:
        raise Usage(error.message, code="not_configured", hint=_WHERE) from None


_WHERE: Final = "the setting is in the environment, or in the data folder's file of its name"
