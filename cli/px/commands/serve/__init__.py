"""`px serve`: the API on this machine, or on a server of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from px import terminal
from px.commands.groups import LazyGroup, new_app
from px.commands.options import json_option
from px.errors import Usage

if TYPE_CHECKING:
    from px.serve.edge import Network
    from px.serve.listening import Certificate


class ServeGroup(LazyGroup):
    modules: ClassVar = {
        "init": "px.commands.serve.init",
        "renew": "px.commands.serve.renew",
    }


app = new_app(ServeGroup, runs_alone=True)

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder.  [default: px-data]"),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Where to listen.  [default: 127.0.0.1]"),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="PORT", min=0, max=65535, help="0: any free one.  [default: 8788]"
    ),
]
Cert = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="The certificate chain, in PEM.")
]
Key = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its key, in PEM.")]
Proxy = Annotated[
    str | None,
    typer.Option(
        "--behind-proxy",
        metavar="ADDRESS",
        help="The proxy, or its network, whose X-Forwarded headers count.",
    ),
]
BrainsFolder = Annotated[
    Path | None,
    typer.Option("--brains", metavar="DIR", help="Run the brains in DIR/brains, such as worker."),
]
ValuesAt = Annotated[
    str | None,
    typer.Option(
        "--values",
        metavar="PROVIDER",
        help="Keep values at aws-secrets-manager, aws-parameter-store or vault.",
    ),
]
Json = Annotated[bool, json_option("Print the ready line and errors as JSON.")]


@app.callback()
def serve(
    context: typer.Context,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    tls_cert: Cert = None,
    tls_key: Key = None,
    behind_proxy: Proxy = None,
    brains: BrainsFolder = None,
    values: ValuesAt = None,
    as_json: Json = False,
) -> None:
    """Serve the API from this machine, without Cloudflare.

    Its ledgers are SQLite files in a data folder, which `px serve init` makes. Only this machine
    can connect, unless there is a certificate or a proxy that you name. The log on stderr has one
    JSON object a line. Key files are read again when they change. Ctrl-C stops it, after requests
    under way.

    \b
    Example: px serve
             px serve --data /srv/px --host 0.0.0.0 --tls-cert chain.pem --tls-key key.pem
             px serve --behind-proxy 127.0.0.1 --values vault:kv/px
    """
    given = (data, host, port, tls_cert, tls_key, behind_proxy, brains, values)
    if context.invoked_subcommand is not None:
        if as_json or any(one is not None for one in given):
            name = context.invoked_subcommand
            raise Usage(f"put the options of `px serve {name}` after `{name}`")
        return
    certificate = _certificate(tls_cert, tls_key)
    _run(data, host, port, certificate, behind_proxy, brains, values, as_json=as_json)


def _run(
    data: Path | None,
    address: str | None,
    port: int | None,
    certificate: Certificate | None,
    proxy: str | None,
    brains: Path | None,
    values: str | None,
    *,
    as_json: bool,
) -> None:
    try:
        from px.serve import run as serving
        from px.serve.data_folder import DEFAULT
        from px.serve.listening import DEFAULT_HOST, DEFAULT_PORT
    except ModuleNotFoundError:
        raise Usage(
            "px serve needs uvicorn, which is not installed",
            code="not_installed",
            hint="install px with its extra `host`; in a checkout: `make setup`",
        ) from None
    from px.local.stop_signals import exit_code

    options = serving.ServeOptions(
        data or DEFAULT,
        address or DEFAULT_HOST,
        DEFAULT_PORT if port is None else port,
        certificate,
        _network(proxy),
        brains,
        values,
    )

    def ready(url: str) -> None:
        if as_json:
            terminal.document({"ready": True, "url": url})
        else:
            terminal.data(f"Ready at {url}")

    raise typer.Exit(exit_code(list(serving.run(options, ready))))


def _certificate(chain: Path | None, key: Path | None) -> Certificate | None:
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        raise Usage("--tls-cert and --tls-key belong together")
    from px.serve.listening import Certificate

    return Certificate(chain, key)


def _network(text: str | None) -> Network | None:
    if text is None:
        return None
    from px.serve.edge import parse_network

    try:
        return parse_network(text)
    except ValueError:
        raise Usage("--behind-proxy expects an address or a network: 10.0.0.0/8, say") from None
