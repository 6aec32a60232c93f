"""What a deploy does for reminders: checks the address, and puts up the secret that signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.errors import NotConfigured
from positronic.reminders.webhook import webhook
from px.errors import Refused, Usage
from px.project.manifest import Manifest

SECRET: Final = "REMINDER_SECRET"  # noqa: S105 - a variable's name
URL: Final = "REMINDER_URL"
DAYS: Final = "REMINDER_DAYS"

_STAND_IN: Final = "x" * 32  # for one that Cloudflare has and does not show
_HOW: Final = "openssl rand -hex 32"


def reminder_secret(
    manifest: Manifest, settings: Mapping[str, str], present: frozenset[str], file: str
) -> Mapping[str, str]:
    """What to put up with the code: `.env.deploy`'s secret, if it has one.

    `present`: the secrets that the Worker has; `file`: where the settings are. Raises Usage for a
    setting that it would refuse, and Refused for an address without a secret; both before anything
    is changed.
    """
    secret = settings.get(SECRET, "")
    variables = manifest.variables
    url, days = variables.get(URL, ""), variables.get(DAYS, "14")
    if url and not secret and SECRET not in present:
        raise Refused(
            f"wrangler.toml has a {URL}, but there is no {SECRET}; nothing was changed",
            code="no_reminder_secret",
            hint=f"put one into {file} and give it to the receiver: {_HOW}",
        )
    try:
        # The secret is also checked where no address is set yet.
        webhook(url or "https://localhost/", secret or _STAND_IN, days, is_local=False)
    except NotConfigured as error:
        raise Usage(
            f"{error.message}; nothing was changed",
            code="malformed_setting",
            hint=f"{URL} and {DAYS} are in wrangler.toml, {SECRET} is in {file}",
        ) from None
    return {SECRET: secret} if secret else {}
