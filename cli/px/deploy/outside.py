"""PX_URL and PX_TOKEN of the environment, in place of the files of the deployed Worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from px.deploy.owner import named_other
from px.errors import Refused
from px.project.env_deploy import TOKEN, URL
from px.project.environment import check_one_server


@dataclass(frozen=True, slots=True)
class Outside:
    """An address, and the token that may be sent there."""

    url: str
    token: str = field(repr=False)


def pair_outside(environ: Mapping[str, str], worker: str) -> Outside | None:
    """None unless both are set.

    A shell may still have those of another environment: raises Usage for them beside --env, and
    Refused for the workers.dev address of another Worker.
    """
    url, token = environ.get(URL, "").strip(), environ.get(TOKEN, "")
    if not (url and token):
        return None
    check_one_server()
    if other := named_other(url, worker):
        raise Refused(
            f"PX_URL is the address of {other}, and this deploys {worker}; nothing was changed",
            code="another_workers_address",
            hint=f"unset PX_URL and PX_TOKEN, or set those of {worker}",
        )
    return Outside(url, token)
