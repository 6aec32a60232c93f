"""Whose the AWS credentials are, where they were found, and what AWS's clock says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from px.aws.client import open_client
from px.aws.failures import AwsRefused, codes_only, explained
from px.errors import PxError

if TYPE_CHECKING:
    from px.project.provider_access import AwsAccess

_ARN: Final = re.compile(r"arn:[a-z-]{3,20}:(?:iam|sts)::[0-9]{12}:[A-Za-z0-9+=,.@_/-]{1,600}")


class Identified(NamedTuple):
    """`name`: the role or user, or why AWS does not say it; `date`: of AWS's answer."""

    name: str | PxError
    date: str | None


class Found(NamedTuple):
    """`how`: botocore's word, such as `env` or `iam-role`; `file`: of credentials, if in one."""

    how: str
    file: Path | None


def found_by(access: AwsAccess) -> Found | None:
    """None: nothing was found. Raises NotAllowed, NotReached, Usage."""
    if access.keys:
        return Found("env", None)
    import botocore.session

    session = botocore.session.Session()
    with codes_only():
        found = session.get_credentials()
        if found is None:
            return None
        is_file = found.method == "shared-credentials-file"
        path = session.get_config_variable("credentials_file") if is_file else None
    return Found(str(found.method), None if path is None else Path(path).expanduser())


def caller(access: AwsAccess) -> Identified:
    """By GetCallerIdentity, which needs no permission. Raises NotAllowed, NotReached, Usage."""
    client, dates = open_client("sts", access), list[str]()

    def note(http_response: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        dates.append(str(http_response.headers.get("date", "")))

    client.meta.events.register("after-call", note)
    try:
        with codes_only():
            arn = client.get_caller_identity().get("Arn")
    except AwsRefused as refused:
        return Identified(explained(refused, "sts:GetCallerIdentity"), dates[-1] if dates else None)
    finally:
        client.close()
    known = isinstance(arn, str) and _ARN.fullmatch(arn)
    return Identified(arn if known else "unknown", dates[-1] if dates else None)
