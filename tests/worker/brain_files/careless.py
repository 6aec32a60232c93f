"""Brains that show what real code makes of a value: as state, as a printed line and as an error."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from positronic import brain
from positronic.brains import Brain, BrainSecrets

State = dict[str, Any]


class Way(NamedTuple):
    """The secret whose value is shown, and how."""

    secret: str
    show: Callable[[str], str]


def _key_lines(pem: str) -> list[str]:
    return [line for line in pem.splitlines() if len(line) > 20 and "-----" not in line]


def _logged(pem: str) -> str:
    lines = enumerate(pem.splitlines())
    return "\n".join(f"2026-11-26 11:00:0{number} INFO {line}" for number, line in lines)


def _not_reached(hook: str) -> str:
    url = urlsplit(hook)
    return (
        f"HTTPSConnectionPool(host='{url.netloc}', port=443): "
        f"Max retries exceeded with url: {url.path}"
    )


def _basic(value: str) -> str:
    return f"Basic {base64.b64encode(f'user:{value}'.encode()).decode()}"


WAYS: dict[str, Way] = {
    "a final line end is stripped": Way("LINE", str.strip),
    "a service account's private key": Way("ACCOUNT", lambda v: str(json.loads(v)["private_key"])),
    "str of the short dict": Way("LOGIN", lambda v: str(json.loads(v))),
    "urllib3's words": Way("HOOK", _not_reached),
    "the password, read": Way(
        "DATABASE",
        lambda v: f"password authentication failed: {unquote(urlsplit(v).password or '')}",
    ),
    "quoted in a mail": Way("PEM", lambda v: textwrap.indent(v, "> ")),
    "logged line by line": Way("PEM", _logged),
    "\\n as two characters": Way("PEM", lambda v: v.replace("\n", "\\n")),
    "the body": Way("PEM", lambda v: "".join(_key_lines(v))),
    "groups of four": Way("CARD", lambda v: " ".join(textwrap.wrap(v, 4))),
    "hex with colons, upper": Way("API", lambda v: v.encode().hex(":").upper()),
    "a Basic header cut short": Way("API", lambda v: _basic(v)[:40]),
}


def _careless(title: str, way: Way) -> Brain:
    async def show(state: State, secrets: BrainSecrets) -> State:
        text = way.show(await secrets.get(way.secret))
        print(f"printed {title}: {text}")
        return {**state, "text": text, "list": [{"text": text}]}

    async def fail(state: State, secrets: BrainSecrets) -> State:
        raise RuntimeError(f"failed with {way.show(await secrets.get(way.secret))}")

    return brain(title).step("Show", show).step("Fail", fail)


BRAINS = {title: _careless(title, way) for title, way in WAYS.items()}
globals().update({f"CARELESS_{number}": found for number, found in enumerate(BRAINS.values())})
