"""Mutants of one secret's life, of concurrency and of repetition."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

from positronic.ciphers.native import NativeCipher
from positronic.http.request import Response
from positronic.ledger.memory import MemoryLedger
from positronic.ports import Sealing
from positronic.rows import Changes, Expect
from spec.broken.mutant import RIGHT, Call, answer, breaks, edited, found, refusal
from spec.house import House


@breaks("secrets.create.answer")
async def creates_with_200(call: Call) -> Response:
    """200 for 201."""
    right = await call.right()
    return replace(right, status=200) if call.at("POST /secrets") and right.status == 201 else right


@breaks("secrets.create.answer")
async def forgets_created_at(call: Call) -> Response:
    """POST /secrets answers without createdAt."""
    right = await call.right()
    is_it = call.at("POST /secrets") and right.status == 201
    return edited(right, createdAt=None) if is_it else right


@breaks("secrets.create.answer")
async def answers_another_name(call: Call) -> Response:
    """POST /secrets answers the name in lower case."""
    right = await call.right()
    is_it = call.at("POST /secrets") and right.status == 201
    return edited(right, name=found(right)["name"].lower()) if is_it else right


@breaks("secrets.create.fields")
async def tells_a_digest(call: Call) -> Response:
    """POST /secrets answers a field more."""
    right = await call.right()
    is_it = call.at("POST /secrets") and right.status == 201
    return edited(right, digest="abc") if is_it else right


@breaks("secrets.create.dates")
async def another_time_zone_spelling(call: Call) -> Response:
    """Secrets' dates end in +00:00."""
    right = await call.right()
    if not call.at("POST /secrets", "GET /secrets"):
        return right
    return replace(right, body=re.sub(rb'(\.\d{3})Z"', rb'\1+00:00"', right.body))


@breaks("secrets.create.update")
async def never_updated(call: Call) -> Response:
    """updatedAt is createdAt for ever."""
    right = await call.right()
    if call.at("POST /secrets") and right.status == 201:
        return edited(right, updatedAt=found(right)["createdAt"])
    if call.at("GET /secrets") and right.status == 200:
        items = [item | {"updatedAt": item["createdAt"]} for item in found(right)["secrets"]]
        return edited(right, secrets=items)
    return right


@breaks("secrets.create.update")
async def created_anew(call: Call) -> Response:
    """An update resets createdAt."""
    right = await call.right()
    is_it = call.at("POST /secrets") and right.status == 201
    return edited(right, createdAt=found(right)["updatedAt"]) if is_it else right


@breaks("secrets.exists.right")
async def misses_with_404(call: Call) -> Response:
    """exists answers 404 for a missing secret."""
    right = await call.right()
    is_it = call.at("GET /secrets/*/exists") and right.status == 200
    return refusal(404, "not_found") if is_it and not found(right)["exists"] else right


@breaks("secrets.exists.right")
async def everything_exists(call: Call) -> Response:
    """exists is always true."""
    right = await call.right()
    is_it = call.at("GET /secrets/*/exists") and right.status == 200
    return edited(right, exists=True) if is_it else right


@breaks("secrets.exists.opens")
async def exists_and_does_not_open(call: Call) -> Response:
    """What is stored is said not to open, by an answer that says that it exists."""
    right = await call.right()
    is_it = call.at("GET /secrets/*/exists") and right.status == 200 and found(right)["exists"]
    return edited(right, opens=False) if is_it else right


@breaks("secrets.exists.opens")
async def nothing_opens(call: Call) -> Response:
    """What is not there opens."""
    right = await call.right()
    is_it = call.at("GET /secrets/*/exists") and right.status == 200
    return edited(right, opens=True) if is_it else right


@breaks("secrets.exists.opens")
async def exists_tells_where(call: Call) -> Response:
    """exists answers a field more."""
    right = await call.right()
    is_it = call.at("GET /secrets/*/exists") and right.status == 200
    return edited(right, at="aws") if is_it else right


@breaks("secrets.delete.gone")
async def deletes_with_200(call: Call) -> Response:
    """200 for 204."""
    right = await call.right()
    is_it = call.at("DELETE /secrets/*") and right.status == 204
    return answer(200, {"deleted": True}, right) if is_it else right


@breaks("secrets.delete.gone")
async def lists_the_dead(call: Call) -> Response:
    """A deleted secret stays in the list."""
    dead = call.state.setdefault("dead", [])
    if call.at("DELETE /secrets/*"):
        dead.append({"name": call.name, "createdAt": "x", "updatedAt": "x"})
    right = await call.right()
    if call.at("GET /secrets") and right.status == 200:
        return edited(right, secrets=[*found(right)["secrets"], *dead])
    return right


@breaks("secrets.delete.missing")
async def deletes_nothing_gladly(call: Call) -> Response:
    """204 for a secret that is not there."""
    right = await call.right()
    is_it = call.at("DELETE /secrets/*") and right.status == 404
    return Response(204, b"", _plain(right)) if is_it else right


@breaks("secrets.delete.forgotten")
async def remembers_the_dead(call: Call) -> Response:
    """A secret that is created again has its old createdAt."""
    right = await call.right()
    if not (call.at("POST /secrets") and right.status == 201):
        return right
    first = call.state.setdefault(call.sent["name"], found(right)["createdAt"])
    return edited(right, createdAt=first)


@breaks("idempotence.create")
async def conflicts_with_itself(call: Call) -> Response:
    """The same POST /secrets again is a conflict."""
    return await _conflict(call, "POST /secrets")


@breaks("idempotence.bulk")
async def bulk_conflicts_with_itself(call: Call) -> Response:
    """The same bulk again is a conflict."""
    return await _conflict(call, "POST /secrets/bulk")


@breaks("idempotence.reading")
async def exists_touches(call: Call) -> Response:
    """Asking for a secret changes its updatedAt."""
    if call.at("GET /secrets/*/exists"):
        call.state[call.name] = True
    right = await call.right()
    if call.at("GET /secrets") and right.status == 200:
        late = {"updatedAt": "2999-01-01T00:00:00.000Z"}
        items = [item | (late if item["name"] in call.state else {}) for item in _listed(right)]
        return edited(right, secrets=items)
    return right


@breaks("concurrency.names")
async def loses_one_of_two(call: Call) -> Response:
    """Of two writes at the same time, one is lost."""
    if not call.at("POST /secrets"):
        return await call.right()
    flying = call.state.setdefault("flying", [])
    others = [name for name in flying if name != call.sent.get("name")]
    flying.append(call.sent.get("name"))
    await asyncio.sleep(0.002)
    right = await call.right()
    flying.remove(call.sent.get("name"))
    if others:
        await call.right("DELETE", f"/secrets/{call.sent.get('name')}")
    return right


class Careless(MemoryLedger):
    """Commits, whatever was changed since it was looked at."""

    def commit(self, changes: Changes, expect: Expect) -> int:
        return super().commit(changes, {})


class SlowCipher(NativeCipher):
    """Seals of the same moment end one after the other, each a millisecond later."""

    sealing = 0

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        self.sealing += 1
        await asyncio.sleep(0.003 * self.sealing)
        self.sealing -= 1
        return await super().seal_many(texts)


def _without_order(house: House) -> None:
    house.open_ledger, house.cipher = lambda _: Careless(), SlowCipher()
    house.start()


@breaks("concurrency.one_name", _without_order)
async def changes_in_no_order(call: Call) -> Response:
    """Changes of one project run at the same time."""
    return await call.right()


async def _conflict(call: Call, what: str) -> Response:
    done = call.state.setdefault("done", set())
    if call.at(what) and call.body in done:
        return refusal(409, "conflict")
    right = await call.right()
    if call.at(what) and right.status == 201:
        done.add(call.body)
    return right


def _listed(right: Response) -> list[dict[str, str]]:
    items: list[dict[str, str]] = found(right)["secrets"]
    return items


def _plain(right: Response) -> dict[str, str]:
    return {name: text for name, text in right.headers.items() if name != "Content-Type"}


@breaks("secrets.delete.listed")
async def deletes_no_entries(call: Call) -> Response:
    """DELETE /secrets says that it deleted, and did not."""
    if call.at("DELETE /secrets") and call.query.get("name", "").startswith("SPEC"):
        right = await call.right("GET", f"/secrets/{call.query['name']}/exists")
        return Response(204, b"", dict(RIGHT)) if found(right).get("exists") else await call.right()
    return await call.right()


@breaks("secrets.delete.bulk")
async def keeps_bulk(call: Call) -> Response:
    """DELETE /secrets/bulk says that it deleted, and did not."""
    if call.method == "DELETE" and call.path == "/secrets/bulk" and call.token == call.house.token:
        return Response(204, b"", dict(RIGHT))
    return await call.right()


@breaks("secrets.delete.bulk")
async def bulk_has_no_policy(call: Call) -> Response:
    """PATCH /secrets/bulk changes nothing."""
    if call.method == "PATCH" and call.path == "/secrets/bulk" and call.token == call.house.token:
        return await call.right("GET", "/secrets/bulk/policy")
    return await call.right()
