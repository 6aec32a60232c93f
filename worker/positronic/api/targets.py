"""`/targets`: copies of secrets at providers. Where they may be, the configuration alone says."""

from __future__ import annotations

from typing import Final

from positronic.api import target_models
from positronic.api.body import read_target
from positronic.api.routing import PAGING, Call, Executor, Query, Route, delete
from positronic.roles import Role


async def _list(call: Call) -> target_models.TargetsOut:
    """All of the Worker's configuration that this project may switch on."""
    return target_models.targets_out(await call.session.targets().list())


async def _set(sent: target_models.TargetIn, call: Call) -> target_models.TargetOut:
    """In place of what it got before, which is removed there. It is pushed after the answer."""
    found = await call.session.targets().switch_on(call.segment, sent.names, sent.prefix)
    return target_models.target_out(found)


async def _remove(call: Call) -> None:
    """It keeps what it has, or with `purge=true` all that is ours there is removed first."""
    await call.session.targets().remove(call.segment, purge=call.flag("purge"))


async def _sync(call: Call) -> target_models.TargetOut:
    """Also what was refused."""
    return target_models.target_out(await call.session.targets().sync(call.segment))


async def _check(call: Call) -> target_models.DriftsOut:
    """No value leaves either side. In pages of at most 40 names."""
    cursor, limit = call.page(MAX_CHECKED)
    limit = min(limit, MAX_CHECKED)
    return target_models.drifts_out(await call.session.targets().check(call.segment, cursor, limit))


MAX_CHECKED: Final = 40  # a request each, and a Worker of the free plan may make 50

_PURGE: Final = Query("purge", {"type": "boolean"})

ROUTES: Final = (
    Route("GET", "/targets", Role.READER, _list, "List the targets."),
    Route(
        *("PUT", "/targets/{target}", Role.ADMIN, _set, "Copy these secrets to a target."),
        errors=(404, 409),
        read=read_target,
        executor=Executor.LEDGER,
        is_repeatable=True,
    ),
    delete("/targets/{target}", Role.ADMIN, _remove, "Copy nothing to it any more.", (_PURGE,)),
    Route(
        *("POST", "/targets/{target}/sync", Role.ADMIN, _sync, "Push everything again."),
        errors=(404,),
        executor=Executor.LEDGER,
        is_repeatable=True,
    ),
    Route(
        *("GET", "/targets/{target}/check", Role.ADMIN, _check),
        "Compare what is there with what was written last.",
        errors=(404, 409),
        query=PAGING,
    ),
)
