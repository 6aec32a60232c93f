"""`px token create | list | revoke`, and tokens that are mistyped."""

from __future__ import annotations

import json

import httpx
import pytest
from pexpect import EOF

from positronic.access.tokens import Token, parse
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import Px


def make(px: Px, *words: str) -> str:
    """A token's text."""
    return px.run("token", "create", "ci", "--role", "writer", *words).stdout.strip()


def listed(px: Px) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(px.run("token", "list", "--json").stdout)["tokens"]
    return found


def test_a_token_is_all_that_stands_on_stdout(px: Px) -> None:
    """It can go on through a pipe; on stderr its id, its role, and that it is shown once."""
    done = px.run("token", "create", "ci", "--role", "writer", "--expires", "90d")

    token = parse(done.stdout.strip())
    assert token is not None
    assert done.stdout.count("\n") == 1
    assert f"Token {token.id} created for ci: writer, expires " in done.stderr
    assert "shown only once" in done.stderr
    assert token.secret not in done.stderr


@pytest.mark.parametrize("more", ["", " --json"])
def test_a_token_that_nobody_has_seen_is_told(px: Px, more: str) -> None:
    """Its id, with which it can be revoked, and nothing else of it."""
    done = px.shell(f'"$PX" token create ci --role writer{more} >/dev/full')
    [made] = listed(px)

    assert done.returncode == 1
    assert f"which was created: `px token revoke {made['id']}" in done.stderr
    assert "px_" not in done.stderr.replace(made["id"], "")


@pytest.mark.parametrize("more", ["", " --json"])
def test_a_token_whose_reader_has_gone_is_told(px: Px, more: str) -> None:
    """As of `px token create ... | gh secret set`, where gh does not start."""
    gone = "{ exec <&-; sleep 4; }"
    done = px.shell(f'set -o pipefail; "$PX" token create ci --role writer{more} | {gone}')
    [made] = listed(px)

    assert done.returncode == 1
    assert f"which was created: `px token revoke {made['id']}" in done.stderr
    assert "px_" not in done.stderr.replace(made["id"], "")


@pytest.mark.parametrize("more", ["", " --json"])
def test_no_token_is_made_for_a_closed_stdout(px: Px, more: str) -> None:
    done = px.shell(f'"$PX" token create ci --role writer{more} >&-')

    assert (done.returncode, listed(px)) == (2, [])
    assert "stdout is closed, where the token goes; nothing was sent" in done.stderr


def test_a_token_opens_what_its_role_may(px: Px, server: TestDevServer) -> None:
    """A writer's token writes with px, and cannot make tokens."""
    own = {"PX_TOKEN": make(px)}

    wrote = px.run("secret", "create", "A", "--stdin", stdin=b"v", environment=own)
    refused = px.run("token", "list", environment=own)

    assert (wrote.returncode, refused.returncode, server.values()) == (0, 4, {"A": "v"})


def test_a_token_is_of_the_chosen_project(px: Px) -> None:
    """--project says which one it opens."""
    token = parse(make(px, "--project", "shop"))

    assert token is not None
    assert token.project == "shop"


def test_create_json_is_the_servers(px: Px) -> None:
    """The contract's fields, and nothing on stderr."""
    done = px.run("token", "create", "ci", "--role", "admin", "--expires", "30m", "--json")

    assert list(json.loads(done.stdout)) == [
        *("token", "id", "name", "role", "createdAt", "expiresAt", "by"),
        *("server", "environment", "project"),
    ]
    assert done.stderr == ""


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--role", "root"],
        ["--role", "Writer"],
        ["--role", "writer", "--expires", "0d"],
        ["--role", "writer", "--expires", "90"],
        ["--role", "writer", "--expires", "1s"],
        ["--role", "writer", "--expires", "-1d"],
        ["--role", "writer", "--expires", "262w"],
        ["--role", "writer", "--expires", "soon"],
    ],
)
def test_what_cannot_be_a_token_is_usage(px: Px, server: TestDevServer, words: list[str]) -> None:
    """Role and life are checked before anything is sent."""
    done = px.run("token", "create", "ci", *words)

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])


def test_a_token_in_the_place_of_its_name_is_not_sent(px: Px, server: TestDevServer) -> None:
    """Nor shown."""
    done = px.run("token", "create", server.token, "--role", "writer")

    assert (done.returncode, server.calls, server.token in done.stderr) == (2, [], False)


def test_a_lost_answer_is_not_asked_for_again(px: Px, server: TestDevServer) -> None:
    """A second attempt would make a second token that nobody knows."""
    server.fail_next(faults.cut)

    done = px.run("token", "create", "ci", "--role", "writer")

    assert (done.returncode, "px token list" in done.stderr) == (3, True)
    assert len(listed(px)) == 1


def test_a_list_in_a_pipe_is_lines_with_tabs(px: Px) -> None:
    """id, name, role, created, expires, issuer; `never` for what does not expire."""
    token = parse(make(px))

    done = px.run("token", "list")

    assert token is not None
    cells = done.stdout.rstrip("\n").split("\t")
    assert (cells[:3], cells[4], len(cells)) == ([token.id, "ci", "writer"], "never", 6)


def test_a_list_on_a_terminal_marks_what_has_expired(px: Px, server: TestDevServer) -> None:
    """A person sees at once which tokens open nothing any more."""
    make(px, "--expires", "1m")
    server.shift_clock(-3_600_000)
    make(px, "--expires", "1m")
    server.shift_clock(0)

    child = px.terminal("token", "list")
    child.expect(EOF)

    assert (child.before or "").count("(expired)") == 1


def test_no_token_has_a_tip(px: Px) -> None:
    """Nothing on stdout."""
    done = px.run("token", "list")

    assert (done.stdout, "Tip: " in done.stderr) == ("", True)


def test_revoke_ends_a_token(px: Px, server: TestDevServer) -> None:
    """It opens nothing from then on, and a second time there is nothing to revoke."""
    token = make(px)
    parsed = parse(token)
    assert parsed is not None

    codes = [px.run("token", "revoke", parsed.id, "--yes").returncode for _ in range(2)]

    answer = httpx.get(f"{server.url}/secrets", headers={"Authorization": f"Bearer {token}"})
    assert (codes, answer.status_code) == ([0, 1], 401)


def test_revoke_needs_a_yes(px: Px) -> None:
    """Without a terminal and without --yes nothing is revoked."""
    token = parse(make(px))
    assert token is not None

    done = px.run("token", "revoke", token.id, stdin=b"y\n")

    assert (done.returncode, "--yes" in done.stderr, len(listed(px))) == (1, True, 1)


def test_revoke_takes_an_id_and_no_token(px: Px, server: TestDevServer) -> None:
    """A whole token in its place is refused unsent and unseen."""
    token = make(px)
    server.calls.clear()

    done = px.run("token", "revoke", token, "--yes")

    assert (done.returncode, server.calls, token in done.stderr) == (2, [], False)


@pytest.mark.parametrize(("cut", "added"), [(-1, ""), (-1, "g"), (None, "0"), (20, "")])
def test_a_mistyped_token_is_not_sent(
    px: Px, server: TestDevServer, cut: int | None, added: str
) -> None:
    """Its checksum tells; px says so without showing it."""
    wrong = server.token[:cut] + added

    done = px.run("secret", "list", "--json", environment={"PX_TOKEN": wrong})

    assert (done.returncode, server.calls, wrong in done.stderr) == (2, [], False)
    assert json.loads(done.stderr)["code"] == "mistyped_token"


def test_what_a_token_created_goes_with_it(px: Px, server: TestDevServer) -> None:
    """The list says who created it, the question and the answer how many go, and none is left."""
    texts = [px.run("token", "create", "boss", "--role", "admin", "--expires", "1h").stdout.strip()]
    for _ in range(2):
        own = {"PX_TOKEN": texts[-1]}
        texts.append(
            px.run("token", "create", "x", "--role", "admin", environment=own).stdout.strip()
        )
    ids = [token.id for text in texts if (token := parse(text))]
    before = {one["id"]: (one["by"], one.get("expiresAt")) for one in listed(px)}

    child = px.terminal("token", "revoke", ids[0])
    child.expect("and 2 tokens created with it")
    child.sendline("n")
    child.expect(EOF)
    done = px.run("token", "revoke", ids[0], "--yes", "--json")

    assert [before[one][0] for one in ids] == ["root", ids[0], ids[1]]
    assert len({expires for _, expires in before.values()}) == 1
    assert sorted(json.loads(done.stdout)["withIt"]) == sorted(ids[1:])
    assert listed(px) == []


def boss_and_child(px: Px, name: str, child: str) -> tuple[Token, Token]:
    """An admin's token, and a reader's that was made with it."""
    made = px.run("token", "create", name, "--role", "admin").stdout.strip()
    own = {"PX_TOKEN": made}
    issued = px.run("token", "create", child, "--role", "reader", environment=own).stdout.strip()
    boss, job = parse(made), parse(issued)
    assert boss is not None
    assert job is not None
    return boss, job


def test_a_name_stands_for_its_only_token(px: Px) -> None:
    """With what was created with it, as by its id."""
    boss, child = boss_and_child(px, "boss", "job")
    kept = parse(make(px))
    assert kept is not None

    done = px.run("token", "revoke", "--name", "boss", "--yes", "--json")

    found = json.loads(done.stdout)
    assert (found["id"], found["withIt"], found["revoked"]) == (boss.id, [child.id], True)
    assert [one["id"] for one in listed(px)] == [kept.id]


def test_a_name_of_several_tokens_is_refused(px: Px) -> None:
    """Nothing is revoked, and the hint names the option for all of them."""
    make(px), make(px)

    done = px.run("token", "revoke", "--name", "ci", "--yes", "--json")

    error = json.loads(done.stderr)
    assert (done.returncode, error["code"], len(listed(px))) == (1, "ambiguous_name", 2)
    assert "px token revoke --all-of ci" in error["hint"]


def test_all_of_a_name_go_with_what_they_created(px: Px) -> None:
    """However deep, and named once each; the question says how many, and where. Others stay."""
    first, child = boss_and_child(px, "alice", "job")
    second, _ = boss_and_child(px, "alice", "alice")
    kept, _ = boss_and_child(px, "alice two", "job")

    asking = px.terminal("token", "revoke", "--all-of", "alice")
    asking.expect_exact("3 tokens named alice, and 1 token created with them at http")
    asking.expect_exact(", its default project?")
    asking.sendline("n")
    asking.expect(EOF)
    unchanged = len(listed(px))
    done = px.run("token", "revoke", "--all-of", "alice", "--yes", "--json")

    found = json.loads(done.stdout)
    assert unchanged == 6
    assert {first.id, second.id} < set(found["ids"])
    assert (len(found["ids"]), found["withIt"], found["revoked"]) == (3, [child.id], True)
    assert {one["name"] for one in listed(px)} == {"alice two", "job"}
    assert kept.id in {one["id"] for one in listed(px)}


def test_the_token_that_px_sends_goes_last(px: Px) -> None:
    """Else it could not revoke the others; the question says that it is among them."""
    made = [px.run("token", "create", "a", "--role", "admin").stdout.strip() for _ in range(3)]
    ids = sorted(token.id for text in made if (token := parse(text)))
    own = next(text for text in made if ids[0] in text)  # the first in the list

    asked = px.run("token", "revoke", "--all-of", "a", environment={"PX_TOKEN": own})
    done = px.run("token", "revoke", "--all-of", "a", "--yes", environment={"PX_TOKEN": own})

    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    assert (done.returncode, listed(px)) == (0, []), done.stderr
    assert "3 tokens revoked." in done.stderr


@pytest.mark.parametrize(
    "words", [[], ["0" * 16, "--name", "a"], ["--name", "a", "--all-of", "a"], ["--name", "px_x"]]
)
def test_one_of_an_id_and_a_name_is_given(px: Px, server: TestDevServer, words: list[str]) -> None:
    """Nothing is sent otherwise."""
    done = px.run("token", "revoke", *words, "--yes")

    assert (done.returncode, server.calls) == (2, [])


def test_a_name_that_no_token_has(px: Px) -> None:
    """Exit code 1."""
    make(px)

    for option in ("--name", "--all-of"):
        done = px.run("token", "revoke", option, "nobody", "--yes", "--json")

        assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "not_found")
    assert len(listed(px)) == 1


def test_a_revocation_that_stops_says_how_far_it_came(px: Px, server: TestDevServer) -> None:
    """Run again, it revokes the rest."""
    make(px), make(px)
    server.fail_next(None, None, faults.refusal(403, "forbidden"))  # the list, and the first

    done = px.run("token", "revoke", "--all-of", "ci", "--yes")
    left = len(listed(px))
    again = px.run("token", "revoke", "--all-of", "ci", "--yes")

    assert (done.returncode, left, again.returncode) == (4, 1, 0)
    assert "1 of 2 were revoked" in done.stderr


def test_a_token_cannot_create_one_that_outlives_it(px: Px) -> None:
    """Refused with a clear sentence, and nothing was created."""
    own = {
        "PX_TOKEN": px.run(
            "token", "create", "a", "--role", "admin", "--expires", "1h"
        ).stdout.strip()
    }

    done = px.run("token", "create", "b", "--role", "reader", "--expires", "2h", environment=own)

    assert (done.returncode, "outlive" in done.stderr, len(listed(px))) == (1, True, 1)
