"""Mutants of names, values and sizes."""

from __future__ import annotations

from urllib.parse import unquote

from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found, refusal


def _name(call: Call) -> str:
    name = call.sent.get("name", "") if call.at("POST /secrets") else ""
    return name if isinstance(name, str) else ""


def _value(call: Call) -> str | None:
    value = call.sent.get("value") if call.at("POST /secrets") else None
    return value if isinstance(value, str) else None


@breaks("names.accepted")
async def shorter_names(call: Call) -> Response:
    """Names have at most 127 characters."""
    return refusal(400, "invalid_name") if len(_name(call)) == 128 else await call.right()


@breaks("names.refused")
async def a_line_end_is_no_matter(call: Call) -> Response:
    """A name may end in a line end."""
    if _name(call).endswith("\n"):
        return await call.right(sent=call.sent | {"name": _name(call).strip()})
    return await call.right()


@breaks("names.refused")
async def accepts_a_bad_name(call: Call) -> Response:
    """A hyphen is taken for an underscore."""
    if "-" in _name(call).rstrip("-") + _name(call)[-1:] and _name(call).startswith("SPEC"):
        return await call.right(sent=call.sent | {"name": _name(call).replace("-", "_")})
    return await call.right()


@breaks("names.reserved")
async def takes_reserved_names(call: Call) -> Response:
    """POSITRONIC_ is a name like others."""
    if _name(call).startswith("POSITRONIC_"):
        return await call.right(sent=call.sent | {"name": "X" + _name(call)})
    return await call.right()


@breaks("names.case")
async def capitals_are_no_matter(call: Call) -> Response:
    """A name is found in any spelling."""
    call.state[_name(call).upper()] = _name(call)
    right = await call.right()
    if call.at("GET /secrets/*/exists") and right.status == 200 and call.name in call.state:
        return await call.right(url=f"/secrets/{call.state[call.name]}/exists")
    return right


@breaks("names.encoded")
async def does_not_decode(call: Call) -> Response:
    """A percent-encoded name is no name."""
    right = await call.right()
    is_it = "%" in call.path and right.status < 300 and unquote(call.path).isascii()
    return refusal(400, "invalid_name") if is_it else right


@breaks("names.bulk")
async def bulk_is_a_word(call: Call) -> Response:
    """DELETE /secrets/bulk is not a method there."""
    right = await call.right()
    if not call.at("DELETE /secrets/bulk") or right.status >= 400:
        return right
    refused = refusal(405, "method_not_allowed")
    refused.headers["Allow"] = "POST"
    return refused


@breaks("limits.value")
async def smaller_values(call: Call) -> Response:
    """Values have at most 65,000 bytes."""
    value = _value(call) or ""
    return refusal(400, "invalid_value") if 65_000 < _size(value) < 65_537 else await call.right()


@breaks("limits.value")
async def trims_values(call: Call) -> Response:
    """White space around a value is dropped, and nothing may be left."""
    value = _value(call)
    if value is not None and value != value.strip():
        return await call.right(sent=call.sent | {"value": value.strip()})
    return await call.right()


@breaks("limits.no_value")
async def takes_empty_values(call: Call) -> Response:
    """An empty value is a value."""
    if _value(call) == "":
        return await call.right(sent=call.sent | {"value": "x"})
    return await call.right()


@breaks("limits.no_value")
async def counts_characters(call: Call) -> Response:
    """A value may have 65,536 characters of any size."""
    value = _value(call) or ""
    if _size(value) > 65_536 >= len(value):
        return await call.right(sent=call.sent | {"value": "x"})
    return await call.right()


@breaks("limits.entries")
async def takes_more_entries(call: Call) -> Response:
    """A bulk may have 501 entries."""
    if not call.at("POST /secrets/bulk") or len(call.entries) != 501:
        return await call.right()
    right = await call.right(sent={"secrets": call.entries[:500]})
    return edited(right, updated=found(right)["updated"] + 1)


@breaks("limits.entries")
async def takes_fewer_entries(call: Call) -> Response:
    """A bulk may have 499 entries."""
    is_it = call.at("POST /secrets/bulk") and len(call.entries) > 499
    return refusal(413, "too_large") if is_it else await call.right()


@breaks("limits.body")
async def smaller_bodies(call: Call) -> Response:
    """A body has at most 4 MiB."""
    is_it = len(call.body) > 4 * 1024 * 1024 and call.token == call.house.token
    return refusal(413, "too_large") if is_it else await call.right()


@breaks("limits.body")
async def believes_the_length(call: Call) -> Response:
    """Only the stated length of a body is looked at."""
    if len(call.body) > 8 * 1024 * 1024 and "content-length" not in call.request.headers:
        return await call.right(sent=call.document)
    return await call.right()


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))
