"""A command and its answer as text, between the entry and the object that holds the ledger.

Another Worker of the account may bind our objects and call them: a command carries a MAC under a
key from the master keys, which only our own entry can make.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import pydantic_core

from positronic.access.authentication import NobodyHere
from positronic.audit.events import Origin
from positronic.commands.command import FORM, Command, TokenShown
from positronic.errors import Busy, Detail, Forbidden, PositronicError, UnknownKey
from positronic.names import Project
from positronic.ports import Signature
from positronic.roles import Principal, Role
from positronic.sealing.envelope import KEY_ID
from positronic.sealing.keyring import Keyring
from positronic.sealing.signing import Signer, Verdict

PURPOSE: Final = "command"

_SEPARATOR: Final = "\n"  # in no key id and no MAC
_TEXT: Final = "="  # before a result that is a text, as it is: no JSON begins so


class ForeignCommand(Exception):
    """Not a command of our own entry, or one under a key that is not held here.

    `answer`: what its sender is told. `reason` and `key_id`: what is recorded; an id that no key
    can have is empty.
    """

    def __init__(self, answer: PositronicError, reason: str, key_id: str) -> None:
        super().__init__(answer.message)
        self.answer = answer
        self.reason = reason
        self.key_id = key_id


def pack(command: Command, keyring: Keyring) -> str:
    """What `unpack` takes, for the same project."""
    text = _json(_document(command))
    signature = Signer(keyring, PURPOSE).sign(*_signed(command.project, text))
    return _SEPARATOR.join((signature.key_id, signature.mac, text))


def unpack(message: str, project: Project, keyring: Keyring) -> Command:
    """Raises ForeignCommand for what no entry of ours sent here, and Busy for another version's."""
    key_id, _, rest = message.partition(_SEPARATOR)
    mac, _, text = rest.partition(_SEPARATOR)
    verdict = Signer(keyring, PURPOSE).verify(Signature(key_id, mac), *_signed(project, text))
    if verdict is Verdict.UNKNOWN_KEY:  # an entry with newer keys, or somebody else
        told: PositronicError = Busy("the command is under a key that is not held here")
        raise ForeignCommand(told, UnknownKey.code, key_id)
    if verdict is not Verdict.INTACT:
        told = Forbidden("this is not a command of the Worker's own entry")
        raise ForeignCommand(told, told.code, key_id if KEY_ID.fullmatch(key_id) else "")
    # Without a cache: a command may carry a value, which would stay in it.
    found = pydantic_core.from_json(text, cache_strings=False)
    if found["form"] != FORM:
        raise Busy("the command is of another version than this object; nothing was done")
    return _command(project, found)


def answered(result: object) -> str:
    """What `read_answer` returns."""
    return f"{_TEXT}{result}" if isinstance(result, str) else _json({"result": result})


def refused(error: PositronicError) -> str:
    """What `read_answer` raises."""
    details = [asdict(detail) for detail in error.details]
    fields = {"code": error.code, "message": error.message, "headers": error.headers}
    if isinstance(error, NobodyHere):
        fields["nobodyIn"] = error.project
    return _json({"error": {**fields, "details": details}})


def read_answer(text: str) -> Any:  # noqa: ANN401 - whatever the command answers
    """The result. Raises the error that the other side raised."""
    if text.startswith(_TEXT):
        return text[len(_TEXT) :]
    answer = pydantic_core.from_json(text)
    if "error" not in answer:
        return answer["result"]
    error = answer["error"]
    if "nobodyIn" in error:
        raise NobodyHere(Project(error["nobodyIn"]))
    kinds = {kind.code: kind for kind in PositronicError.__subclasses__()}
    details = [Detail(**detail) for detail in error["details"]]
    kind = kinds.get(error["code"], PositronicError)
    raise kind(error["message"], details=details, headers=error["headers"])


def _signed(project: Project, text: str) -> tuple[str, str]:
    # The digest, for a signed part has at most 65,535 bytes.
    return project, hashlib.sha256(text.encode()).hexdigest()


def _json(found: object) -> str:
    # Not the standard library's, which takes several times as long.
    return pydantic_core.to_json(found).decode()


def _document(command: Command) -> Mapping[str, object]:
    caller, origin = command.caller, command.origin
    return {
        "form": FORM,
        "id": command.id,
        "action": command.action,
        "arguments": command.arguments,
        "caller": _caller_of(caller),
        "role": command.role.label,
        "requestId": origin.request_id,
        "address": origin.address,
        "newest": command.newest,
    }


def _caller_of(caller: Principal | TokenShown) -> list[str | None]:
    if isinstance(caller, TokenShown):
        return [caller.id, caller.hash]
    return [caller.id, caller.name, caller.role.label, caller.project, caller.kind]


def _command(project: Project, found: Mapping[str, Any]) -> Command:
    return Command(
        project,
        found["id"],
        found["action"],
        found["arguments"],
        _caller(found["caller"]),
        Role(found["role"]),
        Origin(found["requestId"], found["address"]),
        found["newest"],
    )


def _caller(found: list[Any]) -> Principal | TokenShown:
    if len(found) == 2:
        return TokenShown(*found)
    id_, name, role, project, kind = found
    return Principal(id_, name, Role(role), project, kind)
