"""Deletes what the imported files lack, after all writes, and reports what was deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from positronic.names import Name
from px.api import doubt
from px.api.secrets import Secrets
from px.errors import Detail, PxError, Refused
from px.secrets.import_account import span


class Pruning:
    """The names that the user agreed to delete, and the progress so far.

    `versions`: those that the names must still have; a name that is not in it may have any.
    """

    def __init__(
        self,
        names: Sequence[Name] = (),
        progress: Callable[[int, int], None] = lambda deleted, total: None,
        versions: Mapping[str, int] = {},
    ) -> None:
        self._versions = versions
        self._names = tuple(names)
        self._progress = progress
        self._begun = 0
        self._ended = 0

    def run(self, secrets: Secrets) -> None:
        """Deletes them in order."""
        for name in self._names:
            self._begun += 1
            _delete(secrets, name, self._versions.get(name))
            self._ended += 1
            self._progress(self._ended, len(self._names))

    def account(self, failure: PxError) -> PxError:
        """The same failure, with what is known about each name."""
        if not self._names:
            return failure
        doubtful, left = self._doubtful(failure), self._names[self._begun :]
        if self._begun > self._ended and not doubtful:
            left = self._names[self._ended :]
        parts = [f"{self._ended} of {len(self._names)} were deleted"]
        parts += [f"{name} may or may not be deleted" for name in doubtful]
        parts += [f"{len(left)} not deleted ({span(left)})"] if left else []
        details = [
            *failure.details,
            *(_detail("delete_unknown", "may or may not be deleted", name) for name in doubtful),
            *(_detail("not_deleted", "not deleted", name) for name in left),
        ]
        message = f"{failure.message}; {', '.join(parts)}"
        return type(failure)(message, code=failure.code, hint=failure.hint, details=details)

    def _doubtful(self, failure: PxError) -> Sequence[Name]:
        """The name that was being deleted, if the server may have acted."""
        return self._names[self._ended : self._begun] if failure.uncertain else ()


def _detail(code: str, error: str, name: Name) -> Detail:
    """For programs; people get the sentence."""
    return Detail(code, error, name=name, listed=False)


def _delete(secrets: Secrets, name: Name, if_version: int | None) -> None:
    try:
        secrets.delete(name, doubt.BULK, if_version=if_version)
    except Refused as error:
        if error.code != "not_found":  # somebody else has deleted it
            raise
