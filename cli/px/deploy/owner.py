"""Which Worker the root token in `.env.deploy` belongs to: one file per Worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from px.errors import Refused
from px.project.env_deploy import TOKEN, URL, WORKER, DeployFile
from px.project.environment import Environment
from px.project.inheritance import names_of
from px.project.manifest import Manifest
from px.project.workspace import Workspace

_SHARED: Final = ".workers.dev"


def recorded(worker: str, account: str) -> str:
    """The value of PX_WORKER: the name, with the account if known."""
    return f"{worker}@{account}" if account else worker


def check_owner(file: str, settings: Mapping[str, str], worker: str, account: str) -> None:
    """Raises Refused for a file that belongs to another Worker.

    Goes by PX_WORKER, which px writes, or else by the name in a workers.dev address.
    """
    other = _recorded_other(settings.get(WORKER, ""), worker, account) or named_other(
        settings.get(URL, ""), worker
    )
    if other:
        raise _anothers(file, other, worker)


def is_of(text: str, worker: str, account: str) -> bool:
    """Whether what is recorded of a token does not name another Worker."""
    return not _recorded_other(text, worker, account)


def check_environments(
    project: Workspace, manifest: Manifest, file: DeployFile, settings: Mapping[str, str]
) -> None:
    """Raises Refused for an address or token that is also another environment's: a copied file.

    `settings`: what is in the file.
    """
    for name in ("", *names_of(manifest.written)):
        other = DeployFile(project.root, Workspace(project.root, Environment(name)))
        if other.path == file.path:
            continue
        theirs = other.read()
        for setting in (URL, TOKEN):
            if settings.get(setting) and settings.get(setting) == theirs.get(setting):
                raise Refused(
                    f"{file.name} has the same {setting} as {other.name}; nothing was changed",
                    code="another_workers_file",
                    hint=f"remove {URL}, {TOKEN} and {WORKER} from the one that was copied",
                )


def check_no_token(file: str, settings: Mapping[str, str], worker: str) -> None:
    """For a Worker without a root token: a token in the file must belong to another one.

    Unless px wrote it for this Worker before it was deleted. Raises Refused.
    """
    if settings.get(TOKEN) and not settings.get(WORKER):
        raise _anothers(file, "another Worker", worker)


def named_other(url: str, worker: str) -> str:
    """The other Worker that a workers.dev address names; empty for any other address."""
    host = urlsplit(url).hostname or ""
    name = host.partition(".")[0]
    return name if host.endswith(_SHARED) and name != worker.lower() else ""


def _recorded_other(text: str, worker: str, account: str) -> str:
    name, _, its_account = text.partition("@")
    same_account = not its_account or not account or its_account == account
    return "" if not name or (name == worker and same_account) else text


def _anothers(file: str, other: str, worker: str) -> Refused:
    return Refused(
        f"the PX_TOKEN or PX_URL in {file} belongs to {other}, and wrangler.toml names "
        f"{worker}; nothing was changed",
        code="another_workers_file",
        hint=f"deploy {worker} from a folder with its own {file}; or, if the other "
        f"Worker is gone, remove {URL}, {TOKEN} and {WORKER} from the file",
    )
