"""`px doctor --target`: the targets of the project, and what opens their providers; no value."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from positronic.errors import PositronicError
from positronic.names import TargetName
from positronic.targets.configured import PROVIDERS, TargetConfig, setting_name
from px.api.targets import OFF, CopyTarget, CopyTargets
from px.doctor.choice import check_choice, no_choice
from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.probe import Probe
from px.doctor.server import clock_of
from px.doctor.surroundings import Surroundings
from px.errors import NotAllowed, PxError
from px.settings import Target
from px.targets.tables import how_to_open
from px.terminal import printable

SHOWN: Final = 5
_NEVER: Final = {
    "fly": "never: Fly.io gives values to Machines of the app alone",
    "worker-secrets": "never: Cloudflare does not show a Worker's secret again",
}
_UNTRIED: Final = "not tried: a target needs no right to read, and docs/{docs}.md grants none"


def check_targets(
    around: Surroundings,
    choose: Callable[[], Target],
    wanted: TargetName | None,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[Finding]:
    """`wanted`: this one alone; None: all of them."""
    try:
        target = choose()
    except (PxError, PositronicError) as error:
        yield no_choice(error)
        return
    yield from check_choice(target)
    with Probe(target) as probe:
        begun = time.time()
        try:
            answer = probe.status()
            known = {one.name: one for one in CopyTargets(probe).list()}
        except PxError as error:
            yield Finding("server", FAIL, error.message, error.hint)
            return
        yield Finding("server", OK, f"{target.address.origin} is ready")
        yield clock_of(answer, (begun + time.time()) / 2)
        here = _here(around, target)
        names = sorted({*known, *here}) if wanted is None else [wanted]
        if not names:
            yield Finding("target", SKIP, "no target is configured")
        for name in names:
            if name in known:
                yield from _one(probe, known[name], around.folder, environ)
            else:
                yield _absent(name, is_here=name in here)


def _here(around: Surroundings, target: Target) -> Sequence[TargetName]:
    """Those of the project's own configuration, if its Worker is the one that is asked."""
    project = around.project
    own = None if project is None else project.environment
    if project is None or own is None or target.source not in (own.deploy_file, own.local_file):
        return []
    from px.project.manifest import read_manifest
    from px.targets.credentials import all_configured

    manifest = read_manifest(project.config, project.environment)
    return [*all_configured(manifest, is_local=target.source == own.local_file)]


def _absent(name: TargetName, *, is_here: bool) -> Finding:
    if is_here:
        message = f"{name} is in the project's configuration, and the Worker does not have it"
        hint = "`px deploy` puts it up; its `projects` must have this project"
        return Finding("target", FAIL, message, hint)
    return Finding("target", FAIL, f"there is no target {name}", "`px target list` shows them")


def _one(
    probe: Probe, one: CopyTarget, folder: Path, environ: Mapping[str, str]
) -> Iterator[Finding]:
    yield _standing(one)
    if one.missing:
        needed = ", ".join(printable(name) for name in one.missing)
        hint = how_to_open(one)
        status = WARN if one.state == OFF else FAIL
        yield Finding("settings", status, f"{one.name}: the Worker lacks {needed}", hint)
    elif one.type in PROVIDERS:
        names = ", ".join(setting_name(one.name, end) for end in PROVIDERS[one.type].keys)
        yield Finding("settings", OK, f"{one.name}: the Worker has {names}")
    yield _credential(one, folder, environ)
    yield _drift(probe, one)
    docs = "vault" if one.type == "vault" else "aws"
    read_back = _NEVER.get(one.type, _UNTRIED.format(docs=docs))
    yield Finding("reading", SKIP, f"{one.name}: {read_back}")


def _standing(one: CopyTarget) -> Finding:
    what = f"{one.name}, {printable(one.type)}: {one.state}"
    if one.state == OFF:
        return Finding(
            "target", SKIP, what, f"`px target add {one.name} --secret NAME` switches it on"
        )
    counts = ", ".join(f"{one.counts[key]} {key}" for key in ("ok", "due", "refused"))
    what = f"{what}, {counts}"
    if one.problem is not None:
        name, why = one.problem
        status = FAIL if one.counts["refused"] else WARN
        return Finding("target", status, f"{what}; {name}: {printable(why)}")
    if one.state == "paused":
        return Finding("target", WARN, what, f"`px target sync {one.name}` pushes everything")
    return Finding("target", OK, what)


def _credential(one: CopyTarget, folder: Path, environ: Mapping[str, str]) -> Finding:
    """What `px target credential` would take: its names, and where they are."""
    from px.project.env_deploy import DeployFile
    from px.project.environment import chosen
    from px.project.workspace import Workspace, nearest
    from px.targets.credentials import credential

    if one.type not in PROVIDERS:
        return Finding("credential", SKIP, f"{one.name}: px does not know this type of target")
    config = TargetConfig(one.name, one.type, {}, frozenset(), {})
    file = DeployFile(folder, nearest(folder) or Workspace(folder, chosen(environ)))
    try:
        found = credential(config, environ, file.read(), file.name)
    except PxError as error:
        status = SKIP if error.code == "no_credential" else FAIL
        hint = "" if error.code == "no_credential" else error.hint
        return Finding("credential", status, f"{one.name}: {error.message}", hint)
    taken = f"`px target credential` would take {', '.join(found.given)} from {found.source}"
    return Finding("credential", OK, f"{one.name}: {taken}")


def _drift(probe: Probe, one: CopyTarget) -> Finding:
    """What `px target check` answers. The provider's refusal says what its role lacks."""
    if one.state == OFF or one.missing:
        why = "it is off" if one.state == OFF else "it cannot be used yet"
        return Finding("drift", SKIP, f"{one.name}: unknown: {why}")
    try:
        found, same = CopyTargets(probe).check(one.name)
    except NotAllowed as error:
        needs = "this needs the role admin" if error.code == "forbidden" else error.message
        return Finding("drift", SKIP, f"{one.name}: unknown: {needs}")
    except PxError as error:
        return Finding("drift", FAIL, f"{one.name}: {error.message}", error.hint)
    if not found:
        return Finding("drift", OK, f"{one.name}: {same} as they have to be")
    names = ", ".join(f"{wrong.name} ({wrong.state})" for wrong in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    message = f"{one.name}: {same} as they have to be, {len(found)} not: {names}{more}"
    if all(wrong.state == "due" for wrong in found):
        return Finding("drift", WARN, message, "they are still being pushed")
    return Finding("drift", FAIL, message, f"`px target sync {one.name}`, once it is put right")
