"""Which server and token px uses: flags, then the environment, `.env.deploy`, `px dev`.

A token is only sent to the address set with it: PX_TOKEN to PX_URL (or to `--url` if PX_URL is not
set), a file's token to the same file's address. An address from elsewhere selects the token set
with it, and is refused if there is none. A project name in `.env.deploy` only applies to the
address and token there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from positronic.access.tokens import is_mistyped
from positronic.names import Project, parse_project
from px.errors import Usage
from px.http.address import Address, parse_address
from px.project.env_deploy import find_deploy_file, read_settings
from px.project.environment import check_one_server, chosen
from px.project.local_state import read_local
from px.project.upwards import find_config

DEFAULT_TIMEOUT: Final = 30.0  # seconds

# RFC 6750 allows less, HTTP no more.
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_FIRST_LOCAL = re.compile(r"px_root_[A-Za-z0-9_-]{43}")  # from `px dev` before tokens had checksums


@dataclass(frozen=True, slots=True)
class Target:
    """A server, its token, and where px found them.

    `source`: where the token comes from. `address_source`: what set the server; the same, unless a
    flag or the environment selected it. `project_source`: empty if no project is set.
    """

    address: Address
    token: str = field(repr=False)
    project: Project | None = None
    timeout: float = DEFAULT_TIMEOUT
    source: str = ""
    address_source: str = ""
    project_source: str = ""

    @property
    def project_name(self) -> str:
        """The project that the calls are for: this one, or the token's; empty if unknown."""
        from positronic.access.tokens import parse

        token = parse(self.token)
        return self.project or (token.project if token else "")


@dataclass(frozen=True, slots=True)
class _Pair:
    source: str
    url: str
    token: str = field(repr=False)
    project: str | None = None


def find_target(
    url: str | None,
    project: str | None,
    timeout: float,
    *,
    environ: Mapping[str, str],
    folder: Path,
) -> Target:
    """The server that flags, environment or files name. Raises Usage, showing no token."""
    if not 0 < timeout < float("inf"):
        raise Usage("--timeout must be a number of seconds above 0")
    wanted, wanted_by = _first((url, "--url"), (environ.get("PX_URL", "").strip(), "PX_URL"))
    address = None if wanted is None else parse_address(wanted, wanted_by)
    pair = _choose(address, url, environ, folder)
    chosen, chosen_by = _first(
        (project, "--project"),
        (environ.get("PX_PROJECT", "").strip("\r\n"), "PX_PROJECT"),
        (pair.project, pair.source),
    )
    target = make_target(
        pair.url,
        pair.token,
        project=None if chosen is None else parse_project(chosen),
        timeout=timeout,
        source=pair.source,
    )
    return replace(target, address_source=wanted_by or pair.source, project_source=chosen_by)


def make_target(
    url: str,
    token: str,
    *,
    project: Project | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    source: str = "",
) -> Target:
    """A checked address and token. Raises Usage."""
    of = source or "this call"
    token = _sendable(token, of)
    if is_mistyped(token) and not _FIRST_LOCAL.fullmatch(token):
        raise Usage(
            f"the token in {of} is mistyped or cut off: its checksum is wrong",
            code="mistyped_token",
            hint="copy all of it; nothing was sent",
        )
    address = parse_address(url, f"the address for {source}" if source else "the address")
    return Target(address, token, project, timeout, source)


def _sendable(token: str, of: str) -> str:
    """The token without a line end from a file or pipe. Raises Usage."""
    token = token.rstrip("\r\n")
    if token.startswith(f"{of}="):
        raise Usage(f"{of} contains its own name", hint=f"enter only the token, without `{of}=`")
    if _TOKEN.fullmatch(token) and token[0] not in "'\"":
        return token
    if token[:1] in ("'", '"'):
        cause = "remove the quotes"
    elif token[:7].lower() == "bearer ":
        cause = "enter only the token, without `Bearer`"
    elif token != token.strip() or " " in token:
        cause = "it contains a space"
    else:
        cause = "copy it again; nothing was sent"
    raise Usage(
        f"the token in {of} contains characters that are not allowed in a token", hint=cause
    )


def _first(*candidates: tuple[str | None, str]) -> tuple[str | None, str]:
    """The first one that is set, and where; (None, "") if none is."""
    return next(((text, source) for text, source in candidates if text), (None, ""))


def _choose(
    wanted: Address | None, flag: str | None, environ: Mapping[str, str], folder: Path
) -> _Pair:
    for pair in _pairs(flag, environ, folder):
        if wanted is None or parse_address(pair.url) == wanted:
            return pair
    if wanted is not None:
        raise Usage(
            f"px has no token for {wanted.origin}",
            hint="set PX_TOKEN; px sends a stored token only to the address stored with it",
        )
    name = chosen(environ).name
    raise Usage(
        f"no server is set for {name}" if name else "no server is set",
        hint="start a local one with `px dev`, or set PX_URL and PX_TOKEN",
    )


def _pairs(flag: str | None, environ: Mapping[str, str], folder: Path) -> Iterator[_Pair]:
    """Every address with its token, in order; a file is read only when it is its turn."""
    token = environ.get("PX_TOKEN")
    if token:
        check_one_server()
        url = environ.get("PX_URL", "").strip() or flag
        if not url:
            raise Usage(
                "PX_TOKEN is set, but PX_URL is not",
                hint="set both: px sends a token only to the address set with it",
            )
        yield _Pair("PX_TOKEN", url, token)
    environment = chosen(environ)
    deploy = find_deploy_file(folder, environment)
    if deploy is not None:
        yield from _deploy_pair(deploy)
    root = find_config(folder)
    local = None if root is None else read_local(root.parent / environment.local_file)
    if local is not None:
        yield _Pair(environment.local_file, local.url, local.token)


def _deploy_pair(path: Path) -> Iterator[_Pair]:
    """None before the first deploy, when the file only has other services' credentials."""
    values = read_settings(path)
    url, token = values.get("PX_URL"), values.get("PX_TOKEN")
    if url and token:
        yield _Pair(path.name, url, token, values.get("PX_PROJECT") or None)
    elif url or token:
        raise Usage(f"{path.name} sets only one of PX_URL and PX_TOKEN; set both")
