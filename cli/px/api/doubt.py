"""Writes with an unknown outcome: the request was sent, but no complete answer came back.

A request that was never sent (no connection, unknown host, bad certificate, refused by a proxy)
leaves no doubt: nothing was written.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from px.errors import NotReached, PxError

CODE: Final = "outcome_unknown"
_SAFE: Final = "run the same command again: it is safe"


class Doubt(NamedTuple):
    """What one kind of write may have done, and how to find out.

    `in_steps`: it makes several changes, and stops at one that fails.
    """

    what: str
    hint: str
    in_steps: bool = False

    def mark(self, error: PxError) -> None:
        """Makes the error say so; its exit code and a server's own code stay."""
        error.uncertain = True
        if isinstance(error, NotReached):
            error.code = CODE
        if self.what:
            error.message = f"{error.message}; {self.what}"
        error.hint = self.hint


CREATE: Final = Doubt("the secret may have been written", f"{_SAFE}; or see `px secret list`")
DELETE: Final = Doubt("the secret may have been deleted", f"{_SAFE}; or see `px secret list`")
ROLLBACK: Final = Doubt(
    "the secret may have been rolled back", "see `px secret history NAME` before you try again"
)
RESTORE: Final = Doubt(
    "the secret may have been restored", "see `px secret history NAME` before you try again"
)
DESTROY: Final = Doubt("it may have been destroyed", f"{_SAFE}; or see `px secret history NAME`")
POLICY: Final = Doubt(
    "the policy may have been changed", f"{_SAFE}; or see `px secret policy NAME`"
)
BULK: Final = Doubt("", _SAFE)  # px.secrets.import_account names the secrets
REVOKE: Final = Doubt("the token may have been revoked", f"{_SAFE}; or see `px token list`")
ISSUE: Final = Doubt(
    "a token may have been created, and its text is lost",
    "find it with `px token list`; revoke it with `px token revoke ID` before you create another",
)
GRANT: Final = Doubt("it may have been granted", f"{_SAFE}; or see `px grant list`")
TAKE_BACK: Final = Doubt("it may have been taken back", "see `px grant list`")
TARGET: Final = Doubt("it may have been done", f"{_SAFE}; or see `px target list`")
ROTATE: Final = Doubt(
    "some records may have been re-sealed",
    "run `px key rotate` again: it continues where it stopped",
    in_steps=True,
)
ADOPT: Final = Doubt(
    "some entries may have been adopted",
    "run `px project adopt` again: it continues where it stopped",
    in_steps=True,
)
RESTART: Final = Doubt(
    "a new audit key may have been drawn", "see `px audit --action audit.restart`"
)
ACKNOWLEDGE: Final = Doubt("the event may have been acknowledged", _SAFE)
REPAIR: Final = Doubt("some copies may be due", _SAFE, in_steps=True)
EXPORT: Final = Doubt("no file was written", _SAFE)
NOTHING: Final = Doubt("nothing was written", _SAFE)
IMPORT: Final = Doubt(
    "some of the export may have been imported",
    "run `px project import` again with the same file: it continues where it stopped",
    in_steps=True,
)
RUN: Final = Doubt(
    "the run may have started",
    "check with `px brain runs`; starting it again would be a second run",
)
CANCEL: Final = Doubt("the run may have been cancelled", f"{_SAFE}; or see `px brain runs`")
