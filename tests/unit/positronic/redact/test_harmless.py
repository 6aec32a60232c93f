"""Ordinary text stays as it is, however many secrets are known, and work goes with the text."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest

from positronic.redact import Redactor
from support.redacted_forms import FIELDS, LOGIN, VALUES
from support.source import ROOT

HARMLESS = [
    *("https://oauth2.googleapis.com/token", "googleapis.com", "true", "service_account"),
    *("shop-analytics", FIELDS["client_email"], "db.example.com", "-----BEGIN ", "app", "5432"),
    *("postgres://", "sslmode=require", "https://hooks.example.com/services", "AccountName=shop"),
    *("core.windows.net", "DefaultEndpointsProtocol=https", "eyJhbGciOiJIUzI1NiJ9", "DEBUG=true"),
]


def knowing_a_hundred() -> Redactor:
    made, known = random.Random(7), Redactor()
    for name, value in VALUES.items():
        known.add(name, value)
    for number in range(100 - len(VALUES)):
        known.add(f"KEY_{number}", "sk-" + "".join(made.choices(string.ascii_letters, k=30)))
    return known


def corpus() -> list[Path]:
    return sorted(
        [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("worker/**/*.py")]
    )


def test_ordinary_text_stays() -> None:
    """English, code, JSON and logs, with a hundred secrets known."""
    known = knowing_a_hundred()
    texts = {str(path): path.read_text() for path in corpus()}
    texts["json"] = json.dumps(texts)
    texts["log"] = "\n".join(
        f"2026-11-26 11:0{n % 10} INFO GET /x/{n} 200 {n * 37}" for n in range(5000)
    )

    assert len(texts) > 50
    assert [name for name, text in texts.items() if known.text(text) != text] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_parts_stay(text: str) -> None:
    """Host names, addresses, project names, and what every such file begins with."""
    assert knowing_a_hundred().text(f"see {text}, please") == f"see {text}, please"


def test_short_fields_stay() -> None:
    """Of a JSON login only the password goes."""
    known = Redactor()
    known.add("LOGIN", LOGIN)

    assert known.document({"user": "app", "host": "db.example.com", "password": "tr0ub4dor&3"}) == {
        "user": "app",
        "host": "db.example.com",
        "password": "[secret:LOGIN]",
    }
