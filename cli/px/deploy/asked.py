"""What the code that is about to go up asks for, and its server lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from px.api.client import Client
from px.api.secrets import Secrets
from px.declared.code import Declared
from px.errors import PxError, Refused
from px.secrets.requirement import asked, lacking
from px.settings import Target
from px.terminal import placed


def check_asked(
    code: Declared, target: Target | None, say: Callable[[str], None], *, allow_missing: bool
) -> Sequence[str]:
    """The names that are missing, if that is no reason to stop. Raises Refused.

    `target` None: no server to ask yet, so nothing can be there. A server that does not answer
    stops nothing either: the deploy may be what repairs it.
    """
    for doubt in code.doubts():
        say(f"warning: {doubt}")
    if not code.required:
        return ()
    if target is None:
        say("warning: there is no server to ask yet; the code will need these secrets:")
        found, where = code.required, ""
    else:
        try:
            with Client(target) as client:
                found, where = lacking(Secrets(client), code), client.location
        except PxError as problem:
            say(
                f"warning: px could not check the secrets that the code asks for: {problem.message}"
            )
            return ()
    details = asked(found)
    if found and where and not allow_missing:
        raise Refused(
            f"the code asks for secrets that are not at {where}; nothing was changed",
            code="missing_secrets",
            hint=f"`px secret create {next(iter(found))}` before the deploy; "
            "or deploy with --allow-missing",
            details=details,
        )
    if found and where:
        say(f"warning: the code asks for secrets that are not at {where}:")
    for detail in details:
        say(f"  {placed(detail)}")
    return tuple(found)
