"""Which tokens a `px token revoke` is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from px.api.tokens import Token, issued_by
from px.errors import Refused
from px.terminal import printable

if TYPE_CHECKING:
    from positronic.names import TokenName


@dataclass(frozen=True, slots=True)
class Revocation:
    """`ids`: what was asked for. `sent`: those of them to revoke in turn, after which none is left.

    `with_them`: the other tokens that were created with one of these. `name`: theirs, if that is
    how they were chosen.
    """

    ids: Sequence[str]
    sent: Sequence[str]
    with_them: Sequence[str]
    name: str = ""

    def takes(self, token_id: str) -> bool:
        return token_id in self.ids or token_id in self.with_them

    @property
    def more(self) -> str:
        """`, and 2 tokens created with it`; empty if it takes no others."""
        if not self.with_them:
            return ""
        count = _counted(self.with_them)
        return f", and {count} created with {'it' if len(self.ids) == 1 else 'them'}"

    @property
    def what(self) -> str:
        """For the question."""
        named = f" named {self.name}" if self.name else ""
        if len(self.ids) > 1:
            return f"{len(self.ids):,} tokens{named}{self.more}"
        return f"the token {printable(self.ids[0])}{named}{self.more}"

    @property
    def done(self) -> str:
        count = "Token" if len(self.ids) == 1 else f"{len(self.ids):,} tokens"
        return f"{count} revoked{self.more}."


def of_id(tokens: Sequence[Token], token_id: str) -> Revocation:
    """Also of an id that is not listed: the server answers what is wrong with it."""
    return Revocation([token_id], [token_id], [one.id for one in issued_by(tokens, token_id)])


def of_name(tokens: Sequence[Token], name: TokenName) -> Revocation:
    """The only token of this name. Raises Refused if there are several, or none."""
    found = _named(tokens, name)
    if len(found) > 1:
        raise Refused(
            f"{len(found):,} tokens are named {name}; nothing was revoked",
            code="ambiguous_name",
            hint=f"`px token list` shows their ids; or revoke all: `px token revoke --all-of "
            f"{_quoted(name)}`",
        )
    return replace(of_id(tokens, found[0].id), name=name)


def all_of(tokens: Sequence[Token], name: TokenName, own: str) -> Revocation:
    """Every token of this name. Raises Refused if there is none.

    `own`, the token that px sends, goes last: nothing can be revoked with it afterwards.
    """
    ids = [one.id for one in _named(tokens, name)]
    taken = {one: [issued.id for issued in issued_by(tokens, one)] for one in ids}
    others = [issued for found in taken.values() for issued in found]
    sent = [one for one in ids if one not in others]
    sent.sort(key=lambda one: own == one or own in taken[one])
    with_them = [one for one in dict.fromkeys(others) if one not in ids]
    return Revocation(ids, sent, with_them, name)


def _named(tokens: Sequence[Token], name: TokenName) -> list[Token]:
    found = [one for one in tokens if one.name == name]
    if not found:
        raise Refused(f"no token is named {name}", code="not_found", hint="see `px token list`")
    return found


def _counted(ids: Sequence[str]) -> str:
    return "1 token" if len(ids) == 1 else f"{len(ids):,} tokens"


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)
