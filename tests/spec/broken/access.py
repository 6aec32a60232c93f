"""Mutants of who is let in."""

from __future__ import annotations

from urllib.parse import urlsplit

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, refusal


@breaks("auth.needed")
async def open_keys(call: Call) -> Response:
    """GET /keys needs no token."""
    if call.at("GET /keys") and "authorization" not in call.request.headers:
        return await call.as_root()
    return await call.right()


@breaks("auth.needed")
async def open_lists(call: Call) -> Response:
    """GET /secrets needs no token."""
    if call.at("GET /secrets") and "authorization" not in call.request.headers:
        return await call.as_root()
    return await call.right()


@breaks("auth.https")
async def speaks_http_with_anyone(call: Call) -> Response:
    """Plain http is fine for any host."""
    parts = urlsplit(call.request.url)
    return await call.right(url=parts._replace(scheme="", netloc="").geturl())


@breaks("auth.challenge")
async def no_challenge(call: Call) -> Response:
    """401 without WWW-Authenticate."""
    right = await call.right()
    right.headers.pop("WWW-Authenticate", None)
    return right


@breaks("auth.wrong")
async def nearly_right_will_do(call: Call) -> Response:
    """The token's last character does not count."""
    right = call.house.token
    sent = call.request.headers.get("authorization", "")
    if sent[:-1] == f"Bearer {right[:-1]}":
        return await call.as_root()
    return await call.right()


@breaks("auth.wrong")
async def capitals_do_not_count(call: Call) -> Response:
    """A token is compared without regard to capitals."""
    sent = call.request.headers.get("authorization", "")
    if sent.lower() == f"bearer {call.house.token}".lower() and sent.startswith("Bearer"):
        return await call.as_root()
    return await call.right()


@breaks("auth.scheme")
async def basic_will_do(call: Call) -> Response:
    """Another scheme opens too."""
    if call.request.headers.get("authorization") == f"Basic {call.house.token}":
        return await call.as_root()
    return await call.right()


@breaks("auth.scheme")
async def the_first_of_two(call: Call) -> Response:
    """Of two tokens, one counts."""
    token = call.house.token
    if call.request.headers.get("authorization") == f"Bearer {token}, Bearer {token}":
        return await call.as_root()
    return await call.right()


@breaks("auth.first")
async def reads_before_it_asks(call: Call) -> Response:
    """The body is read before the token."""
    right = await call.right()
    if right.status == 401 and call.body and call.document is None:
        return refusal(400, "invalid_json")
    return right
