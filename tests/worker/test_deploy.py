"""`px deploy`, first and again: real wrangler, a stand-in of Cloudflare, the upload running."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from positronic.access.tokens import parse, root_hash
from px.project.workspace import Workspace
from support.cloudflare_account import Asked
from support.processes import Processes
from support.source import ROOT
from worker.deploying import AWS, PASSPHRASE, WORKER, Deploying, deploying

GATE = "The Worker starts from its snapshot"
VALUE = "canary-value-" + secrets.token_hex(12)
IMPORTED = "canary-import-" + secrets.token_hex(12)


@dataclass
class Story:
    """One Worker's first deploy, a create, an import, and a second deploy; in that order."""

    world: Deploying
    processes: Processes
    first: list[Asked]
    second: list[Asked]
    keys: list[dict[str, str]]
    tokens: list[str]
    codes: list[int]

    @property
    def upload(self) -> Asked:
        """Code and secrets of the first deploy, in one request."""
        return next(one for one in self.first if one.path.endswith(f"/scripts/{WORKER}"))


@pytest.fixture(scope="module")
def story(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with deploying(project, tmp_path_factory.mktemp("deploy")) as world:
        told = Story(world, Processes(), [], [], [], [], [])
        with told.processes:
            _tell(told)
        yield told


def _tell(told: Story) -> None:
    world = told.world
    told.codes.append(world.deploy().returncode)
    told.first = list(world.cloudflare.asked)
    _note(told)
    words = ("secret", "create", "API_KEY", "--stdin")
    told.codes.append(world.px.run(*words, stdin=VALUE.encode()).returncode)
    (world.project.root / "more.env").write_text(f"OTHER={IMPORTED}\n")
    told.codes.append(world.px.run("secret", "import", "more.env").returncode)
    told.codes.append(world.deploy("--no-checks").returncode)
    told.second = world.cloudflare.asked[len(told.first) :]
    _note(told)


def _note(told: Story) -> None:
    told.keys.append(dict(told.world.worker.secrets))
    told.tokens.append(told.world.root_token())


def test_a_first_deploy_ends_with_a_worker_that_keeps_its_promises(story: Story) -> None:
    """From a checkout and an API token to an address, a token and eleven kept promises."""
    assert story.codes[0] == 0, story.world.said
    assert f"Deployed {WORKER} at {story.world.edge.url}" in story.world.said[0]
    assert "11 API checks passed" in story.world.said[0]


def test_the_docs_show_what_a_first_deploy_says(story: Story) -> None:
    """Every line of docs/deploy.md, but for the prompts and the gate, which was passed before."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    shown = page.split("$ px deploy\n")[1].split("\n$ ")[0].splitlines()
    said = story.world.said[0].replace(story.world.edge.url, f"https://{WORKER}.acme.workers.dev")
    asked = [line for line in shown if "(hidden)" in line]

    # Sorted: what goes to stdout comes first there.
    assert sorted({*shown} - {*asked, GATE}) == sorted(said.splitlines())
    assert (len(asked), GATE in shown) == (2, True)


def test_the_secrets_go_up_with_the_code(story: Story) -> None:
    """As secrets of the one upload: never a Worker without its keys, nor a plain variable."""
    metadata = json.loads(story.upload.body[0].data)
    kinds = {one["name"]: one["type"] for one in metadata["bindings"]}

    assert kinds["MASTER_KEYS"] == kinds["ROOT_TOKEN_SHA256"] == "secret_text"
    assert kinds["SECRETS_KV"] == "kv_namespace"
    assert story.keys[0]["ROOT_TOKEN_SHA256"] == root_hash(story.tokens[0])
    assert story.keys[0]["MASTER_KEYS"] == story.world.recovered_entry()


def test_no_credential_is_uploaded(story: Story) -> None:
    """What .env.deploy holds is in no body; the API token is in the header that is for it."""
    for asked in story.first + story.second:
        assert asked.authorization == f"Bearer {story.world.token}"
        sent = asked.sent + asked.path.encode() + asked.query.encode()
        for hidden in (story.world.token, AWS, story.tokens[0], PASSPHRASE):
            assert hidden.encode() not in sent


def test_the_master_key_stands_in_one_place_of_the_upload(story: Story) -> None:
    """In its own binding; not in a module, a variable or another request."""
    key = story.keys[0]["MASTER_KEYS"].partition(":")[2].encode()

    assert [one for one in story.first + story.second if key in one.sent] == [story.upload]
    assert story.upload.sent.count(key) == 1


def test_wrangler_makes_the_namespace(story: Story) -> None:
    """Once, and the second deploy finds it."""
    made = [one for one in story.first + story.second if one.path.endswith("/kv/namespaces")]

    assert [one.body for one in made if one.method == "POST"] == [{"title": f"{WORKER}-secrets-kv"}]
    assert len(story.world.account.namespaces) == 1


def test_a_second_deploy_changes_no_key(story: Story) -> None:
    """It sends code and no secret; what was put in between is still there, and opens."""
    sent = b"".join(one.sent for one in story.second)
    found = story.world.px.run("secret", "exists", "API_KEY")

    assert story.codes == [0, 0, 0, 0], story.world.said
    assert story.keys[0] == story.keys[1]
    assert story.tokens[0] == story.tokens[1]
    # As wrangler spells it; the Worker's own code names the type too.
    assert b'"type":"secret_text"' in story.upload.sent
    assert b'"type":"secret_text"' not in sent
    assert story.world.worker.uploads == 2
    assert found.stdout == "true\n"


def test_daily_use_is_not_as_root(story: Story) -> None:
    """.env.deploy has an admin token of one project; a second deploy keeps it."""
    world = story.world
    token = parse(world.settings()["PX_TOKEN"])
    made = json.loads(world.px.run("token", "list", "--json").stdout)["tokens"]
    elsewhere = world.px.run("secret", "list", "--project", "shop", "--json")

    assert token is not None
    assert token.project == "default"
    assert [(one["id"], one["role"], one["name"]) for one in made] == [
        (token.id, "admin", "px-deploy")
    ]
    assert (elsewhere.returncode, json.loads(elsewhere.stderr)["code"]) == (4, "forbidden")
    assert world.px.run("project", "list").stdout == "default\ndeploy-check\n"


def test_every_write_names_the_environment(story: Story) -> None:
    """With server and project, also for programs."""
    world = story.world
    told = world.px.run("secret", "create", "WHERE", "--stdin", stdin=b"v")
    found = json.loads(world.px.run("secret", "delete", "WHERE", "--yes", "--json").stdout)

    assert told.stderr.endswith(f"at {world.edge.url} (production), project default\n")
    assert [found[name] for name in ("server", "environment", "project")] == [
        *(world.edge.url, "production", "default"),
    ]


def test_the_files_are_their_owners_alone(story: Story) -> None:
    """And what the user wrote into .env.deploy is still there."""
    world = story.world
    text = world.deploy_file.read_text()

    assert world.deploy_file.stat().st_mode & 0o777 == 0o600
    assert world.recovery_file.stat().st_mode & 0o777 == 0o600
    assert world.root_file.stat().st_mode & 0o777 == 0o600
    assert text.startswith(f"# deployment credentials\nCLOUDFLARE_API_TOKEN={world.token}\n")
    assert world.settings()["PX_URL"] == world.edge.url
    assert not world.started.exists()


def test_no_value_and_no_key_stands_in_an_argument(story: Story) -> None:
    """Seen in /proc through a deploy, a create, an import and another deploy."""
    processes = story.processes
    values = {*story.world.values(), VALUE, IMPORTED, PASSPHRASE}

    assert processes.with_argument("--secrets-file")  # we did look while wrangler ran
    assert [hidden for hidden in values if processes.with_argument(hidden)] == []


def test_the_api_token_is_in_wranglers_environment_alone(story: Story) -> None:
    """And in esbuild's, which wrangler starts; other services' credentials are in nobody's."""
    holders = story.processes.with_environment(story.world.token)
    rest = (*story.world.values() - {story.world.token}, VALUE, IMPORTED, PASSPHRASE)

    assert holders
    assert [one for one in holders if not _is_wranglers(one)] == []
    assert [hidden for hidden in rest if story.processes.with_environment(hidden)] == []


def test_nothing_that_px_said_or_left_holds_a_secret(story: Story) -> None:
    """stdout, stderr, and every file but .env.deploy and the root token's."""
    world = story.world
    root, own = world.project.root, (world.deploy_file, world.root_file)
    left = [path for path in root.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    texts = {path.name: path.read_bytes() for path in left if path not in own}

    for hidden in (*world.values(), PASSPHRASE):
        assert hidden not in "".join(world.said)
        assert [name for name, data in texts.items() if hidden.encode() in data] == []


def _is_wranglers(command: bytes) -> bool:
    return (
        b"/wrangler/bin/wrangler.js" in command
        or b"/wrangler-dist/cli.js" in command
        or (command.split(b"\0")[0].endswith(b"/bin/esbuild"))
    )
