"""The id of a change that its sender may send again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from positronic.commands.command import TokenShown
from positronic.commands.sent_again import command_id
from positronic.names import Project
from positronic.roles import Principal, Role
from positronic.sealing.keyring import Keyring

KEYS = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER_KEYS = "k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
KEY = "0123456789abcdef"
ROOT = Principal("root", "root", Role.ROOT, None)
TOKEN = TokenShown("0123456789abcdef", "a" * 64)
SENT: Mapping[str, object] = {"entry": ["A", "value"]}


def id_of(
    keys: str = KEYS,
    key: str = KEY,
    project: str = "shop",
    caller: Principal | TokenShown = ROOT,
    action: str = "secret.put",
    sent: Mapping[str, object] = SENT,
) -> str:
    return command_id(Keyring(keys), key, Project(project), caller, action, sent)


def test_the_same_change_has_the_same_id() -> None:
    """Whenever it is sent, by whichever isolate."""
    assert id_of() == id_of()
    assert id_of(sent={"name": "A", "limit": 1}) == id_of(sent={"limit": 1, "name": "A"})


@pytest.mark.parametrize(
    "other",
    [
        id_of(key=KEY + "0"),
        id_of(project="shop2"),
        id_of(caller=TOKEN),
        id_of(caller=TokenShown(TOKEN.id, "b" * 64)),
        id_of(action="secret.delete"),
        id_of(sent={"entry": ["A", "other"]}),
        id_of(sent={"entry": ["B", "value"]}),
        id_of(keys=OTHER_KEYS),
    ],
)
def test_another_change_has_another_id(other: str) -> None:
    """Another key, project, caller, secret half, action, value or name."""
    assert other != id_of()
