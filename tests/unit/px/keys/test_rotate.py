"""The steps of a rotation, against the real API: each may be interrupted, no key in use goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from positronic.ledger.copy_rows import PUBLISHED, PublishedCopy
from positronic.names import Name, parse_token_name
from px.api.audit import AuditLog
from px.api.client import Client
from px.api.keys import Keys
from px.api.tokens import Tokens
from px.audit.walk import check
from px.errors import NotAllowed, PxError, Refused
from px.keys import recovery, resealing
from px.keys.next_recovery import Keeper, NextRecovery, NoKeeper
from px.keys.passphrase import Passphrase
from px.keys.recovery_file import RecoveryFile
from px.keys.rotate import RESUME, Rotated, Rotation
from px.project import owner_only
from px.project.master_key import MasterKey, parse
from px.project.unfinished_rotation import UnfinishedRotation
from px.project.workspace import Workspace
from px.settings import make_target
from px.terminal import Progress
from px.testing.dev_server import TestDevServer
from px.testing.faults import refusal
from support.server_keys import ServerKeys

SECRETS = {f"N{number:03}": f"value {number}" for number in range(120)}
PROJECTS = ("default", "shop")


class Stopped(BaseException):
    """As a SIGKILL: nothing of ours catches it."""


class Ear:
    """Hears what is said, and can do something at that moment."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.at_progress: Callable[[int], None] = lambda done: None
        self.at_word: Callable[[str], None] = lambda line: None

    def say(self, line: str) -> None:
        self.said.append(line)
        self.at_word(line)

    @contextmanager
    def progress(self, total: int) -> Iterator[Progress]:
        yield lambda done, total: self.at_progress(done)


class World:
    """A server with two projects, each with secrets and a token, and a folder for px."""

    def __init__(
        self, server: TestDevServer, folder: Path, projects: Sequence[str] = PROJECTS
    ) -> None:
        self.server = server
        self.place = ServerKeys(server)
        self.ear = Ear()
        self.file = UnfinishedRotation(Workspace(folder))
        self.keeper: Keeper = NoKeeper()
        for project in projects:
            server.seed(SECRETS, project)
            with self.client(project) as client:
                Tokens(client).issue(parse_token_name("ci"), "reader", None)

    def client(self, project: str | None = None, token: str | None = None) -> Client:
        target = make_target(self.server.url, token or self.server.token)
        client = Client(target)
        return client if project is None else client.in_project(project)

    def rotate(self, settle: float = 0, token: str | None = None) -> Rotated:
        with self.client(token=token) as client:
            return Rotation(client, self.place, self.file, self.ear, settle, self.keeper).run()

    @property
    def keys(self) -> str:
        settings = self.server.service.settings
        return f"{settings.next_master_key} {settings.master_keys}"

    def is_whole(self) -> bool:
        """Everything opens under the keys that there are now."""
        return all(self.server.values(project) == SECRETS for project in PROJECTS)


@pytest.fixture
def world(server: TestDevServer, tmp_path: Path) -> World:
    return World(server, tmp_path)


def test_only_the_new_key_is_left(world: World) -> None:
    """Every value of every project opens under it, and the old key is gone."""
    done = world.rotate()

    assert (done.dropped, done.resealed, done.projects) == (("test",), 244, 2)
    assert world.keys.split() == [world.keys.strip()]
    assert world.keys.strip().startswith(f"{done.key_id}:")
    assert world.is_whole()
    assert not world.file.path.exists()


def test_events_stay_verifiable(world: World) -> None:
    """After two rotations, those from before the first one too: no key has to be named."""
    assert (world.rotate().dropped, len(world.rotate().dropped)) == (("test",), 1)

    with world.client("default") as client:
        result = check(AuditLog(client), None)
    assert (result.is_clean, result.counts["unknown_key"]) == (True, 0)
    assert result.counts["intact"] > 0


def stop_at(world: World, moment: str) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    def when(change: str) -> Callable[[str], None]:
        return lambda now: stop() if now == change else None

    kind, _, what = moment.partition(" ")
    if kind == "before":
        world.place.before = when(what)
    elif kind == "after":
        world.place.after = when(what)
    else:
        world.ear.at_progress = lambda done: stop() if done >= int(what) else None


@pytest.mark.parametrize(
    "moment",
    [
        *("before put", "after put", "progress 50", "progress 121", "progress 150", "progress 244"),
        *("before keep", "after keep"),
    ],
)
def test_stopped_anywhere_it_goes_on(world: World, moment: str) -> None:
    """No value is ever without its key, and the second run ends what the first began."""
    stop_at(world, moment)
    with pytest.raises(Stopped):
        world.rotate()
    assert world.is_whole()
    begun = world.file.read()
    world.place.before = world.place.after = lambda change: None
    world.ear.at_progress = lambda done: None

    done = world.rotate()

    assert begun is not None
    assert done.key_id == begun.key.id
    assert world.keys.strip() == begun.key.entry
    assert world.is_whole()
    assert not world.file.path.exists()


class Told(Passphrase):
    """Typed without a terminal."""

    def __init__(self, at: Callable[[], None] = lambda: None) -> None:
        super().__init__(stdin=True)
        self._at = at

    def known(self, name: str) -> str:
        return "correct horse battery"

    def new(self, name: str) -> str:
        self._at()
        return "correct horse battery"


class Watched(NextRecovery):
    """Can be stopped before and after the file is written."""

    before: Callable[[], None] = staticmethod(lambda: None)
    after: Callable[[], None] = staticmethod(lambda: None)

    def keep(self, key: MasterKey) -> None:
        self.before()
        super().keep(key)
        self.after()


def stop() -> None:
    raise Stopped


@pytest.mark.parametrize(
    "moment",
    [
        *("passphrase", "before keeping", "moved", "after keeping"),
        *("before put", "after put", "progress 50", "progress 244", "before keep", "after keep"),
    ],
)
def test_stopped_anywhere_the_workers_key_is_in_a_file(
    world: World, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each step, for the key that the Worker seals with; and so is the old one, in its own."""
    file = RecoveryFile(tmp_path / ".px" / "recovery-w.json")
    old = parse(world.server.service.settings.master_keys)
    file.write(old, "w", "correct horse battery")
    world.keeper = keeper = Watched(file, "w", Told(), replaces=True)
    if moment == "passphrase":
        world.keeper = Watched(file, "w", Told(stop), replaces=True)
    elif moment == "moved":
        monkeypatch.setattr(owner_only, "replace", _stopping(owner_only.replace, file.path))
    elif moment.endswith("keeping"):
        setattr(keeper, moment.partition(" ")[0], stop)
    else:
        stop_at(world, moment)

    with pytest.raises(Stopped):
        world.rotate()

    settings = world.server.service.settings
    used = parse((settings.next_master_key or settings.master_keys).strip())
    begun = world.file.read()
    files = [recovery.unseal(one.read_bytes(), "correct horse battery") for one in _files(file)]
    assert used in files
    assert old in files
    if used != old:
        assert begun is not None
        assert begun.key == used

    monkeypatch.undo()
    world.place.before = world.place.after = lambda change: None
    world.ear.at_progress = lambda done: None
    world.keeper = NextRecovery(file, "w", Told(), replaces=True)
    world.rotate()

    assert world.is_whole()
    assert file.open(Told()).entry == world.keys.strip()
    assert [one.name for one in _files(file)] == ["recovery-w.json", "recovery-w.test.json"]


def _files(file: RecoveryFile) -> list[Path]:
    return sorted(file.path.parent.glob("recovery-*.json"))


def _stopping(replace: Callable[[Path, bytes], None], path: Path) -> Callable[[Path, bytes], None]:
    """As `replace`, but killed where this file would be replaced."""

    def found(given: Path, data: bytes) -> None:
        if given == path:
            raise Stopped
        replace(given, data)

    return found


def test_what_was_begun_is_its_owners_alone(world: World) -> None:
    """The file that holds the new key has mode 600, and what reads it shows no key."""
    stop_at(world, "after put")
    with pytest.raises(Stopped):
        world.rotate()

    begun = world.file.read()

    assert begun is not None
    assert world.file.path.stat().st_mode & 0o777 == 0o600
    assert begun.key.encoded not in repr(begun)


def test_a_rotation_of_somebody_else_is_left_alone(world: World) -> None:
    """Whoever holds the key in front must end it: it is not overwritten, and nothing is changed."""
    other = "other:" + "A" * 43 + "="
    world.server.configure(next_master_key=other)

    with pytest.raises(Refused, match="started elsewhere"):
        world.rotate()

    assert world.server.service.settings.next_master_key == other
    assert not world.file.path.exists()


def test_a_rotation_of_somebody_else_is_left_alone_by_a_resumed_one_too(world: World) -> None:
    """Also when this machine has begun one of its own."""
    stop_at(world, "before put")
    with pytest.raises(Stopped):
        world.rotate()
    other = "other:" + "A" * 43 + "="
    world.server.configure(next_master_key=other)

    with pytest.raises(Refused, match="started elsewhere"):
        world.rotate()

    assert world.server.service.settings.next_master_key == other


def test_a_record_that_does_not_open_keeps_its_key(world: World) -> None:
    """It is named with its project, everything else is re-sealed, and no key goes."""
    lost = world.server.service.settings
    world.server.configure(master_keys="gone:" + "A" * 43 + "=")
    world.server.seed({"LOST": "x"}, "shop")
    world.server.configure(master_keys=lost.master_keys)

    with pytest.raises(Refused, match="one record does not open") as caught:
        world.rotate()

    assert [detail.name for detail in caught.value.details] == ["shop/LOST"]
    assert lost.master_keys in world.keys
    assert world.file.path.exists()
    with world.client("default") as client:
        assert {use.id: use.secrets for use in Keys(client).uses().uses}[
            world.keys.partition(":")[0]
        ]


def test_a_late_write_under_the_old_key_is_not_lost(world: World) -> None:
    """What turns up while px waits, as it was asked to, is re-sealed before the old key goes."""

    def write_late(line: str) -> None:
        if "before the old keys" in line and "LATE" not in world.server.values():
            now = world.server.service.settings
            world.server.configure(next_master_key="")
            world.server.seed({"LATE": "late"})
            world.server.configure(next_master_key=now.next_master_key)

    world.ear.at_word = write_late
    world.rotate(settle=0.01)

    assert world.server.values()["LATE"] == "late"


def publish(world: World, key_id: str) -> None:
    """A name's copy in KV, as the ledger of a project knows it."""
    copy = PublishedCopy(Name("N000"), 1, 1, key_id)
    world.server.ledger("shop").commit([PUBLISHED.put(copy)], {})


def test_an_old_key_waits_for_the_copies(world: World) -> None:
    """While a copy in KV is under it, it is kept; when that has followed, it goes."""
    held_meanwhile: list[str] = []

    def follow(line: str) -> None:
        if "copies" in line:
            held_meanwhile.append(world.keys)
            publish(world, world.keys.partition(":")[0])

    publish(world, "test")
    world.ear.at_word = follow
    done = world.rotate()

    assert ["test:" in keys for keys in held_meanwhile] == [True]
    assert done.dropped == ("test",)


def test_a_copy_that_does_not_follow_keeps_the_old_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """px gives up in the end, and says so."""
    monkeypatch.setattr(resealing, "PATIENCE", 0.0)
    publish(world, "test")

    with pytest.raises(Refused, match="still under other keys") as caught:
        world.rotate()

    assert caught.value.code == "keys_in_use"
    assert "test:" in world.keys


def late(world: World, count: int) -> None:
    """Once the first records are re-sealed, so many calls find a ledger with the old keys."""

    def busy(_: int) -> None:
        world.ear.at_progress = lambda done: None
        world.server.fail_next(*[refusal(503, "busy")] * count)

    world.ear.at_progress = busy


def test_an_old_key_waits_until_every_project_uses_the_new_one(world: World) -> None:
    """A ledger that still has the old keys is asked again, and only then is the old one dropped."""
    late(world, 4)
    done = world.rotate()

    assert "Waiting until every project uses the new key" in world.ear.said
    assert (done.dropped, world.is_whole()) == (("test",), True)


def test_a_project_that_does_not_confirm_keeps_the_old_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """px gives up in the end, and names the project."""
    monkeypatch.setattr(resealing, "PATIENCE", 0.0)
    late(world, 1_000)

    with pytest.raises(PxError, match="not every project uses the new key") as caught:
        world.rotate()

    assert caught.value.code == "keys_not_taken_up"
    assert "test:" in world.keys


def test_a_worker_without_projects_has_its_key_replaced(tmp_path: Path) -> None:
    """The directory confirms the new key, and the old one goes."""
    with TestDevServer() as server:
        world = World(server, tmp_path, projects=())
        done = world.rotate()

    assert done.dropped == ("test",)


def test_a_projects_admin_is_told_that_root_is_needed(world: World) -> None:
    """The key covers other projects too; nothing is changed."""
    with world.client() as client:
        token = Tokens(client).issue(parse_token_name("boss"), "admin", None).text

    with pytest.raises(NotAllowed, match="root token"):
        world.rotate(token=token)

    assert not world.file.path.exists()


def test_another_workers_rotation_is_not_taken_for_this_ones(world: World) -> None:
    """A key that was begun for one Worker is not put into another."""
    stop_at(world, "before put")
    with pytest.raises(Stopped):
        world.rotate()
    found = json.loads(world.file.path.read_text()) | {"origin": "https://other.example.dev"}
    world.file.path.write_text(json.dumps(found))
    world.place.before = lambda change: None

    with pytest.raises(Refused, match=r"https://other\.example\.dev"):
        world.rotate()

    assert world.keys.strip().startswith("test:")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"origin": "x", "keyId": "k", "key": "canary"}'])
def test_a_file_that_makes_no_sense_is_kept(world: World, text: str) -> None:
    """It may hold the only copy of a key; it is neither overwritten nor shown."""
    world.file.path.parent.mkdir(exist_ok=True)
    world.file.path.write_text(text)

    with pytest.raises(Refused, match="malformed") as caught:
        world.rotate()

    assert world.file.path.read_text() == text
    assert "canary" not in str(caught.value) + caught.value.hint


def test_a_failure_on_the_way_says_how_to_continue(world: World) -> None:
    """The new key is in use by then, and the file holds it."""
    world.server.fail_commits_after(0)

    with pytest.raises(PxError) as caught:
        world.rotate()

    assert caught.value.hint.splitlines()[-1] == RESUME
    assert world.file.path.exists()


def test_a_rotation_that_was_overtaken_is_given_up(world: World) -> None:
    """When another one ended meanwhile, a key that covers nothing is not brought back."""
    stop_at(world, "after keep")
    with pytest.raises(Stopped):
        world.rotate()
    overtaken = world.file.read()
    world.place.after = lambda change: None
    kept = world.file.path.read_bytes()
    world.rotate()
    done = world.rotate()
    world.file.path.write_bytes(kept)

    again = world.rotate()

    assert overtaken is not None
    assert again.dropped == (done.key_id,)
    assert again.key_id != overtaken.key.id
    assert world.is_whole()


def test_a_key_that_was_lost_from_the_worker_is_put_back(world: World) -> None:
    """When something needs it, the one on this machine is the only copy."""
    stop_at(world, "progress 50")
    with pytest.raises(Stopped):
        world.rotate()
    world.server.configure(next_master_key="")
    world.ear.at_progress = lambda done: None

    world.rotate()

    assert world.is_whole()


def test_two_at_once_are_refused(world: World) -> None:
    """One project has one rotation under way."""
    with world.file.alone(), pytest.raises(Refused, match="another"):
        world.rotate()
