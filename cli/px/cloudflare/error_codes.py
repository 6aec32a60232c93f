"""Cloudflare's errors: what each code of its API means here, and what to do about it.

The source of each, checked in November 2026:
(w) the source of wrangler 4.164.0 in node_modules, which acts on the code;
(d) developers.cloudflare.com/workers/observability/errors, "Errors on Worker upload";
(i) issues of github.com/cloudflare/workers-sdk, with their numbers;
(u) seen by users or in other tools, not documented: where possible the wording decides first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from px.errors import NotAllowed, PxError, Refused, ServerFailed, Usage
from px.project.environment import chosen
from px.project.private_files import DEPLOY_FILE


class Meaning(NamedTuple):
    """One refusal: its class (which sets the exit code), px's code, a sentence and a hint."""

    kind: type[PxError]
    code: str
    message: str
    hint: str

    def error(self) -> PxError:
        """With the name of the chosen environment's file."""
        hint = self.hint.replace(DEPLOY_FILE, chosen().deploy_file)
        return self.kind(self.message, code=self.code, hint=hint)


SCRIPTS: Final = "Workers Scripts: Edit"
KV: Final = "Workers KV Storage: Edit"
TAIL: Final = "Workers Tail: Read"
ACCOUNT: Final = "Account Settings: Read"
ROUTES: Final = "Workers Routes: Edit"
_TOKEN: Final = (
    f"CLOUDFLARE_API_TOKEN needs the permissions `{SCRIPTS}` and `{KV}` for this account; create "
    "one in Cloudflare's dashboard"
)
_ID: Final = "set CLOUDFLARE_ACCOUNT_ID in .env.deploy; Cloudflare's dashboard shows it"

TOKEN: Final = Meaning(
    NotAllowed, "cloudflare_refused", "Cloudflare does not accept the API token", _TOKEN
)
PERMISSION: Final = Meaning(
    NotAllowed, "cloudflare_refused", "the API token lacks a permission for this account", _TOKEN
)
INVALID: Final = Meaning(
    NotAllowed,
    "cloudflare_refused",
    "Cloudflare does not know the API token: it is mistyped, revoked, expired or not valid yet",
    f"check it in Cloudflare's dashboard under My Profile, API Tokens; {_TOKEN}",
)
ELSEWHERE: Final = Meaning(
    NotAllowed,
    "cloudflare_refused",
    "the API token may not be used from this machine's IP address",
    "change its client IP address filtering in Cloudflare's dashboard",
)
UNKNOWN_ACCOUNT: Final = Meaning(
    Refused, "unknown_account", "Cloudflare does not know the account of CLOUDFLARE_ACCOUNT_ID", _ID
)
NO_ACCOUNT: Final = Meaning(
    Usage, "no_account", "the API token works for several accounts, and none is chosen", _ID
)
NO_SUBDOMAIN: Final = Meaning(
    Refused,
    "no_subdomain",
    "the account has no workers.dev subdomain yet",
    "open Workers & Pages in Cloudflare's dashboard once: it asks for a name",
)
SLOW_DOWN: Final = Meaning(
    ServerFailed,
    "rate_limited",
    "Cloudflare asks px to slow down",
    "try again in a few minutes",
)
DOWN: Final = Meaning(
    ServerFailed,
    "cloudflare_failed",
    "Cloudflare failed",
    "see https://www.cloudflarestatus.com, and try again later",
)
QUOTA: Final = Meaning(
    Refused,
    "quota",
    "the Cloudflare account has reached one of its limits",
    "delete what you do not need, or switch to another plan",
)
STARTUP: Final = Meaning(
    Refused,
    "startup_limit",
    "the Worker takes more CPU time or memory to start than Cloudflare allows",
    "do less at the top level of the Worker's and the brains' modules",
)
SIZE: Final = Meaning(
    Refused,
    "too_large",
    "the Worker is larger than its plan allows",
    "remove packages or brains that you do not need, or switch to Workers Paid",
)
NOT_DEPLOYED: Final = Meaning(
    Refused,
    "version_not_deployed",
    "the Worker's newest version is uploaded but not deployed, so its secrets cannot be changed",
    "run `px deploy`, then the same command again: it continues where it stopped",
)
BUSY: Final = Meaning(
    Refused,
    "conflict",
    "somebody else is changing the Worker right now",
    "try again in a minute",
)
MIGRATION: Final = Meaning(
    Refused,
    "migration_refused",
    "Cloudflare refuses the Durable Object migrations of wrangler.toml",
    "the deployed Worker has other [[migrations]]: compare them, and only append, never edit",
)
NO_WORKER: Final = Meaning(
    Refused, "no_worker", "there is no Worker with the name in wrangler.toml", "run `px deploy`"
)

NO_BINDING: Final = Meaning(
    Refused,
    "binding_not_found",
    "a binding in wrangler.toml names something that the account does not have",
    "remove the id from wrangler.toml: `px deploy` creates a namespace",
)
ROUTE_TAKEN: Final = Meaning(
    Refused,
    "route_taken",
    "another Worker uses a route of wrangler.toml",
    "remove the route from that Worker in Cloudflare's dashboard, or choose another route",
)
NO_ZONE: Final = Meaning(
    Refused,
    "unknown_zone",
    "no zone of the account covers a route of wrangler.toml",
    "add the domain to the account, or fix the route",
)
NOT_VALID: Final = Meaning(
    Refused, "worker_refused", "Cloudflare refuses the upload", "fix it and try again"
)

BY_CODE: Final[Mapping[int, Meaning]] = {
    # The token. 10000, 9106: (w). 9109, 6003, 6103, 6111, 1000, 1001, 10001: (i) 3605, 10466, (u).
    **dict.fromkeys((10000, 9106, 10405), TOKEN),
    **dict.fromkeys((1000, 1001, 9109, 9103, 6003, 6103, 6111, 10001), INVALID),
    10023: PERMISSION,  # (i) 2991, 5003, 6240
    # The account. 7000, 7003: (i). 10015: (d). 10063: (w).
    **dict.fromkeys((7000, 7003), UNKNOWN_ACCOUNT),
    10015: Meaning(
        Refused,
        "not_entitled",
        "the Cloudflare account may not use Workers",
        "verify its e-mail address and its plan in Cloudflare's dashboard",
    ),
    10034: Meaning(  # (u)
        Refused,
        "not_entitled",
        "the e-mail address of the Cloudflare account is not verified",
        "verify it in Cloudflare's dashboard",
    ),
    10063: NO_SUBDOMAIN,
    # Rates and failures. 971: (i). 10429, 10013: (i) 6553. 10035: (d).
    **dict.fromkeys((971, 10429), SLOW_DOWN),
    10035: BUSY,
    # Limits. 10027, 10037, 10054, 10055: (d), 10027 also (w).
    10027: SIZE,
    10037: QUOTA._replace(message="the account already has as many Workers as its plan allows"),
    10054: QUOTA._replace(message="a secret or variable is longer than Cloudflare allows"),
    10055: QUOTA._replace(message="the Worker already has as many secrets as Cloudflare allows"),
    10048: QUOTA._replace(  # (u)
        message="the account has reached its daily limit of KV operations",
        hint="wait until 00:00 UTC, or switch to Workers Paid",
    ),
    # What is uploaded. 10006, 10016, 10021, 10056, 10068, 10069: (d).
    10016: Meaning(
        Usage,
        "invalid_name",
        "Cloudflare does not accept the Worker's name in wrangler.toml",
        "use at most 63 lower-case letters, digits and dashes",
    ),
    **dict.fromkeys((10041, 10056), NO_BINDING),  # 10041: (u)
    # Durable Objects. 10097: (i) 9909. 10079: (i) 705. 10074, 10061, 10064, 10070: (u).
    10097: Meaning(
        Refused,
        "migration_refused",
        "Durable Objects need SQLite on the free plan",
        "list each class under new_sqlite_classes, not new_classes, in wrangler.toml",
    ),
    **dict.fromkeys((10074, 10079, 10061, 10064, 10070, 100402, 100405), MIGRATION),
    # Versions and secrets. 10214, 10215: (w), which words them itself.
    **dict.fromkeys((10214, 10215), NOT_DEPLOYED),
    # Names. 10014: (w).
    10014: Meaning(
        Refused,
        "namespace_taken",
        "the account has a KV namespace with this name that the Worker does not use",
        "add its id to the binding in wrangler.toml",
    ),
    # Routes and zones. 10020, 10022, 7003: (u).
    10020: ROUTE_TAKEN,
    10022: NO_ZONE,
}
