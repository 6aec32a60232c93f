"""The JSON shapes of policies, and of what is due."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, PlainValidator

from positronic.api.models import Model, UnreadableOut
from positronic.commands.asked_policies import SecretPolicy
from positronic.http.field_checks import check_note, check_time
from positronic.http.text_formats import (
    KeptDays,
    KeptVersions,
    NoteText,
    RotateEvery,
    Time,
    UtcTimeText,
)
from positronic.ports import Page, Unreadable
from positronic.secrets.policy import DEFAULT
from positronic.times import iso


class KeepIn(Model):
    model_config = ConfigDict(populate_by_name=False)

    versions: KeptVersions | None = None
    days: KeptDays | None = None


class PolicyIn(Model):
    """A field that is not there stays as it is."""

    model_config = ConfigDict(populate_by_name=False)

    note: Annotated[str | None, PlainValidator(check_note, NoteText | None)] = None
    expires_at: Annotated[int | None, PlainValidator(check_time, UtcTimeText | None)] = None
    rotate_every: RotateEvery | None = None
    enforce: bool | None = None
    keep: KeepIn | None = None

    def fields(self) -> dict[str, object]:
        """Those of the policy that are to be changed; null is the default."""
        found: dict[str, object] = {
            name: getattr(self, name) for name in self.model_fields_set - {"enforce", "keep"}
        }
        if "enforce" in self.model_fields_set:
            found["enforce"] = bool(self.enforce)
        if "keep" in self.model_fields_set:
            found |= _kept(self.keep)
        return found


class KeepOut(Model):
    versions: int
    days: int


class PolicyOut(Model):
    """`due`: what is to be done first, and `why`: it expires, or is to be rotated."""

    name: str
    version: int
    note: str | None = None
    expires_at: Time | None = None
    rotate_every: int | None = None
    enforce: bool
    keep: KeepOut
    due: Time | None = None
    why: Literal["expires", "rotate"] | None = None


class DueOut(Model):
    due: list[PolicyOut | UnreadableOut]
    count: int
    cursor: str | None = None


def policy_out(found: SecretPolicy) -> PolicyOut:
    policy = found.policy
    return PolicyOut(
        name=found.name,
        version=found.version,
        note=policy.note,
        expires_at=None if policy.expires_at is None else iso(policy.expires_at),
        rotate_every=policy.rotate_every,
        enforce=policy.enforce,
        keep=KeepOut(versions=policy.keep_versions, days=policy.keep_days),
        due=None if found.due is None else iso(found.due.at),
        why=None if found.due is None else found.due.why,  # type: ignore[arg-type]
    )


def due_out(page: Page[SecretPolicy | Unreadable]) -> DueOut:
    found = [
        UnreadableOut(name=one.id) if isinstance(one, Unreadable) else policy_out(one)
        for one in page.items
    ]
    return DueOut(due=found, count=len(found), cursor=page.cursor)


def _kept(keep: KeepIn | None) -> dict[str, object]:
    sent = frozenset({"versions", "days"}) if keep is None else keep.model_fields_set
    found: dict[str, object] = {}
    if "versions" in sent:
        found["keep_versions"] = (keep and keep.versions) or DEFAULT.keep_versions
    if "days" in sent:
        days = None if keep is None else keep.days
        found["keep_days"] = DEFAULT.keep_days if days is None else days
    return found
