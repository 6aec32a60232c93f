"""Which server and token px uses: flags, then the environment, `.env.deploy`, `px dev`.

`--local` takes only that of `px dev`, `--remote` any but that. A command that needs the root token
takes that of `.px/root.json` in place of the one in `.env.deploy`.

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

from positronic.access.tokens import is_mistyped
from positronic.names import Project, parse_project
from px.errors import NotAllowed, Usage
from px.http.address import Address, parse_address
from px.project.env_deploy import find_deploy_file, read_settings
from px.project.environment import Environment, check_one_server, chosen
from px.project.local_state import read_local
from px.project.root_file import read_root
from px.project.upwards import find_config
from px.server_choice import TIMEOUT, Root, ServerChoice

# RFC 6750 allows less, HTTP no more.
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_FIRST_LOCAL = re.compile(r"px_root_[A-Za-z0-9_-]{43}")  # from `px dev` before tokens had checksums


@dataclass(frozen=True, slots=True)
class Target:
    """A server, its token, and where px found them.

    `source`: where the token comes from. `address_source`: what set the server; the same, unless a
    flag or the environment selected it. `project_source`: empty if no project is set.
    `environment`: empty if px does not know it. `default`: the Worker's default project, if known.
    """

    address: Address
    token: str = field(repr=False)
    project: Project | None = None
    timeout: float = TIMEOUT
    source: str = ""
    address_source: str = ""
    project_source: str = ""
    environment: str = ""
    default: str = ""

    @property
    def project_name(self) -> str:
        """The project that the calls are for: this one, or the token's; empty if unknown."""
        return self.project or _project_of(self.token) or self.default

    @property
    def server(self) -> str:
        """The server with its environment, as every write and every question names it."""
        return self.address.origin + (f" ({self.environment})" if self.environment else "")

    @property
    def location(self) -> str:
        """The same with the project."""
        name = self.project_name
        return self.server + (f", project {name}" if name else ", its default project")

    @property
    def fields(self) -> dict[str, object]:
        """The same for programs; null for what px does not know."""
        return {**self.server_fields, "project": self.project_name or None}

    @property
    def server_fields(self) -> dict[str, object]:
        return {"server": self.address.origin, "environment": self.environment or None}


@dataclass(frozen=True, slots=True)
class _Pair:
    source: str
    url: str
    token: str = field(repr=False)
    project: str | None = None
    environment: str = ""
    default: str = ""


def find_target(choice: ServerChoice, *, environ: Mapping[str, str], folder: Path) -> Target:
    """The server that flags, environment or files name. Raises Usage, showing no token."""
    if not 0 < choice.timeout < float("inf"):
        raise Usage("--timeout must be a number of seconds above 0")
    _check_flags(choice)
    named = "" if choice.local else environ.get("PX_URL", "").strip()
    url, url_by = _first((choice.url, "--url"), (named, "PX_URL"))
    address = None if url is None else parse_address(url, url_by)
    pair = _choose(address, choice, environ, folder)
    named_project, project_by = _first(
        (choice.project, "--project"),
        (environ.get("PX_PROJECT", "").strip("\r\n"), "PX_PROJECT"),
        (pair.project, pair.source),
    )
    project = None if named_project is None else parse_project(named_project)
    pair = _with_root(pair, project, choice.root, chosen(environ), folder)
    if project is None and choice.root is Root.NEEDED and pair.default:
        # Otherwise the Worker would take its own PROJECT, which need not be the one that is shown.
        project = parse_project(pair.default)
    target = make_target(
        pair.url, pair.token, project=project, timeout=choice.timeout, source=pair.source
    )
    return replace(
        target,
        address_source=url_by or pair.source,
        project_source=project_by,
        environment=pair.environment,
        default=pair.default,
    )


def _check_flags(choice: ServerChoice) -> None:
    if choice.local and (choice.remote or choice.url):
        other = "--remote" if choice.remote else "--url"
        raise Usage(f"--local and {other} cannot be used together")


def _with_root(
    pair: _Pair, project: Project | None, root: Root, environment: Environment, folder: Path
) -> _Pair:
    """The pair of `.px/root.json` in place of that of `.env.deploy`, if the command takes it.

    Raises NotAllowed if that file is missing and the token of `.env.deploy` cannot do it.
    """
    if pair.source != environment.deploy_file:
        return pair
    own, file = _project_of(pair.token), environment.root_file
    is_elsewhere = bool(own) and project not in (None, own)
    is_needed = root is Root.NEEDED or (root is Root.ELSEWHERE and is_elsewhere)
    if is_needed or root is Root.IF_THERE:
        found = _root_pair(pair, environment, folder)
        if found is not None:
            return found
    if not own:
        return pair
    if is_needed:
        raise NotAllowed(
            f"this needs the root token, and there is no {file} for {pair.url}",
            code="no_root_token",
            hint=f"run it where `px deploy` made that Worker, copy {file} from there, or set "
            "PX_URL and PX_TOKEN",
        )
    if is_elsewhere:
        raise NotAllowed(
            f"the token in {pair.source} is for the project {own}, not for {project}",
            code="forbidden",
            hint=f"make one for it: `px token create NAME --role admin --project {project}`; then "
            "set PX_URL and PX_TOKEN",
        )
    return pair


def _root_pair(pair: _Pair, environment: Environment, folder: Path) -> _Pair | None:
    """The root token for the pair's server; a token is only sent to its own address."""
    mark = find_config(folder)
    found = None if mark is None else read_root(mark.parent / environment.root_file)
    if found is None or parse_address(found.url) != parse_address(pair.url):
        return None
    default = _project_of(pair.token)
    return replace(pair, source=environment.root_file, token=found.token, default=default)


def _project_of(token: str) -> str:
    """A project token's project; empty for any other token."""
    from positronic.access.tokens import parse

    parsed = parse(token.strip())
    return parsed.project if parsed else ""


def make_target(
    url: str,
    token: str,
    *,
    project: Project | None = None,
    timeout: float = TIMEOUT,
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
        raise Usage(
            f"{of} contains its own name",
            code="mistyped_token",
            hint=f"enter only the token, without `{of}=`",
        )
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
        f"the token in {of} contains characters that are not allowed in a token",
        code="mistyped_token",
        hint=cause,
    )


def _first(*candidates: tuple[str | None, str]) -> tuple[str | None, str]:
    """The first one that is set, and where; (None, "") if none is."""
    return next(((text, source) for text, source in candidates if text), (None, ""))


def _choose(
    address: Address | None, choice: ServerChoice, environ: Mapping[str, str], folder: Path
) -> _Pair:
    for pair in _pairs(choice, environ, folder):
        if address is None or parse_address(pair.url) == address:
            return pair
    if address is not None:
        raise Usage(
            f"px has no token for {address.origin}",
            hint="set PX_TOKEN; px sends a stored token only to the address stored with it",
        )
    if choice.local:
        raise Usage("px dev has not run in this folder", hint="start it: `px dev`")
    from px.project.no_server import no_server

    raise no_server(chosen(environ), find_config(folder))


def _pairs(choice: ServerChoice, environ: Mapping[str, str], folder: Path) -> Iterator[_Pair]:
    """Every address with its token, in order; a file is read only when it is its turn."""
    environment = chosen(environ)
    if not choice.local:
        yield from _environment_pair(choice.url, environ)
        yield from _deploy_pair(environment, folder)
    if not choice.remote:
        yield from _local_pair(environment, folder)


def _environment_pair(flag: str | None, environ: Mapping[str, str]) -> Iterator[_Pair]:
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


def _local_pair(environment: Environment, folder: Path) -> Iterator[_Pair]:
    root, file = find_config(folder), environment.local_file
    local = None if root is None else read_local(root.parent / file)
    if local is not None:
        shown = f"local {environment.name}".strip()
        yield _Pair(file, local.url, local.token, environment=shown, default=local.project)


def _deploy_pair(environment: Environment, folder: Path) -> Iterator[_Pair]:
    """None before the first deploy, when the file only has other services' credentials."""
    path = find_deploy_file(folder, environment)
    if path is None:
        return
    values = read_settings(path)
    url, token = values.get("PX_URL"), values.get("PX_TOKEN")
    if url and token:
        project = values.get("PX_PROJECT") or None
        yield _Pair(path.name, url, token, project, environment.shown)
    elif url or token:
        raise Usage(f"{path.name} sets only one of PX_URL and PX_TOKEN; set both")
