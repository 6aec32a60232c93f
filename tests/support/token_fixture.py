"""A house with one token, and that token in its wrong forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from positronic.access import tokens
from positronic.names import Project
from positronic.ports import TokenRecord
from support.memory_service import MASTER_KEYS, SHOP, Answer, House
from support.running import run

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
        found = run(self.house.tokens().get(self.token.id))
        assert found
        return found

    def keep(self, record: TokenRecord, project: Project = SHOP) -> None:
        run(self.house.tokens(project).put(record))

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
