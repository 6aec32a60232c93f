"""One account at Cloudflare: Workers with their secrets, KV namespaces, a workers.dev subdomain.

As far as wrangler asks for them. Errors are Cloudflare's own codes and words.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from support.multipart import Part, read_parts
from support.tails import Tails

ACCOUNT = "a" * 32
Answer = tuple[int, object]
Metadata = Mapping[str, Any]

NOT_FOUND = (10007, "This Worker does not exist on your account.")
TITLE_TAKEN = (10014, "a namespace with this account ID and title already exists")


class Failed(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = (status, document(None, (code, message)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `body` is parsed where it is JSON or a form, and `sent` is all of it."""

    method: str
    path: str
    query: str
    authorization: str
    headers: Mapping[str, str]
    body: Any
    sent: bytes = field(repr=False)


@dataclass
class Worker:
    """`bindings` without secrets; `modules` in the order of the upload; a draft has none."""

    secrets: dict[str, str] = field(default_factory=dict)
    bindings: list[dict[str, Any]] = field(default_factory=list)
    modules: list[Part] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    migration: str | None = None
    uploads: int = 0
    crons: list[str] = field(default_factory=list)
    on_workers_dev: bool = False

    @property
    def is_draft(self) -> bool:
        return not any(part.kind == "text/x-python" for part in self.modules)


@dataclass
class Account:
    """`changed(name, worker)` is called after each change of code or secrets, before its answer."""

    token: str
    workers: dict[str, Worker] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)  # id -> title
    keys: dict[str, list[str]] = field(default_factory=dict)  # namespace id -> its keys
    subdomain: str | None = "acme"
    changed: Callable[[str, Worker], None] = lambda name, worker: None
    tails: Tails = field(default_factory=Tails)
    _waiting: dict[str, list[Part]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answer:
        """Raises Failed."""
        if asked.authorization != f"Bearer {self.token}":
            raise Failed(403, 10000, "Authentication error")
        if asked.path in ("/accounts", "/memberships"):
            return self._accounts(asked.path)
        place = re.fullmatch(rf"/accounts/{ACCOUNT}/(.*)", asked.path)
        if place is None:
            raise Failed(404, 7003, "Could not route, perhaps your object identifier is invalid?")
        return 200, document(self._of_account(asked, place[1]))

    def _accounts(self, path: str) -> Answer:
        one = {"id": ACCOUNT, "name": "Acme"}
        return 200, document([one if path == "/accounts" else {"id": "m", "account": one}])

    def _of_account(self, asked: Asked, place: str) -> object:
        match asked.method, place.split("/"):
            case "GET", ["workers", "subdomain"]:
                if self.subdomain is None:
                    raise Failed(404, *NOT_FOUND)
                return {"subdomain": self.subdomain}
            case "GET", ["workers", "services", name]:
                return self._service(name)
            case "GET", ["workers", "workers", name]:
                return {"name": name, "subdomain": {"enabled": self.worker(name).on_workers_dev}}
            case _, ["workers", "scripts", name, *rest]:
                return self._of_script(asked, name, rest)
            case _, ["storage", "kv", "namespaces", *rest]:
                return self._of_namespaces(asked, rest)
        raise Failed(404, 7000, "No route for that URI")

    def worker(self, name: str) -> Worker:
        if name not in self.workers:
            raise Failed(404, *NOT_FOUND)
        return self.workers[name]

    def _service(self, name: str) -> object:
        script = {"migration_tag": self.worker(name).migration, "last_deployed_from": "wrangler"}
        return {"id": name, "default_environment": {"environment": "production", "script": script}}

    def _of_namespaces(self, asked: Asked, rest: list[str]) -> object:
        match asked.method, rest:
            case "GET", []:
                found = [{"id": one, "title": title} for one, title in self.namespaces.items()]
                # One page holds them all; the next is empty, and so wrangler stops.
                return found if parse_qs(asked.query).get("page", ["1"]) == ["1"] else []
            case "GET", [id_, "keys"]:
                return [{"name": name} for name in self.keys.get(id_, [])]
            case "POST", []:
                return self._new_namespace(asked.body["title"])
        raise Failed(404, 10009, "not found")

    def _new_namespace(self, title: str) -> object:
        if title in self.namespaces.values():
            raise Failed(400, *TITLE_TAKEN)
        id_ = f"{len(self.namespaces) + 1:032x}"
        self.namespaces[id_] = title
        return {"id": id_, "title": title, "supports_url_encoding": True}

    def _of_script(self, asked: Asked, name: str, rest: list[str]) -> object:
        match asked.method, rest:
            case "PUT", []:
                return self._upload(name, read_body(asked))
            case "POST", ["versions"]:
                return self._version(name, read_body(asked))
            case "POST", ["deployments"]:
                return self._deploy(name, asked.body["versions"][0]["version_id"])
            case "GET", ["settings"]:
                return {"bindings": self.worker(name).bindings}
            case "POST", ["subdomain"]:
                self.worker(name).on_workers_dev = asked.body["enabled"]
                return asked.body
            case "GET", ["secrets"]:
                found = self.worker(name).secrets
                return [{"name": one, "type": "secret_text"} for one in found]
        return self._of_secrets(asked, name, rest)

    def _of_secrets(self, asked: Asked, name: str, rest: list[str]) -> object:
        worker = self.worker(name)
        match asked.method, rest:
            case "GET", ["deployments"]:
                return {"deployments": []}
            case "PATCH", ["script-settings"]:
                return asked.body
            case "PUT", ["schedules"]:
                worker.crons = [one["cron"] for one in asked.body]
                return {"schedules": asked.body}
            case "PUT", ["secrets"]:
                self._change(name, worker, {asked.body["name"]: asked.body})
                return {"name": asked.body["name"], "type": "secret_text"}
            case "PATCH", ["secrets-bulk"]:
                self._change(name, worker, asked.body["secrets"])
                return {}
            case "POST", ["tails"]:
                return self.tails.start(f"http://{asked.headers['host']}")
            case "DELETE", ["tails", id_]:
                self.tails.open.remove(id_)
                return None
        raise Failed(404, 7000, "No route for that URI")

    def _change(self, name: str, worker: Worker, changes: Mapping[str, Any]) -> None:
        for one, sent in changes.items():
            if sent is None:
                worker.secrets.pop(one, None)
            else:
                worker.secrets[one] = sent["text"]
        self.changed(name, worker)

    def _upload(self, name: str, parts: list[Part]) -> object:
        self._take(name, parts)
        return {"id": name, "etag": "e", "startup_time_ms": 5, "deployment_id": uuid.uuid4().hex}

    def _version(self, name: str, parts: list[Part]) -> object:
        self._resolved(self.worker(name), json.loads(parts[0].data))
        id_ = str(uuid.uuid4())
        self._waiting[id_] = parts
        resources = {"script": {"etag": "e"}, "bindings": []}
        return {"id": id_, "startup_time_ms": 5, "metadata": {}, "resources": resources}

    def _deploy(self, name: str, version: str) -> object:
        self._take(name, self._waiting.pop(version))
        return {"id": str(uuid.uuid4())}

    def _take(self, name: str, parts: list[Part]) -> None:
        metadata = json.loads(parts[0].data)
        worker = self.workers.get(name, Worker())
        bindings, secrets = self._resolved(worker, metadata)
        worker.bindings, worker.metadata, worker.modules = bindings, metadata, parts[1:]
        worker.secrets |= secrets
        worker.migration = (metadata.get("migrations") or {}).get("new_tag", worker.migration)
        worker.uploads += 1
        self.workers[name] = worker
        self.changed(name, worker)

    def _resolved(
        self, worker: Worker, metadata: Metadata
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Bindings and secrets, with what is inherited from the Worker's last upload."""
        before = {one["name"]: one for one in worker.bindings}
        bindings, secrets = [], {}
        for one in metadata["bindings"]:
            if one["type"] == "secret_text":
                secrets[one["name"]] = one["text"]
            elif one["type"] != "inherit":
                bindings.append(one)
            elif one["name"] in before:
                bindings.append(before[one["name"]])
            elif one["name"] not in worker.secrets:
                raise Failed(400, 10057, f"inherit binding '{one['name']}' is invalid")
        return bindings, secrets


def read_body(asked: Asked) -> list[Part]:
    assert isinstance(asked.body, list), asked
    return asked.body


def parse_body(content_type: str, sent: bytes) -> Any:  # noqa: ANN401 - JSON
    if content_type.startswith("multipart/"):
        return read_parts(content_type, sent)
    return json.loads(sent) if sent else None


def document(result: object, *errors: tuple[int, str]) -> dict[str, object]:
    """Cloudflare's envelope."""
    found = [{"code": code, "message": message} for code, message in errors]
    return {"success": not found, "errors": found, "messages": [], "result": result}
