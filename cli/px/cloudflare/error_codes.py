"""Cloudflare's refusals: what each code of its API means here, and what to do about it.

Where each is from, checked in November 2026:
(w) the source of wrangler 4.164.0 in node_modules, which acts on the code;
(d) developers.cloudflare.com/workers/observability/errors, "Errors on Worker upload";
(i) issues of github.com/cloudflare/workers-sdk, whose numbers stand beside;
(u) seen by users or in other tools, not found in any document: wording decides first where it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from px.errors import NotAllowed, PxError, Refused, ServerFailed, Usage


class Meaning(NamedTuple):
    """One refusal: its class (and so its exit code), px's code, a sentence, what to do."""

    kind: type[PxError]
    code: str
    message: str
    hint: str

    def error(self) -> PxError:
        return self.kind(self.message, code=self.code, hint=self.hint)


SCRIPTS: Final = "Workers Scripts: Edit"
KV: Final = "Workers KV Storage: Edit"
ACCOUNT: Final = "Account Settings: Read"
ROUTES: Final = "Workers Routes: Edit"
_TOKEN: Final = (
    f"CLOUDFLARE_API_TOKEN needs the permissions `{SCRIPTS}` and `{KV}` for this account; make one "
    "in Cloudflare's dashboard"
)
_ID: Final = "put CLOUDFLARE_ACCOUNT_ID into .env.deploy; Cloudflare's dashboard shows it"

TOKEN: Final = Meaning(
    NotAllowed, "cloudflare_refused", "Cloudflare does not accept the API token for this", _TOKEN
)
PERMISSION: Final = Meaning(
    NotAllowed, "cloudflare_refused", "the API token lacks a permission for this account", _TOKEN
)
INVALID: Final = Meaning(
    NotAllowed,
    "cloudflare_refused",
    "Cloudflare does not know the API token: it is mistyped, revoked, expired or not valid yet",
    f"look at it in Cloudflare's dashboard, My Profile, API Tokens; {_TOKEN}",
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
    Usage, "no_account", "the API token does not tell which account is meant", _ID
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
    "try again in some minutes",
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
    "a limit of the Cloudflare account is reached",
    "delete what is not needed, or take another plan",
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
    "leave out packages or brains that are not needed, or take Workers Paid",
)
NOT_DEPLOYED: Final = Meaning(
    Refused,
    "version_not_deployed",
    "the Worker's newest version is uploaded and not deployed, so its secrets cannot be changed",
    "run `px deploy`, then the same command again: it goes on where it stopped",
)
BUSY: Final = Meaning(
    Refused,
    "conflict",
    "somebody else changes the Worker at this moment",
    "try again in a minute",
)
MIGRATION: Final = Meaning(
    Refused,
    "migration_refused",
    "Cloudflare refuses the Durable Object migrations of wrangler.toml",
    "the Worker there was deployed with other [[migrations]]: compare them, and append, never edit",
)
NO_WORKER: Final = Meaning(
    Refused, "no_worker", "there is no Worker of the name in wrangler.toml", "run `px deploy`"
)

NO_BINDING: Final = Meaning(
    Refused,
    "binding_not_found",
    "a binding of wrangler.toml names something that the account does not have",
    "take its id out of wrangler.toml: `px deploy` makes a namespace",
)
ROUTE_TAKEN: Final = Meaning(
    Refused,
    "route_taken",
    "another Worker answers on a route of wrangler.toml",
    "take the route from that Worker in Cloudflare's dashboard, or choose another",
)
NO_ZONE: Final = Meaning(
    Refused,
    "unknown_zone",
    "a route of wrangler.toml belongs to no zone of the account",
    "add the domain to the account, or correct the route",
)
NOT_VALID: Final = Meaning(
    Refused, "worker_refused", "Cloudflare refuses what was uploaded", "correct it, and try again"
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
    10037: QUOTA._replace(message="the Cloudflare account has as many Workers as its plan allows"),
    10054: QUOTA._replace(message="a secret or variable is longer than Cloudflare allows"),
    10055: QUOTA._replace(message="the Worker has as many secrets as Cloudflare allows"),
    10048: QUOTA._replace(  # (u)
        message="the account's daily limit of KV operations is reached",
        hint="wait until 00:00 UTC, or take Workers Paid",
    ),
    # What is uploaded. 10006, 10016, 10021, 10056, 10068, 10069: (d).
    10016: Meaning(
        Usage,
        "invalid_name",
        "Cloudflare does not take the Worker's name in wrangler.toml",
        "use lower-case letters, digits and dashes, at most 63",
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
    # Versions and secrets. 10214, 10215: (w), which says them in words of its own.
    **dict.fromkeys((10214, 10215), NOT_DEPLOYED),
    # Names. 10014: (w).
    10014: Meaning(
        Refused,
        "namespace_taken",
        "the account has a KV namespace of this name that the Worker does not use",
        "put its id into wrangler.toml, beside the binding",
    ),
    # Routes and zones. 10020, 10022, 7003: (u).
    10020: ROUTE_TAKEN,
    10022: NO_ZONE,
}
