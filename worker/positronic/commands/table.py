"""Every command by its name: the arguments that it takes, and what carries it out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from positronic.commands import (
    adopt_commands,
    audit_changes,
    audit_reads,
    binding_commands,
    copy_commands,
    directory_commands,
    export_commands,
    grant_commands,
    import_commands,
    key_commands,
    policy_commands,
    reminder_commands,
    repair_commands,
    run_commands,
    run_states,
    secret_changes,
    secret_reads,
    target_commands,
    target_pushes,
    target_reads,
    token_commands,
    use_counts,
    version_changes,
    version_reads,
    watch_commands,
)
from positronic.commands.arguments import Arguments
from positronic.commands.work import Plan, Work
from positronic.errors import NotFound, OutcomeUnknown
from positronic.names import parse_name

Change = Callable[[Work, Arguments], Awaitable[Plan]]
Read = Callable[[Work, Arguments], Awaitable[object]]


async def _nothing(_: Work, __: Arguments) -> object:
    """Whether the caller may do what it is about to send."""
    return None


def _read(work: Work, given: Arguments) -> Awaitable[Plan]:
    return run_commands.read(work, given.names("names"))


def _read_granted(work: Work, given: Arguments) -> Awaitable[Plan]:
    return binding_commands.read(work, given.names("names"), given.optional_names("narrow"))


def _again(read: Change) -> Read:
    """What a read answers now, if the caller still may; it is recorded already."""

    async def answer(work: Work, given: Arguments) -> object:
        return (await read(work, given)).result

    return answer


async def _policy_again(work: Work, given: Arguments) -> object:
    """Raises OutcomeUnknown if the secret was deleted since: its change was made all the same."""
    try:
        return await policy_commands.shown(work, given.name("name"))
    except NotFound:
        raise OutcomeUnknown("the policy was changed, and the secret is not there now") from None


def _destroy(work: Work, given: Arguments) -> Awaitable[Plan]:
    name, version = given.text("name"), given.optional_number("version")
    if version is None:
        return secret_changes.destroy(work, name, given.optional_count("ifVersion"))
    return version_changes.destroy(work, parse_name(name), version)


# An event has the name of the change that it records.
CHANGES: Final[Mapping[str, Change]] = {
    "secret.put": lambda work, given: secret_changes.put(work, given.entry("entry")),
    "secret.bulk": lambda work, given: secret_changes.bulk(work, given.entries("entries")),
    "secret.delete": lambda work, given: secret_changes.delete(
        work, given.text("name"), given.optional_count("ifVersion")
    ),
    "secret.rollback": lambda work, given: version_changes.rollback(
        work, given.name("name"), given.number("to"), given.optional_count("ifVersion")
    ),
    "secret.restore": lambda work, given: version_changes.restore(work, given.name("name")),
    "secret.destroy": _destroy,
    "secret.policy": lambda work, given: policy_commands.change(
        work, given.name("name"), given.fields("fields")
    ),
    "token.create": lambda work, given: token_commands.create(
        work,
        given.text("id"),
        given.text("hash"),
        given.token_name("name"),
        given.role("role"),
        given.optional_number("expiresIn"),
    ),
    "keys.rotate": lambda work, given: key_commands.rotate(work, given.optional_text("cursor")),
    "root.replace": lambda work, given: run_commands.note(work, given.texts("names")),
    **dict.fromkeys(run_states.BEGIN, lambda work, given: run_states.begin(work, given.new_run())),
    "brain.cancel": lambda work, given: run_states.cancel(
        work, given.text("title"), given.text("run")
    ),
    "run.end": lambda work, given: run_states.end(
        work, given.text("run"), given.text("status"), given.number("at")
    ),
    "run.drop": lambda work, given: run_states.drop(work, given.text("run")),
    "run.trim": lambda work, _: run_states.trim(work),
    "watch.begin": lambda work, given: watch_commands.begin(
        work, given.text("id"), given.number("until")
    ),
    "watch.renew": lambda work, given: watch_commands.renew(
        work, given.text("id"), given.number("until")
    ),
    "watch.end": lambda work, given: watch_commands.end(work, given.text("id")),
    run_commands.READ: _read,
    "brain.settle": lambda work, given: run_commands.settle(
        work, given.numbers("versions"), given.number("at")
    ),
    "grant.add": lambda work, given: grant_commands.add(
        work, given.app("app"), given.names("names")
    ),
    "grant.remove": lambda work, given: grant_commands.remove(
        work, given.text("app"), given.names("names")
    ),
    binding_commands.READ: _read_granted,
    adopt_commands.ACTION: lambda work, given: adopt_commands.adopt(
        work, is_known=given.flag("isKnown")
    ),
    "project.repair": lambda work, given: repair_commands.repair(
        work, given.optional_text("cursor")
    ),
    export_commands.ACTION: lambda work, given: export_commands.export(
        work, given.optional_text("cursor")
    ),
    import_commands.ACTION: lambda work, given: import_commands.bring(
        work,
        given.text("header"),
        given.text("page"),
        given.text("ticket"),
        is_known=given.flag("isKnown"),
    ),
    "use.trim": lambda work, _: use_counts.trim(work),
    "audit.trim": lambda work, _: audit_changes.trim(work),
    "audit.restart": lambda work, _: audit_changes.restart(work),
    "audit.acknowledge": lambda work, given: audit_changes.acknowledge(
        work, given.number("sequence"), given.text("digest")
    ),
    "copies.repair": lambda work, given: copy_commands.repair(work, given.digests("copies")),
    "project.add": lambda work, given: directory_commands.add(
        work, given.text("project"), given.text("location"), given.text("jurisdiction")
    ),
    "token.revoke": lambda work, given: token_commands.revoke(work, given.text("id")),
    "target.set": lambda work, given: target_commands.switch_on(
        work,
        given.text("target"),
        given.optional_names("names"),
        given.optional_text("prefix"),
    ),
    "target.remove": lambda work, given: target_commands.remove(
        work, given.text("target"), purge=given.flag("purge")
    ),
    "target.sync": lambda work, given: target_commands.sync(work, given.text("target")),
    target_pushes.ACTION: lambda work, given: target_pushes.claim(
        work, given.text("target"), given.names("names")
    ),
    "reminder.claim": lambda work, given: reminder_commands.claim(
        work, given.text("claim"), given.number("within"), given.optional_text("cursor")
    ),
    "reminder.settle": lambda work, given: reminder_commands.settle(
        work, given.names("names"), given.number("day"), was_taken=given.flag("wasTaken")
    ),
}
# These look by themselves whether the ledger may be used: it is what they make.
WITHOUT_STANDING: Final = frozenset(
    {adopt_commands.ACTION, import_commands.ACTION, import_commands.CHECK}
)
# A ledger that is full refuses these.
NEW_VALUES: Final = frozenset({"secret.put", "secret.bulk", "secret.rollback", "secret.restore"})
# Sent again, these are recorded once and answered by what there is now: their answers, which have
# sealed texts and notes, are not kept with the event.
ANSWERED_AGAIN: Final[Mapping[str, Read]] = {
    run_commands.READ: _again(_read),
    binding_commands.READ: _again(_read_granted),
    "secret.policy": _policy_again,
}
READS: Final[Mapping[str, Read]] = {
    "caller.check": _nothing,
    "secret.list": lambda work, given: secret_reads.listed(work, *given.page()),
    "secret.versions": lambda work, given: version_reads.history(work, given.name("name")),
    "secret.deleted": lambda work, given: version_reads.deleted(work, *given.page()),
    "secret.exists": lambda work, given: secret_reads.exists(work, given.name("name")),
    "secret.policy-of": lambda work, given: policy_commands.shown(work, given.name("name")),
    "secret.due": lambda work, given: policy_commands.due(
        work, given.number("within"), *given.page()
    ),
    "secret.unused": lambda work, given: secret_reads.unused(
        work, given.number("unusedFor"), *given.page()
    ),
    "secret.uses": lambda work, given: use_counts.uses(
        work, given.name("name"), given.optional_number("version"), *given.page()
    ),
    "run.list": lambda work, given: run_states.listed(
        work, given.optional_text("status"), given.optional_text("brain"), *given.page()
    ),
    "token.list": lambda work, given: token_commands.listed(work, *given.page()),
    "target.list": lambda work, _: target_reads.listed(work),
    "target.check": lambda work, given: target_reads.check(
        work, given.text("target"), *given.page()
    ),
    "secret.infos": lambda work, given: run_commands.infos(work, given.names("names")),
    "grant.list": lambda work, given: grant_commands.listed(work, *given.page()),
    "binding.exists": lambda work, given: binding_commands.exists(
        work, given.name("name"), given.optional_names("narrow")
    ),
    "binding.names": lambda work, given: binding_commands.names(
        work, given.optional_names("narrow")
    ),
    "binding.refuse": lambda work, _: binding_commands.refuse(work),
    "copies.live": lambda work, given: copy_commands.live(work, *given.page()),
    "copies.strange": lambda work, given: copy_commands.strange(work, given.texts("names")),
    "keys.census": lambda work, _: key_commands.census(work),
    "project.jurisdiction": lambda work, _: directory_commands.jurisdiction(work),
    "project.known": lambda work, given: directory_commands.known(work, given.text("project")),
    "project.exported": lambda work, _: export_commands.exported(work),
    import_commands.CHECK: lambda work, given: import_commands.check(
        work, given.text("header"), given.text("page"), given.optional_text("ticket")
    ),
    "project.list": lambda work, given: directory_commands.listed(work, *given.page()),
    "audit.list": lambda work, given: audit_reads.listed(work, *given.page(), given.wanted()),
}
