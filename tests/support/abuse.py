"""Requests that nobody should send: a sound one, with some of its parts replaced by worse ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from hypothesis import strategies as st

from positronic.api.routes import ROUTES

CANARY: Final = "canary!4b1d77c0"  # no name of anything: where it shows, a value does


@dataclass(frozen=True)
class Sent:
    """A request before it is sent; a header of None is left out."""

    method: str
    path: str
    query: str = ""
    origin: str = "https://secrets.example"
    body: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)


_BODIES: Final[Mapping[str, object]] = {
    "POST /secrets": {"name": "A", "value": CANARY},
    "POST /secrets/bulk": {
        "secrets": [{"name": "A", "value": CANARY}, {"name": "bulk", "value": CANARY}]
    },
    "POST /secrets/*/rollback": {"to": 1, "ifVersion": 1},
    "POST /tokens": {"name": "ci", "role": "writer", "expiresIn": 3600},
    "POST /brains/runs": {"identifier": "A", "options": {"key": CANARY}, "initialState": {}},
    "POST /brains/runs/rerun": {"runId": "0" * 32, "startsAt": 1, "stopsAfter": 2},
}
# With `*` for each segment that has a name.
_CALLS: Final = [
    (route.method, re.sub(r"\{\w+\}", "*", route.path)) for route in ROUTES if route.role
]
_PATHS: Final = list(dict.fromkeys(path for _, path in _CALLS))
_SOUND: Final = [
    Sent(method, path.replace("*", "A"), body=json.dumps(_BODIES.get(f"{method} {path}")).encode())
    for method, path in _CALLS
    for _ in range(4 if method == "POST" else 1)
]

METHODS = st.sampled_from(
    ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "BREW", ""]
) | st.text(max_size=8)
NASTY = st.sampled_from(
    [
        *(
            "",
            ".",
            "..",
            "%2e%2e",
            "%2F",
            "%00",
            "%0d%0aX-Evil:1",
            "%ff",
            "%C0%AF",
            "%",
            "%zz",
            "#",
        ),
        *("A", "bulk", "exists", "\u0410", "\uff21", "\u202eA", "A\u0301", "N" * 128, "N" * 129),
        *(
            "POSITRONIC_X",
            "__proto__",
            "constructor",
            "0" * 16,
            "f" * 16,
            "*",
            "A;x",
            "A:B",
            CANARY,
        ),
        *("?", "A?limit=1", "..%2f..%2fother%2fsecret%2fA", "A\r\nX-Evil: 1", "\ud800", "\0"),
    ]
)
PIECES = st.sampled_from(
    sorted({piece for path in _PATHS for piece in path.split("/")[1:] if piece != "*"})
)
PATHS = (
    st.sampled_from([path.replace("*", "A") for path in _PATHS] + ["/status"])
    | st.lists(PIECES | NASTY, max_size=5).map(lambda parts: "/" + "/".join(parts))
    | st.sampled_from([path.replace("*", "{}") for path in _PATHS if "*" in path]).flatmap(
        lambda path: NASTY.map(lambda nasty: path.replace("{}", nasty))
    )
    | st.text(max_size=30)
)
QUERIES = st.just("") | st.sampled_from(
    [
        *(
            "limit=1",
            "limit=0",
            "limit=1001",
            "limit=%00",
            "limit=1&limit=1",
            "cursor=A",
            "cursor=",
        ),
        *(f"token={CANARY}", f"ACCESS_TOKEN={CANARY}", f"{CANARY}=1", "%ff", "a&" * 20, "=", "&&"),
        *("cursor=" + "x" * 5000, "limit=\u0661", f"cursor={CANARY}", "limit=1;cursor=A"),
    ]
)
PROJECTS = st.none() | st.sampled_from(
    [
        "shop",
        "other",
        "",
        "Shop",
        "../shop",
        "shop/secret",
        "shop, other",
        "a" * 64,
        CANARY,
        "\ud800",
    ]
)
TYPES = (
    st.sampled_from(
        [
            *(
                "application/json; charset=utf-7",
                "text/plain",
                "application/xml",
                "",
                "json",
                "\ud800",
            ),
            *("multipart/form-data; boundary=x", f"{CANARY}/json", "application/json, text/plain"),
        ]
    )
    | st.none()
)
LENGTHS = st.sampled_from(
    [None, "0", "1", "-1", "1e9", "9" * 400, "\u0661", "", "5, 5", "0x10", f"{8 * 1024 * 1024 + 1}"]
)
SCALARS = st.sampled_from(
    [
        *(None, True, 0, -1, 1.5, 1e308, 2**70, "", "A", "v", CANARY, f"1{CANARY}", "\0", "\ud800"),
        *(
            "reader",
            "admin",
            "root",
            "px_x",
            "x" * 70_000,
            "POSITRONIC_A",
            "\u202e",
            "A\nB",
            60,
            59,
        ),
    ]
)
NAMES = st.sampled_from(
    ["name", "value", "secrets", "role", "expiresIn", "expires_in", CANARY, "", "__class__"]
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
ALMOST = st.sampled_from(
    [
        {"name": "A", "value": CANARY},
        {"name": "bulk", "value": f'"{CANARY}\n'},
        {"name": "A", "value": f"{CANARY}\0"},
        {"name": "A", "value": CANARY * 5000},
        {"name": f"A{CANARY}", "value": "v"},
        {"name": "POSITRONIC_A", "value": CANARY},
        {"secrets": [{"name": "A", "value": CANARY}, {"name": "B", "value": CANARY}]},
        {"secrets": [{"name": "A", "value": CANARY}] * 2},
        {"secrets": [{"name": CANARY, "value": "v"}] * 501},
        {"name": "ci", "role": "writer", "expiresIn": 3600},
    ]
)
RAW = st.sampled_from(
    [
        *(
            b"",
            b"{",
            b"null",
            b"\xff\xfe",
            b"\xef\xbb\xbf{}",
            b"[" * 30_000,
            b'{"a":' * 5000,
            b"NaN",
        ),
        *(
            b'{"name":"A","name":"B","value":"v"}',
            b'{"name": "A", "value": "\\ud800"}',
            b"1" * 5000,
        ),
        *(b'{"name":"A","value":"' + CANARY.encode(), b"\0" * 100, CANARY.encode(), b"1e999"),
        b"{" + b",".join(b'"%d":1' % number for number in range(5000)) + b"}",
    ]
)
BODIES = (ALMOST | DOCUMENTS).map(lambda document: json.dumps(document).encode()) | RAW
EXTRA = st.dictionaries(
    st.sampled_from(
        ["cf-connecting-ip", "x-request-id", "x-http-method-override", "host", "cookie"]
    ),
    st.sampled_from(["203.0.113.7", "x" * 70_000, "a\r\nX-Evil: 1", "\ud800", CANARY, "DELETE"]),
    max_size=2,
)
ORIGINS = st.sampled_from(["http://secrets.example", "http://127.0.0.1", "https://[", ""])
_PARTS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "method": METHODS,
    "origin": ORIGINS,
    "path": PATHS,
    "query": QUERIES,
    "body": BODIES,
    "authorization": st.none(),
    "x-positronic-project": PROJECTS,
    "content-type": TYPES,
    "content-length": LENGTHS,
    "extra": EXTRA,
}


def authorizations(root: str, tokens: list[str]) -> st.SearchStrategy[str | None]:
    """Headers that let in as nobody, as root, and as each token; right, cut, and joined."""
    return st.none() | st.sampled_from(
        [
            *(f"Bearer {text}" for text in (root, *tokens)),
            *(f"Bearer {tokens[0][:-1]}0", f"Bearer {tokens[0][:-72]}{'0' * 72}", "Bearer", ""),
            *(f"Bearer {root}, Bearer {root}", f"Basic {root}", root, f"Bearer {CANARY}"),
            *(f"Bearer {CANARY}\r\nX-Evil: 1", "Bearer \ud800", f"Bearer {'x' * 600}"),
        ]
    )


@st.composite
def requests(draw: st.DrawFn, root: str, tokens: list[str]) -> Sent:
    """A sound request of root's, with none to three of its parts replaced."""
    sent = draw(st.sampled_from(_SOUND))
    headers: dict[str, str | None] = {
        "authorization": f"Bearer {root}",
        "content-type": "application/json",
    }
    changes = draw(st.lists(st.sampled_from(sorted(_PARTS)), max_size=3, unique=True))
    for part in changes:
        if part == "authorization":
            headers[part] = draw(authorizations(root, tokens))
        elif part == "extra":
            headers |= draw(_PARTS[part])
        elif "-" in part:
            headers[part] = draw(_PARTS[part])
        else:
            sent = replace(sent, **{part: draw(_PARTS[part])})
    return replace(sent, headers=headers)
