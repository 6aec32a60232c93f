"""Which settings are a webhook, and what its receiver can verify."""

from __future__ import annotations

import json

import pytest

from positronic.commands.asked_reminders import DueName, Reminded
from positronic.errors import NotConfigured
from positronic.names import Project
from positronic.reminders.webhook import SIGNATURE, Webhook, message, webhook
from support.memory_service import START
from support.receiver import verifies

SECRET = "s" * 32
URL = "https://hooks.example/reminders?team=7"


def made(url: str = URL, secret: str = SECRET, days: str = "14", *, local: bool = False) -> Webhook:
    found = webhook(url, secret, days, is_local=local)
    assert found is not None
    return found


def test_no_address_is_no_webhook() -> None:
    """Whatever else is set."""
    assert webhook("", "", "14", is_local=False) is None


def test_the_settings_are_taken() -> None:
    """Days become milliseconds."""
    assert made(days="2").within == 2 * 86_400_000


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "http://127.0.0.1:9/",
        "http://localhost/",
        "ftp://hooks.example/",
        "hooks.example",
        "https://",
        "https://user:pass@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example\\@other.example/",
        "https://hooks.example/ x",
        "https://hooks.example:port/",
        "https://[::1/",
        "https://hooks.example/\n",
        "https://hooks.example/" + "x" * 2_000,
    ],
)
def test_another_address_is_refused(url: str) -> None:
    """With https only, also to this machine; the error does not show it."""
    with pytest.raises(NotConfigured) as refused:
        made(url)

    assert url not in refused.value.message


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:1"])
def test_a_local_worker_posts_to_this_machine(host: str) -> None:
    """Without TLS, which no local server has."""
    assert made(f"http://{host}/", local=True).url == f"http://{host}/"


@pytest.mark.parametrize("url", ["http://hooks.example/", "http://127.0.0.1.example/"])
def test_a_local_worker_posts_to_no_other_machine_without_tls(url: str) -> None:
    with pytest.raises(NotConfigured):
        made(url, local=True)


@pytest.mark.parametrize("secret", ["", "s" * 31, "s" * 257, "s" * 32 + "\n", "s" * 32 + " "])
def test_a_weak_secret_is_refused(secret: str) -> None:
    """And not shown."""
    with pytest.raises(NotConfigured) as refused:
        made(secret=secret)

    assert not secret or secret not in refused.value.message


@pytest.mark.parametrize("days", ["", "-1", "366", "two", "1.5", "٣"])
def test_another_number_of_days_is_refused(days: str) -> None:
    with pytest.raises(NotConfigured):
        made(days=days)


def test_its_repr_shows_nothing() -> None:
    """The address may hold a key."""
    assert repr(made()) == f"Webhook(within={14 * 86_400_000})"


def test_the_signature_covers_time_and_body() -> None:
    """Changing either, or the secret, breaks it."""
    body = message(Project("shop"), Reminded([DueName("A", 1, START, "expires")], 20_781, None), 1)
    header = made().headers(body, START)[SIGNATURE]

    assert verifies(SECRET, header, body.encode())
    assert header.startswith(f"t={START // 1000},v1=")
    assert not verifies(SECRET, header, body.replace("A", "B").encode())
    assert not verifies(SECRET, header.replace("t=1", "t=2"), body.encode())
    assert not verifies("t" * 32, header, body.encode())


def test_the_message_has_names_and_times() -> None:
    """In the form that docs/operations.md gives."""
    batch = Reminded([DueName("A", 3, START, "expires"), DueName("B", 1, 0, "rotate")], 20_781, "=")

    assert json.loads(message(Project("shop"), batch, START)) == {
        "type": "secrets.due",
        "project": "shop",
        "day": "2026-11-24",
        "sentAt": "2026-11-24T05:36:45.123Z",
        "due": [
            {"name": "A", "version": 3, "due": "2026-11-24T05:36:45.123Z", "why": "expires"},
            {"name": "B", "version": 1, "due": "1970-01-01T00:00:00.000Z", "why": "rotate"},
        ],
    }
