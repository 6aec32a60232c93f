"""What careless code makes of a value holds none of it, in a state and in an error."""

from __future__ import annotations

import json

import pytest

from positronic import BrainSecrets, brain
from positronic.redact import Redactor
from positronic.testing import run_brain_sync
from support.redacted_forms import FORMS, VALUES, left

State = dict[str, object]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    known = Redactor()
    for name, value in VALUES.items():
        known.add(name, value)
    return known


@pytest.mark.parametrize("name", FORMS)
def test_no_form_is_left(redactor: Redactor, name: str) -> None:
    """As a text of a state and as a message; redacting it again changes nothing."""
    form = FORMS[name]
    text, message = redactor.text(form.text), redactor.message(f"failed: {form.text}!")
    document = redactor.document({"a": form.text.splitlines(), form.text: 1})

    assert left(form, text) == []
    assert left(form, message) == []
    assert left(form, json.dumps(document)) == []
    assert redactor.text(text) == text
    assert redactor.message(message) == message


def test_no_form_is_left_in_a_run() -> None:
    """All of them at once in a run's events, in its state and in the error that ends it."""
    texts = {name: form.text for name, form in FORMS.items()}

    async def show(secrets: BrainSecrets) -> State:
        await secrets.get_many(list(VALUES))
        return {"shown": texts}

    async def fail(state: State) -> State:
        raise RuntimeError("\n".join(texts.values()))

    ran = run_brain_sync(brain("forms").step("Show", show).step("Fail", fail), secrets=VALUES)
    shown = ran.state["shown"]

    assert ran.status == "error"
    assert {name: found for name in FORMS if (found := left(FORMS[name], shown[name]))} == {}
    assert [one for form in FORMS.values() for one in left(form, json.dumps(ran.error))] == []
