"""Mutants of policies, and of what is due."""

from __future__ import annotations

from positronic.http.request import Response
from spec.broken.mutant import Call, answer, breaks, edited, found, refusal

PATCH = "PATCH /secrets/*"


@breaks("policies.answer")
async def shows_no_rotation(call: Call) -> Response:
    """GET shows a policy without its rotation."""
    right = await call.right()
    if call.at("GET /secrets/*/policy") and right.status == 200:
        return edited(right, rotateEvery=None)
    return right


@breaks("policies.kept")
async def replaces_the_policy(call: Call) -> Response:
    """PATCH sets what is not sent to its default."""
    if not call.at(PATCH):
        return await call.right()
    empty = {"note": None, "expiresAt": None, "rotateEvery": None, "enforce": None, "keep": None}
    return await call.right(sent=empty | call.sent)


@breaks("policies.version")
async def counts_a_policy_as_a_version(call: Call) -> Response:
    """A new policy is a new version."""
    right = await call.right()
    changes = call.state.setdefault("changes", {})
    if call.at(PATCH) and right.status == 200:
        changes[call.name] = changes.get(call.name, 0) + 1
    if call.at(PATCH, "GET /secrets/*/policy") and right.status == 200:
        return edited(right, version=found(right)["version"] + changes.get(call.name, 0))
    return right


@breaks("policies.due")
async def lists_the_latest_first(call: Call) -> Response:
    """GET /due begins with what is due last."""
    right = await call.right()
    if not call.at("GET /due") or right.status != 200:
        return right
    return edited(right, due=found(right)["due"][::-1])


@breaks("policies.due")
async def forgets_what_was_due(call: Call) -> Response:
    """GET /due leaves out what was due before."""
    right = await call.right()
    if not call.at("GET /due") or right.status != 200:
        return right
    items = [item for item in found(right)["due"] if item["due"] > "2002"]
    return edited(right, due=items, count=len(items))


@breaks("policies.expired")
async def enforces_nothing(call: Call) -> Response:
    """An expired secret is never refused."""
    right = await call.right()
    if call.at("GET /secrets/*/exists") and right.status == 409:
        return answer(200, {"exists": True}, right)
    return right


@breaks("policies.expired")
async def enforces_always(call: Call) -> Response:
    """An expired secret is refused, whatever its policy says."""
    right = await call.right()
    if call.at(PATCH) and right.status == 200:
        call.state[call.name] = "expiresAt" in found(right)
    if call.at("GET /secrets/*/exists") and call.state.get(call.name):
        return refusal(409, "secret_expired")
    return right


@breaks("policies.form")
async def takes_any_note(call: Call) -> Response:
    """A note of two lines is cut to one."""
    note = call.sent.get("note")
    if call.at(PATCH) and isinstance(note, str) and "\n" in note:
        return await call.right(sent={"note": note.partition("\n")[0]})
    return await call.right()


@breaks("policies.missing")
async def has_a_policy_for_every_name(call: Call) -> Response:
    """GET answers with the default where there is no secret."""
    right = await call.right()
    if not call.at("GET /secrets/*/policy") or right.status != 404:
        return right
    keep = {"versions": 10, "days": 30}
    return answer(200, {"name": call.name, "version": 1, "enforce": False, "keep": keep}, right)
