"""Mutants of the walls between projects."""

from __future__ import annotations

from positronic.access.tokens import parse
from positronic.http.request import Response
from spec.broken.mutant import Call, breaks, edited, found


async def _in_the_first(call: Call, what: str) -> Response:
    """Answers a call from the first project that was named."""
    first = call.state.setdefault("first", call.project) if call.project else call.project
    if call.at(what) and call.project and call.token == call.house.token:
        return await call.right(headers={"x-positronic-project": first})
    return await call.right()


@breaks("projects.secrets")
async def finds_everywhere(call: Call) -> Response:
    """A secret exists when any project has it."""
    right = await call.right()
    projects = call.state.setdefault("projects", [])
    if call.project and call.project not in projects:
        projects.append(call.project)
    if not call.at("GET /secrets/*/exists") or right.status != 200 or found(right)["exists"]:
        return right
    others = [await call.right(headers={"x-positronic-project": one}) for one in projects]
    return next((one for one in others if found(one).get("exists")), right)


@breaks("projects.secrets")
async def deletes_everywhere(call: Call) -> Response:
    """A deletion reaches every project."""
    right = await call.right()
    projects = call.state.setdefault("projects", [])
    if call.project and call.project not in projects and right.status < 300:
        projects.append(call.project)
    if call.at("DELETE /secrets/*") and right.status == 404:
        for one in projects:
            await call.right(headers={"x-positronic-project": one})
    return right


@breaks("projects.audit")
async def one_log_for_all(call: Call) -> Response:
    """There is one audit log."""
    return await _in_the_first(call, "GET /audit")


@breaks("projects.tokens")
async def one_token_list_for_all(call: Call) -> Response:
    """There is one list of tokens."""
    return await _in_the_first(call, "GET /tokens")


@breaks("projects.bound")
async def believes_the_header(call: Call) -> Response:
    """A project token may name another project."""
    right = await call.right()
    if right.status == 403 and call.project and call.method == "GET" and call.path != "/projects":
        return await call.right(headers={"x-positronic-project": None})
    return right


@breaks("projects.cursor")
async def cursor_opens_its_project(call: Call) -> Response:
    """A cursor leads where it came from."""
    where = call.state.get(call.query.get("cursor", ""))
    right = await call.right(headers={"x-positronic-project": where} if where else None)
    if call.at("GET /secrets") and right.status == 200 and "cursor" in found(right):
        call.state[found(right)["cursor"]] = where or call.project
    return right


@breaks("projects.named")
async def lowers_project_names(call: Call) -> Response:
    """A project may be named in capitals."""
    if call.project == "Spec":
        return await call.right(headers={"x-positronic-project": "spec"})
    return await call.right()


@breaks("projects.listed")
async def forgets_the_last_project(call: Call) -> Response:
    """GET /projects lacks its last one."""
    right = await call.right()
    if not call.at("GET /projects") or right.status != 200:
        return right
    projects = found(right)["projects"][:-1]
    return edited(right, projects=projects, count=len(projects))


@breaks("projects.invented")
async def strangers_make_projects(call: Call) -> Response:
    """GET /projects also lists the projects of tokens that were refused."""
    right = await call.right()
    token = parse(call.token)
    if right.status == 401 and token is not None:
        call.state.setdefault("strange", set()).add(token.project)
    return _with_projects(call, right, call.state.get("strange", set()))


@breaks("projects.invented")
async def reads_make_projects(call: Call) -> Response:
    """GET /projects also lists the projects that were only read."""
    right = await call.right()
    if call.at("GET /audit") and right.status == 200 and call.project:
        call.state.setdefault("read", set()).add(call.project)
    return _with_projects(call, right, call.state.get("read", set()))


def _with_projects(call: Call, right: Response, more: set[str]) -> Response:
    if not call.at("GET /projects") or right.status != 200:
        return right
    names = {item["name"] for item in found(right)["projects"]} | more
    return edited(right, projects=[{"name": name} for name in sorted(names)], count=len(names))
