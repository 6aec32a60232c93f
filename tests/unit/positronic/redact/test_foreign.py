"""Redactor.know_foreign: another project's value goes, and nothing tells whose it was."""

from __future__ import annotations

import json
from base64 import b64encode

from positronic.redact import Redactor

KEY = "sk-live-51Hq8ZxT4vLm2Rw9NcYb7Kd"


def foreign() -> Redactor:
    redactor = Redactor()
    redactor.know_foreign(KEY)
    return redactor


def test_a_foreign_value_becomes_a_bare_marker() -> None:
    """As it is, spelt in another way, in a document, and in a message."""
    redactor = foreign()
    encoded = b64encode(f"user:{KEY}".encode()).decode()

    assert redactor.text(f"key={KEY}") == "key=[secret]"
    assert "[secret]" in redactor.text(f"Basic {encoded}")
    assert redactor.document({"a": [KEY, json.dumps({"k": KEY})]}) == {
        "a": ["[secret]", '{"k": "[secret]"}']
    }
    assert redactor.message(f"refused: {KEY}") == "refused: [secret]"


def test_no_part_of_a_foreign_value_is_looked_for() -> None:
    """So nobody can guess at it piece by piece."""
    redactor = foreign()

    for part in (KEY[:-1], KEY[1:], KEY[:16]):
        assert redactor.text(part) == part
        assert redactor.message(part) == part


def test_foreign_hits_are_counted() -> None:
    """Each marker once; a text without one, and one that is redacted already, not at all."""
    redactor = foreign()
    once = redactor.text(f"{KEY} and {KEY}")
    redactor.text(once)
    redactor.text("nothing")

    assert redactor.foreign_hits == 2
    assert redactor.names == ()
    assert repr(redactor) == "Redactor()"


def test_a_run_that_reads_the_value_itself_names_it() -> None:
    """Its own name counts more than another project's value, whichever came first."""
    before, after = foreign(), Redactor()
    before.add("KEY", KEY)
    after.add("KEY", KEY)
    after.know_foreign(KEY)

    assert before.text(KEY) == after.text(KEY) == "[secret:KEY]"
    assert before.text(f"x {KEY}") == after.text(f"x {KEY}") == "x [secret:KEY]"
    assert before.foreign_hits == after.foreign_hits == 0
