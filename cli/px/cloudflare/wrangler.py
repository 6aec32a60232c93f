"""wrangler as a process: credentials only in its environment, secrets only on its stdin."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from px.cloudflare.environment import wrangler_environment
from px.cloudflare.wrangler_errors import failure, too_late
from px.errors import PxError, Usage
from px.project.environment import chosen
from px.project.workspace import Workspace, node
from px.tools.inventory import check
from px.tools.place import current

TIMEOUT: Final = 120.0  # seconds
TOKEN: Final = "CLOUDFLARE_API_TOKEN"  # noqa: S105 - a variable's name
ACCOUNT: Final = "CLOUDFLARE_ACCOUNT_ID"
_FROM_FILE: Final = (TOKEN, ACCOUNT)
_ACCOUNT: Final = re.compile(r"[0-9a-f]{32}")
# Never from a file in a checkout: this address would receive the credentials.
_PROXIES: Final = ("HTTPS_PROXY", "https_proxy")
_FROM_OUTSIDE: Final = (
    *_FROM_FILE,
    *("CLOUDFLARE_API_BASE_URL", *_PROXIES, "NO_PROXY", "no_proxy"),
    *("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"),
)
# Without it wrangler also takes CLOUDFLARE_API_BASE_URL from a checkout's .env.
_NO_ENV_FILE: Final = ("--env-file", "/dev/null")


class Call(NamedTuple):
    """A process to start; its environment has the credentials."""

    command: list[str]
    environment: dict[str, str]
    folder: Path


class Wrangler:
    """A project's wrangler, with credentials from the environment or `.env.deploy`."""

    def __init__(self, project: Workspace, credentials: Mapping[str, str]) -> None:
        self._project = project
        self._credentials = dict(credentials)
        self._tools = current()
        self._are_checked = False

    def run(
        self,
        words: Sequence[str],
        sent: str = "",
        *,
        hidden: Sequence[str] = (),
        config: Path | None = None,
        output: Path | None = None,
        seconds: float = TIMEOUT,
    ) -> str:
        """Its stdout. Raises PxError with its own words, unless they contain something `hidden`.

        `output`: the file for wrangler's machine-readable report.
        """
        with self.call(words, config, output) as call:
            return self._run(call, words, sent, hidden, seconds)

    @contextmanager
    def call(
        self,
        words: Sequence[str],
        config: Path | None = None,
        output: Path | None = None,
        node_options: Sequence[str] = (),
    ) -> Iterator[Call]:
        """How to start it; what it needs is there inside the context. Raises ToolsChanged."""
        if not self._are_checked:
            check(self._tools)
            self._are_checked = True
        environment = wrangler_environment(self._project) | self._credentials
        if output:
            environment["WRANGLER_OUTPUT_FILE_PATH"] = str(output)
        # Always: an empty name is the top level, whatever the process's variables say.
        named = f"--env={self._project.environment.name}"
        fixed = (*_NO_ENV_FILE, named, "--config", str(config or self._project.config))
        command = [str(node()), *node_options, str(self._tools.wrangler()), *words, *fixed]
        # Not in the project: a dry run must not write there, and it may be read-only.
        with tempfile.TemporaryDirectory(prefix="px-wrangler.") as home:
            yield Call(command, environment | {"HOME": home}, self._project.root)

    def failure(self, words: Sequence[str], output: str, hidden: Sequence[str] = ()) -> PxError:
        """What its words mean, unless they contain a credential or something `hidden`."""
        return failure(words, output, [*hidden, *secret_parts(self._credentials)])

    def _run(
        self, call: Call, words: Sequence[str], sent: str, hidden: Sequence[str], seconds: float
    ) -> str:
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            call.command,
            cwd=call.folder,
            env=call.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            out, err = process.communicate(sent, timeout=seconds)
        except BaseException as problem:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(problem, subprocess.TimeoutExpired):
                raise too_late(words, seconds) from None
            raise
        if process.returncode:
            raise self.failure(words, err or out, hidden)
        return out


def credentials(environ: Mapping[str, str], deploy_file: Mapping[str, str]) -> dict[str, str]:
    """What wrangler needs to change the deployed Worker. Raises Usage."""
    found = {name: text for name in _FROM_FILE if (text := deploy_file.get(name, "").strip())}
    found |= {name: text for name in _FROM_OUTSIDE if (text := environ.get(name, "").strip())}
    if TOKEN not in found:
        raise Usage(
            f"px needs {TOKEN} to change a deployed Worker",
            hint=f"set it in {chosen(environ).deploy_file}; .env.deploy.example shows how",
        )
    if odd := [name for name in _FROM_FILE if not found.get(name, "").isprintable()]:
        raise Usage(f"{odd[0]} contains a character that cannot be sent", hint="copy it again")
    _check_form(found)
    return found


def _check_form(found: Mapping[str, str]) -> None:
    """Catches what people paste along with the token and the id. Raises Usage."""
    token, account = found[TOKEN], found.get(ACCOUNT)
    if token[0] in "'\"" or " " in token:
        what = "starts with `Bearer`" if token.startswith("Bearer ") else "has quotes or spaces"
        raise Usage(f"{TOKEN} {what}", hint="enter only the token")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise Usage(
            f"{ACCOUNT} is not an account id",
            hint="it is 32 digits and letters a to f, without quotes; "
            "Cloudflare's dashboard shows it on Workers & Pages",
        )


def secret_parts(found: Mapping[str, str]) -> list[str]:
    """The secret parts of the credentials: the token, and a proxy's password."""
    users = [found[name].rpartition("@")[0] for name in _PROXIES if name in found]
    return [found[TOKEN], *(user.partition("://")[2].partition(":")[2] for user in users)]
