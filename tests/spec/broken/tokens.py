"""Mutants of tokens and roles."""

from __future__ import annotations

from dataclasses import replace

from positronic.access.tokens import parse
from positronic.http.request import Response
from spec.broken.mutant import RIGHT, Call, answer, breaks, edited, found


def _issued(call: Call, right: Response) -> bool:
    return call.at("POST /tokens") and right.status == 201


async def _remembering(call: Call) -> Response:
    """The right answer; which token has which role is kept."""
    right = await call.right()
    if _issued(call, right):
        call.state[found(right)["token"]] = found(right)["role"]
        call.state[found(right)["id"]] = found(right)["token"]
    return right


async def overlooking(call: Call, role: str, *calls: str) -> Response:
    """Lets a role do what it may not."""
    right = await _remembering(call)
    is_it = right.status == 403 and call.at(*calls) and call.state.get(call.token) == role
    return await call.as_root() if is_it else right


@breaks("tokens.answer")
async def issues_with_200(call: Call) -> Response:
    """200 for 201."""
    right = await call.right()
    return replace(right, status=200) if _issued(call, right) else right


@breaks("tokens.listed")
async def lists_tokens(call: Call) -> Response:
    """GET /tokens shows the tokens."""
    right = await _remembering(call)
    if not call.at("GET /tokens") or right.status != 200:
        return right
    shown = [item | {"token": call.state.get(item["id"])} for item in found(right)["tokens"]]
    return edited(right, tokens=shown)


@breaks("tokens.revoked")
async def revokes_nothing(call: Call) -> Response:
    """A revoked token still opens."""
    if call.at("DELETE /tokens/*"):
        listed = await call.right("GET", "/tokens")
        ids = [item["id"] for item in found(listed).get("tokens", ())]
        if call.name in ids:
            return Response(204, b"", {k: v for k, v in listed.headers.items() if k[0] != "C"})
    return await call.right()


@breaks("tokens.missing")
async def revokes_what_is_not_there(call: Call) -> Response:
    """204 for a token that is not there."""
    right = await call.right()
    is_it = call.at("DELETE /tokens/*") and right.status == 404
    return Response(204, b"", dict(right.headers)) if is_it else right


@breaks("tokens.expiry")
async def never_expires(call: Call) -> Response:
    """expiresIn is forgotten."""
    if call.at("POST /tokens") and call.sent.get("expiresIn") == 24 * 3600:
        return await call.right(sent={k: v for k, v in call.sent.items() if k != "expiresIn"})
    return await call.right()


@breaks("tokens.expiry")
async def expires_in_milliseconds(call: Call) -> Response:
    """expiresIn counts from another moment."""
    if call.at("POST /tokens") and call.sent.get("expiresIn") == 24 * 3600:
        return await call.right(sent=call.sent | {"expiresIn": 24 * 3601})
    return await call.right()


def _issuer(call: Call) -> str | None:
    """The project of the token that sends this, if it is not root's."""
    token = parse(call.token)
    return token.project if token else None


@breaks("tokens.outliving")
async def children_live_on(call: Call) -> Response:
    """A token may issue one that lives longer."""
    right = await call.right()
    project = _issuer(call)
    if call.at("POST /tokens") and right.status == 400 and project and call.sent.get("expiresIn"):
        return await call.as_root(x_positronic_project=project)
    return right


@breaks("tokens.outliving")
async def children_never_expire(call: Call) -> Response:
    """A token that is issued by one that expires does not, unless it is asked to."""
    if call.at("POST /tokens") and (project := _issuer(call)) and "expiresIn" not in call.sent:
        return await call.as_root(x_positronic_project=project)
    return await call.right()


@breaks("tokens.descendants")
async def grandchildren_stay(call: Call) -> Response:
    """A token that was issued by a token keeps reading when its issuer is revoked."""
    right = await call.right()
    if _issued(call, right) and (project := _issuer(call)):
        call.state[found(right)["token"]] = project
    if call.at("GET /secrets") and right.status == 401 and call.token in call.state:
        return await call.as_root(x_positronic_project=call.state[call.token])
    return right


@breaks("tokens.faulty")
async def makes_roots(call: Call) -> Response:
    """The role root is an admin's."""
    if call.at("POST /tokens") and call.sent.get("role") == "root":
        return await call.right(sent=call.sent | {"role": "admin"})
    return await call.right()


@breaks("tokens.faulty")
async def expires_at_once(call: Call) -> Response:
    """expiresIn may be 0."""
    if call.at("POST /tokens") and call.sent.get("expiresIn") == 0:
        return await call.right(sent=call.sent | {"expiresIn": 60})
    return await call.right()


@breaks("tokens.named")
async def names_anything(call: Call) -> Response:
    """A token's name may start with a hyphen."""
    if call.at("POST /tokens") and call.sent.get("name") == "-x":
        return await call.right(sent=call.sent | {"name": "x"})
    return await call.right()


@breaks("tokens.alike")
async def tells_which_ids_exist(call: Call) -> Response:
    """A wrong secret is answered in other words than an unknown id."""
    right = await _remembering(call)
    token = parse(call.token)
    is_it = right.status == 401 and token is not None and token.id in call.state
    return edited(right, error="the secret is wrong") if is_it else right


@breaks("tokens.runner")
async def runners_list_secrets(call: Call) -> Response:
    """A runner may list names."""
    return await overlooking(call, "runner", "GET /secrets")


@breaks("tokens.runner")
async def runners_ask_for_names(call: Call) -> Response:
    """A runner may ask whether a secret exists."""
    return await overlooking(call, "runner", "GET /secrets/*/exists")


@breaks("tokens.runner")
async def runners_may_not_run(call: Call) -> Response:
    """Running is a writer's."""
    right = await _remembering(call)
    is_it = call.at("POST /brains/runs") and call.state.get(call.token) == "runner"
    return answer(403, {"error": "no", "code": "forbidden"}, right) if is_it else right


@breaks("tokens.deployer")
async def deployers_list_secrets(call: Call) -> Response:
    """A deployer may list names."""
    return await overlooking(call, "deployer", "GET /secrets")


@breaks("tokens.deployer")
async def deployers_run_brains(call: Call) -> Response:
    """A deployer may run brains."""
    return await overlooking(call, "deployer", "POST /brains/runs")


@breaks("tokens.reader")
async def readers_delete(call: Call) -> Response:
    """A reader may delete secrets."""
    return await overlooking(call, "reader", "DELETE /secrets/*")


@breaks("tokens.reader")
async def readers_write(call: Call) -> Response:
    """A reader may write in bulk."""
    return await overlooking(call, "reader", "POST /secrets/bulk")


@breaks("tokens.writer")
async def writers_list_tokens(call: Call) -> Response:
    """A writer may list tokens."""
    return await overlooking(call, "writer", "GET /tokens")


@breaks("tokens.writer")
async def writers_rotate(call: Call) -> Response:
    """A writer may rotate keys."""
    return await overlooking(call, "writer", "POST /keys/rotate")


@breaks("tokens.admin")
async def admins_see_projects(call: Call) -> Response:
    """An admin may list all projects."""
    return await overlooking(call, "admin", "GET /projects")


@breaks("tokens.admin")
async def admins_may_not_see_keys(call: Call) -> Response:
    """Keys are root's."""
    right = await _remembering(call)
    is_it = call.at("GET /keys") and call.state.get(call.token) == "admin"
    return answer(403, {"error": "no", "code": "forbidden"}, right) if is_it else right


@breaks("tokens.entry")
async def revokes_no_entries(call: Call) -> Response:
    """DELETE /tokens says that it revoked, and did not."""
    if call.at("DELETE /tokens") and call.token == call.house.token:
        return Response(204, b"", dict(RIGHT))
    return await call.right()
