"""`px target add TARGET`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands import typed_value
from px.commands.groups import new_app
from px.commands.nearest_name import warn_of_missing
from px.commands.options import Server, Yes, known_secret, secrets_of, with_server
from px.commands.target.options import TargetArgument
from px.server_choice import Root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from positronic.names import Name
    from px.api.client import Client
    from px.api.targets import CopyTarget

app = new_app()
Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME",
        help="A secret that it gets; repeat it for several.",
        autocompletion=known_secret,
        callback=typed_value.refuse_any,
    ),
]
Prefix = Annotated[
    str | None,
    typer.Option("--prefix", metavar="PREFIX", help="All secrets whose names begin like this."),
]


@app.command()
@with_server(root=Root.ELSEWHERE)
def add(
    server: Server,
    target_name: TargetArgument,
    secret: Secrets = None,
    prefix: Prefix = None,
    yes: Yes = False,
) -> None:
    """Copy secrets to a target: now, and after each change.

    Names are added to those that it gets already. A prefix replaces what it got before, and names
    replace a prefix: what is no longer selected is removed there, so px asks first, or needs --yes.

    What the provider cannot take is refused by name before anything is sent. There need not be such
    a secret yet: px warns, for the name may be mistyped.

    \b
    Example: px target add prod-aws --secret DATABASE_URL --secret STRIPE_KEY
             px target add fly --prefix SHOP_
    """
    from positronic.names import parse_name, parse_target
    from px.api.targets import CopyTargets
    from px.errors import Usage

    if bool(secret) == (prefix is not None):
        raise Usage("give either --secret NAME or --prefix PREFIX")
    checked, names = parse_target(target_name), [parse_name(one) for one in secret or []]
    with server.connect_to_write() as client:
        targets = CopyTargets(client)
        known = next((one for one in targets.list() if one.name == checked), None)
        _agree(client, known, names, prefix, yes=yes)
        missing = _missing(client, names) if names and not server.as_json else []
        wanted = names
        if known and known.is_on and known.names and names:
            wanted = sorted({*known.names, *names})
        found = targets.switch_on(checked, wanted or None, prefix)
    what = ", ".join(wanted) or f"every secret whose name begins with {prefix}"
    server.tell(
        {**found.whole, **client.location_fields},
        f"{checked} gets {what}",
        f"That is from {client.location}; see `px target list` for what is there",
        *(["Machines of the app get new values when they are updated"] * (found.type == "fly")),
    )
    warn_of_missing(client, missing)


def _missing(client: Client, names: Sequence[Name]) -> list[Name]:
    known = {one.name for one in secrets_of(client).list()}
    return [name for name in names if name not in known]


def _agree(
    client: Client,
    known: CopyTarget | None,
    names: Sequence[Name],
    prefix: str | None,
    *,
    yes: bool,
) -> None:
    """Asks where something else is replaced, which is removed there."""
    if known is None or not known.is_on or (names and known.names):
        return
    if prefix is not None and known.prefix == prefix:
        return
    from px.commands.question import ask

    had = ", ".join(known.names) if known.names else f"what begins with {known.prefix}"
    ask(
        f"{known.name} gets {had} now, from {client.location}. Replace that, and remove the rest "
        "there?",
        "nothing was changed",
        yes=yes,
    )
