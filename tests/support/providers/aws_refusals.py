"""What AWS refuses and moto takes, as a proxy in front of moto's server.

Facts, with their sources:
A1  A secret's name does not end in a hyphen and six characters, as an ARN does (CreateSecret, API
    reference, which advises against it; that it is refused is a guess on the strict side).
A2  SecretString: at most 65,536 bytes (CreateSecret: ValidationException).
A3  A parameter's value: at most 4,096 bytes in the standard tier, ValidationException; one with
    `{{...}}` is refused (PutParameter, API reference: ValidationException).
A4  AccessDeniedException is a 400, for each action that a policy does not have.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

from support.serving import serving

MAX_SECRET: Final = 65_536
MAX_PARAMETER: Final = 4_096
_ARN_END: Final = re.compile(r"-[A-Za-z0-9]{6}\Z")
_KEPT: Final = ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date")

Refusal = tuple[str, str]
Body = dict[str, Any]


@dataclass
class Front:
    """`refused`: the code that an action gets, such as GetSecretValue; `failing`: codes that the
    next requests get, whichever they are, in their order; None: that one passes. `ahead`: in
    seconds, its clock."""

    behind: str
    url: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    failing: list[str | None] = field(default_factory=list)
    asked: list[tuple[str, Body]] = field(default_factory=list)
    ahead: float = 0

    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]

    def refusal(self, action: str, body: Body) -> Refusal | None:
        self.asked.append((action, body))
        failure = self.failing.pop(0) if self.failing else None
        if failure:
            return failure, "as the test wanted"
        if action in self.refused:
            return self.refused[action], "as the test wanted"  # A4
        return _as_aws(action, body)

    def forward(self, headers: dict[str, str], data: bytes) -> tuple[int, bytes]:
        request = urllib.request.Request(self.behind, data, headers)  # noqa: S310 - moto's
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


def _asked(target: str, data: bytes) -> tuple[str, Body]:
    """Of JSON with its action in a header, or, for STS, of a form."""
    if target:
        return target.rpartition(".")[2], json.loads(data or b"{}")
    form = {key: found[0] for key, found in parse_qs(data.decode()).items()}
    return form.get("Action", ""), dict(form)


def _as_aws(action: str, body: Body) -> Refusal | None:
    name = str(body.get("Name", ""))
    if action == "CreateSecret" and _ARN_END.search(name):
        return "InvalidParameterException", "A1"
    if len(str(body.get("SecretString", "")).encode()) > MAX_SECRET:
        return "ValidationException", "A2"
    value = str(body.get("Value", ""))
    if action == "PutParameter" and (len(value.encode()) > MAX_PARAMETER or "{{" in value):
        return "ValidationException", "A3"
    return None


@contextmanager
def front(behind: str) -> Iterator[Front]:
    """One that runs."""
    found = Front(behind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    server.daemon_threads = True
    with serving(server) as port:
        found.url = f"http://127.0.0.1:{port}"
        yield found


def _handler(found: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            action, body = _asked(self.headers.get("X-Amz-Target", ""), data)
            refusal = found.refusal(action, body)
            if refusal is None:
                kept = {name: self.headers[name] for name in _KEPT if self.headers[name]}
                status, answer = found.forward(kept, data)
            else:
                code, message = refusal
                status, answer = 400, json.dumps({"__type": code, "message": message}).encode()
            self.send_response_only(status)
            self.send_header("Date", formatdate(time.time() + found.ahead, usegmt=True))
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    return Handler
