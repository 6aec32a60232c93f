"""The Worker at Cloudflare, read and changed only through wrangler."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from px.cloudflare.wrangler import Wrangler
from px.errors import PxError
from px.project import owner_only
from px.project.manifest import Manifest, connected
from px.project.workspace import Workspace

UPLOAD_SECONDS: Final = 600.0
STDIN: Final = "/dev/stdin"


class Remote:
    """One Worker. Every call starts wrangler, and raises PxError."""

    def __init__(self, project: Workspace, manifest: Manifest, wrangler: Wrangler) -> None:
        self._project = project
        self._manifest = manifest
        self._wrangler = wrangler

    def secrets(self) -> frozenset[str] | None:
        """The names of its secrets; None if there is no such Worker."""
        return secret_names(self._wrangler)

    def left_namespaces(self) -> dict[str, str]:
        """Namespaces that wrangler created earlier for this Worker's bindings: binding to id.

        wrangler itself only finds them through an uploaded Worker.
        """
        wanted = [binding for binding, id_ in self._manifest.namespaces.items() if not id_]
        if not wanted:
            return {}
        ids = {one["title"]: one["id"] for one in self._list(["kv", "namespace", "list"])}
        titles = {binding: self._manifest.title(binding) for binding in wanted}
        return {binding: ids[title] for binding, title in titles.items() if title in ids}

    def is_empty(self, namespace: str) -> bool:
        words = ["kv", "key", "list", "--remote", "--namespace-id", namespace]
        return not self._list(words)

    def upload(self, secrets: Mapping[str, str], namespaces: Mapping[str, str]) -> list[str]:
        """Uploads the code and adds these secrets; returns the Worker's addresses."""
        sent = json.dumps(secrets) if secrets else ""
        words = ["deploy", *(["--secrets-file", STDIN] if secrets else [])]
        hidden = [part for text in secrets.values() for part in text.split(":")]
        owner_only.make_folder(self._project.private)
        with (
            tempfile.TemporaryDirectory(prefix="deploy.", dir=self._project.private) as folder,
            connected(self._manifest, namespaces) as config,
        ):
            output = Path(folder) / "wrangler.ndjson"
            self._wrangler.run(
                words, sent, hidden=hidden, config=config, output=output, seconds=UPLOAD_SECONDS
            )
            return _targets(output.read_text())

    def _list(self, words: Sequence[str]) -> list[dict[str, Any]]:
        try:
            return [dict(one) for one in json.loads(self._wrangler.run(words))]
        except (ValueError, TypeError):
            raise PxError(
                f"the output of `wrangler {' '.join(words[:3])}` is malformed",
                code="wrangler_failed",
            ) from None


def secret_names(wrangler: Wrangler) -> frozenset[str] | None:
    """The names of the Worker's secrets; None if there is no such Worker."""
    try:
        answer = wrangler.run(["secret", "list", "--format", "json"])
    except PxError as error:
        if error.code == "no_worker":
            return None
        raise
    try:
        return frozenset(str(one["name"]) for one in json.loads(answer))
    except (ValueError, KeyError, TypeError):
        raise PxError("wrangler's list of secrets cannot be read", code="wrangler_failed") from None


def _targets(output: str) -> list[str]:
    """The Worker's addresses from wrangler's output file; [] if there are none."""
    for line in output.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if found.get("type") == "deploy":
            return [str(one) for one in found.get("targets") or ()]
    return []
