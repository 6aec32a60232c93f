"""The HTTP contract through `handle`: every refusal by its code, none with what was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest

from positronic.api.service import Settings
from positronic.names import MAX_BODY, MAX_VALUE
from support.memory_service import SETTINGS, TOKEN, House

CANARY: Final = "canary-4b1d"
ENTRY: Final = {"name": "A", "value": "v"}
SOUND: Final = json.dumps(ENTRY).encode()


@pytest.mark.parametrize(
    "path", ["", "/", "/secret", "/secrets/", "/secrets/A/", "/secrets//exists", "/Secrets"]
)
def test_no_such_address(path: str) -> None:
    """An address that is not the contract's answers not_found."""
    answer = House().call("GET", path)

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("path", [f"/{CANARY}", f"/secrets/A/{CANARY}", "/audit/1", "/secrets%2FA"])
def test_no_such_address_is_not_repeated(path: str) -> None:
    """The refusal does not hold the address."""
    answer = House().call("DELETE", path)

    assert answer.code == "not_found"
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/secrets", "GET, POST, DELETE"),
        ("/secrets/bulk", "POST, DELETE, PATCH"),
        ("/secrets/A", "DELETE, PATCH"),
        ("/secrets/A/exists", "GET"),
        ("/audit", "GET"),
        ("/status", "GET"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "HEAD", "OPTIONS", "BREW", "get"])
def test_no_such_method(method: str, path: str, allow: str) -> None:
    """A method that an address does not have answers which it has."""
    answer = House().call(method, path)

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allow


def test_a_secret_cannot_be_read() -> None:
    """GET on a secret is no method: there is nothing that would answer with a value."""
    assert House().call("GET", "/secrets/A").code == "method_not_allowed"


@pytest.mark.parametrize("header", [None, "", "Bearer", f"Basic {TOKEN}", "Bearer wrong", TOKEN])
@pytest.mark.parametrize(("method", "path"), [("GET", "/secrets"), ("POST", "/secrets/bulk")])
def test_nobody_is_let_in_without_a_token(header: str | None, method: str, path: str) -> None:
    """No token or a wrong one answers unauthenticated, before the body is looked at."""
    answer = House().call(method, path, body=b"{", headers={"authorization": header})

    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_not_repeated() -> None:
    """The refusal does not hold the token."""
    answer = House().call("GET", "/secrets", headers={"authorization": f"Bearer {CANARY}"})

    assert CANARY.encode() not in answer.body
    assert CANARY not in str(answer.headers)


@pytest.mark.parametrize(
    "origin",
    ["http://secrets.example", "http://127.0.0.1.example", "http://localhost.example", "http://"],
)
@pytest.mark.parametrize("path", ["/secrets", "/status"])
def test_plain_http_is_refused(origin: str, path: str) -> None:
    """Plain http to anything but loopback answers https_required."""
    answer = House().call("GET", path, origin=origin)

    assert (answer.status, answer.code) == (403, "https_required")


@pytest.mark.parametrize("project", ["", "Shop", "a/b", "a" * 64, f"{CANARY}!", "shop, other"])
def test_a_malformed_project(project: str) -> None:
    """A project header that is no project answers invalid_name, unrepeated."""
    answer = House().call("GET", "/secrets", headers={"x-positronic-project": project})

    assert (answer.status, answer.code) == (400, "invalid_name")
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    "query",
    [
        *["value=x", "limit=5&limit=5", "Limit=5", "limit=5&x=1", "x", "%ff=1", f"{CANARY}=1"],
        *["limit=", "limit=0", "limit=1001", "limit=-1", "limit=1.0", "limit=1e2", "limit=00001"],
        *["limit=%EF%BC%91", "limit=%2B1", "limit=+1", "limit=99999999999", f"limit={CANARY}"],
        "&".join(f"a{number}=1" for number in range(100)),
    ],
)
@pytest.mark.parametrize("path", ["/secrets", "/audit"])
def test_a_bad_query(path: str, query: str) -> None:
    """A parameter that is unknown, twice or out of range answers invalid_request, unrepeated."""
    answer = House().call("GET", f"{path}?{query}")

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/secrets"), ("DELETE", "/secrets/A"), ("GET", "/secrets/A/exists")],
)
def test_a_parameter_where_none_is_known(method: str, path: str) -> None:
    """Only lists take parameters: a value does not belong in an address."""
    answer = House().call(method, f"{path}?value={CANARY}", ENTRY)

    assert answer.code == "invalid_request"
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(
    "segment",
    [
        *["1A", "A-B", "A.B", "%20A", "A%00", "A%2Fexists", "..%2FA", "%FF", "%C3%89", "A%0A"],
        *["%2541", "N" * 129, "*", "%2E%2E", "A%", f"{CANARY}", "A+B"],
    ],
)
@pytest.mark.parametrize(("method", "suffix"), [("DELETE", ""), ("GET", "/exists")])
def test_a_bad_name_in_the_address(method: str, suffix: str, segment: str) -> None:
    """A segment that is no name answers invalid_name, unrepeated."""
    answer = House().call(method, f"/secrets/{segment}{suffix}")

    assert (answer.status, answer.code) == (400, "invalid_name")
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(("method", "suffix"), [("DELETE", ""), ("GET", "/exists")])
def test_a_reserved_name_in_the_address(method: str, suffix: str) -> None:
    """The framework's names answer reserved_name."""
    answer = House().call(method, f"/secrets/POSITRONIC_X{suffix}")

    assert (answer.status, answer.code) == (403, "reserved_name")


def test_delete_of_nothing() -> None:
    """Deleting what is not there answers not_found with the name."""
    answer = House().call("DELETE", "/secrets/GONE")

    assert (answer.status, answer.code) == (404, "not_found")
    assert "GONE" in answer.json["error"]


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/jsonx", "application/x-www-form-urlencoded", "json"],
)
@pytest.mark.parametrize("path", ["/secrets", "/secrets/bulk"])
def test_a_body_that_is_not_json_by_name(path: str, kind: str | None) -> None:
    """Another content type answers unsupported_media_type."""
    answer = House().call("POST", path, ENTRY, headers={"content-type": kind})

    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("length", [None, "1", "0", str(MAX_BODY + 1), "9" * 400])
def test_a_body_that_is_too_large(length: str | None) -> None:
    """More than 8 MiB answers too_large, whatever length was announced."""
    body = b'{"name": "A", "value": "' + b"x" * MAX_BODY + b'"}'
    answer = House().call("POST", "/secrets", body=body, headers={"content-length": length})

    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "1e3", "", "x", "\u0661", " 5", "5, 5"])
def test_a_length_that_is_no_number(length: str) -> None:
    """A length that cannot be read is refused before the body is."""
    answer = House().call("POST", "/secrets", ENTRY, headers={"content-length": length})

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_length_that_is_too_small_does_not_cut() -> None:
    """A body longer than its stated length is read whole, and judged by what is there."""
    answer = House().call("POST", "/secrets", ENTRY, headers={"content-length": "2"})

    assert answer.status == 201


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b" ", b"{", b'{"name": "A", "value": "v"', SOUND + b"x", SOUND + SOUND, b"\0"],
        *[
            b"\xef\xbb\xbf" + SOUND,
            SOUND.decode().encode("utf-16"),
            SOUND.decode().encode("utf-32"),
        ],
        *[b'{"name": "A", "value": "caf\xe9"}', b"{'name': 'A', 'value': 'v'}"],
        *[
            b'{"name": "A", "value": NaN}',
            b'{"name": "A", "value": Infinity}',
            b"NaN",
            b"-Infinity",
        ],
        *[b'{"name": "A", "value": "\\ud800"}', b'{"name": "A", "value": "\\udc00\\ud800"}'],
        *[b'{"name": "A", "value": "\xed\xa0\x80"}', b'{"name": "A", "value": "a\nb"}'],
        *[b'{"name": "A", "value": "v", "value": "w"}', b'{"name": "A", "n\\u0061me": "B"}'],
        *[b'{"name": "A", "value": {"x": 1, "x": 2}}', b'{"name": "A", "value": "v",}'],
        *[b"[" * 100_000, b"[" * 300 + b"]" * 300, b'{"a":' * 5000 + b"1" + b"}" * 5000],
        *[b'{"name": "A", "value": ' + b"9" * 5000 + b"}", b"// x\n" + SOUND],
    ],
)
@pytest.mark.parametrize("path", ["/secrets", "/secrets/bulk"])
def test_a_body_that_is_no_json(path: str, body: bytes) -> None:
    """What is not one JSON document in UTF-8, each key once, answers invalid_json."""
    answer = House().call("POST", path, body=body)

    assert (answer.status, answer.code) == (400, "invalid_json")
    assert "details" not in answer.json


@pytest.mark.parametrize(
    "document",
    [
        *[[], 1, "text", True, [ENTRY], {}, {"secrets": ENTRY}],
        *[{"name": "A"}, {"value": "v"}, {**ENTRY, "extra": 1}, {**ENTRY, CANARY: CANARY}],
        *[{"Name": "A", "value": "v"}, {"name": "A", "value": None}, {"name": None, "value": "v"}],
        *[{"name": "A", "value": 1}, {"name": "A", "value": ["v"]}, {"name": 1, "value": "v"}],
        *[{"name": "A", "value": True}, {"name": ["A"], "value": {"v": CANARY}}],
        {f"f{number}": 1 for number in range(17)},
        {**ENTRY, "deep": {f"f{number}": CANARY for number in range(17)}},
    ],
)
def test_a_secret_of_another_shape(document: object) -> None:
    """Missing, unknown and many fields and other types answer invalid_request, unrepeated."""
    answer = House().call("POST", "/secrets", document)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert CANARY.encode() not in answer.body


def test_an_object_with_many_fields() -> None:
    """More than 16 fields are refused before they are looked at: hashing is not randomised."""
    document = {f"f{number}": 1 for number in range(17)}
    answer = House().call("POST", "/secrets", document)

    assert answer.json["error"] == "an object in the body has more than 16 fields"


def test_null_is_another_shape() -> None:
    """A document that is null answers invalid_request."""
    assert House().call("POST", "/secrets", body=b"null").code == "invalid_request"


@pytest.mark.parametrize(
    "name", ["", "1A", "A B", f"{CANARY}!", "É", "N" * 129, "A\0", "{A}", "A%s"]
)
def test_a_bad_name(name: str) -> None:
    """A name outside the contract answers invalid_name, unrepeated."""
    answer = House().call("POST", "/secrets", {"name": name, "value": "v"})

    assert (answer.status, answer.code) == (400, "invalid_name")
    assert CANARY.encode() not in answer.body


def test_a_reserved_name() -> None:
    """The framework's names answer reserved_name."""
    answer = House().call("POST", "/secrets", {"name": "POSITRONIC_X", "value": "v"})

    assert (answer.status, answer.code) == (403, "reserved_name")


@pytest.mark.parametrize("value", ["", f"{CANARY}\0", CANARY * 6000, "é" * (MAX_VALUE // 2) + "x"])
def test_a_bad_value(value: str) -> None:
    """A value that is empty, too long or holds NUL answers invalid_value, unrepeated."""
    answer = House().call("POST", "/secrets", {"name": "A", "value": value})

    assert (answer.status, answer.code) == (400, "invalid_value")
    assert CANARY.encode() not in answer.body


def test_name_and_value_in_each_others_place() -> None:
    """A value sent as the name is refused and not repeated."""
    answer = House().call("POST", "/secrets", {"name": f"sk-{CANARY}", "value": "API_KEY"})

    assert answer.code == "invalid_name"
    assert CANARY.encode() not in answer.body


def test_two_faults_of_one_secret() -> None:
    """Both are told, each under its own code."""
    answer = House().call("POST", "/secrets", {"name": "1A", "value": ""})

    assert answer.code == "invalid_request"
    assert [detail["code"] for detail in answer.json["details"]] == [
        "invalid_name",
        "invalid_value",
    ]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (replace(SETTINGS, root_token_sha256=""), "ROOT_TOKEN_SHA256"),
        (replace(SETTINGS, root_token_sha256=CANARY), "ROOT_TOKEN_SHA256"),
        (replace(SETTINGS, master_keys=""), "MASTER_KEYS"),
        (replace(SETTINGS, master_keys=f"k:{CANARY}"), "MASTER_KEYS"),
        (replace(SETTINGS, project=""), "PROJECT"),
        (replace(SETTINGS, project=f"{CANARY}!"), "PROJECT"),
    ],
)
@pytest.mark.parametrize("path", ["/status", "/secrets"])
def test_a_host_that_is_not_set_up(settings: Settings, names: str, path: str) -> None:
    """A setting that is missing or malformed answers not_configured, named and not shown."""
    answer = House(settings=settings).call("GET", path)

    assert (answer.status, answer.code) == (503, "not_configured")
    assert names in answer.json["error"]
    assert CANARY.encode() not in answer.body


@pytest.mark.parametrize("origin", ["http://LOCALHOST:8787", "http://127.0.0.1", "http://[::1]:80"])
def test_plain_http_is_taken_on_this_machine(origin: str) -> None:
    """However its name is written."""
    assert House().call("GET", "/status", origin=origin).status == 200
