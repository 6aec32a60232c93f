"""A house with one token, and that token in its wrong forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from positronic.access import tokens
from positronic.names import Project
from positronic.ports import TokenRecord
from support.memory_service import MASTER_KEYS, SHOP, Answer, House
from support.rows import keep_token
from support.rows import tokens as tokens_of

OTHER: Final = Project("other")
OTHER_KEYS: Final = MASTER_KEYS.replace("key-1:AAEC", "key-2:AAED")


class TokenFixture:
    """A house with one token of SHOP's, a reader's that lives for an hour."""

    def __init__(self) -> None:
        self.house = House()
        self.text = self.house.issue("reader", expiresIn=3600)
        parsed = tokens.parse(self.text)
        assert parsed
        self.token = parsed
        self.house.clock.now += 1000

    @property
    def record(self) -> TokenRecord:
        (found,) = (one for one in tokens_of(self.house.ledger()) if one.id == self.token.id)
        return found

    def keep(self, record: TokenRecord, project: Project = SHOP) -> None:
        keep_token(self.house.ledger(project), record)

    def use(self, token: tokens.Token | None = None) -> Answer:
        return self.house.as_token((token or self.token).text, "GET", "/secrets")

    @property
    def unknown(self) -> tokens.Token:
        return replace(self.token, id="f" * 16)

    @property
    def wrong(self) -> tokens.Token:
        return replace(self.token, secret="0" * 64)


def shown(answer: Answer) -> object:
    """All of an answer but its request id."""
    headers = {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}
    return answer.status, headers, answer.body
