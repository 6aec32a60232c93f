"""What wrangler's output means: one sentence, a code, an exit code, and nothing that was sent."""

from __future__ import annotations

import pytest

from px.cloudflare.wrangler import credentials, secret_parts
from px.cloudflare.wrangler_errors import failure, too_late
from px.errors import Usage

TOKEN = "Vx7-canary-of-an-API-token-9Qz"
WORDS = ["deploy", "--secrets-file", "/dev/stdin"]


def api(message: str, code: int) -> str:
    """As wrangler 4.164.0 prints an error of Cloudflare's API, colours and all."""
    return (
        "\x1b[31m✘ \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m \x1b[1mA request to the "
        f"Cloudflare API (/accounts/{'a' * 32}/workers/scripts/w) failed.\x1b[0m\n\n"
        f"  {message} [code: {code}]\n  \n  If you think this is a bug, please open an issue at: "
        "https://github.com/cloudflare/workers-sdk/issues/new/choose\n\n"
    )


MEANINGS = {
    "a wrong token": (api("Authentication error", 10000), "cloudflare_refused", 4),
    "a token that was revoked": (api("Invalid access token", 9109), "cloudflare_refused", 4),
    "a token that is none": (api("Invalid request headers", 6003), "cloudflare_refused", 4),
    "an account that is none": (api("Could not route to /x", 7003), "unknown_account", 1),
    "several accounts": (
        "[ERROR] More than one account available but unable to select one in non-interactive mode.",
        "no_account",
        2,
    ),
    "no account": (
        "[ERROR] Failed to automatically retrieve account IDs for the logged in user.",
        "no_account",
        2,
    ),
    "no workers.dev": (
        "[ERROR] You can either deploy your worker to one or more routes by specifying them in your"
        " wrangler.toml file, or register a workers.dev subdomain here:",
        "no_subdomain",
        1,
    ),
    "too many Workers": (
        api("You have exceeded the limit of 100 Workers on your account.", 10037),
        "quota",
        1,
    ),
    "a quota of another code": (
        api("You have reached the maximum number of namespaces", 10999),
        "quota",
        1,
    ),
    "too fast": (api("Please wait and consider throttling", 971), "rate_limited", 5),
    "a namespace in the way": (
        api("a namespace with this title exists", 10014),
        "namespace_taken",
        1,
    ),
    "no workers.dev, by its API": (
        api("You do not have a workers.dev subdomain", 10007),
        "no_subdomain",
        1,
    ),
    "a Worker that is not there": (
        api("workers.api.error.script_not_found", 10007),
        "no_worker",
        1,
    ),
    "a namespace that is gone": (
        api("KV namespace '01' not found.", 10041),
        "binding_not_found",
        1,
    ),
    "a route of another": (
        "[ERROR] Can't deploy routes that are assigned to another worker.",
        "route_taken",
        1,
    ),
    "a foreign domain": (
        "[ERROR] Could not find zone for `x.example`. Make sure the domain is set up",
        "unknown_zone",
        1,
    ),
    "an upload that is not valid": (
        api("No event handlers were registered", 10021),
        "worker_refused",
        1,
    ),
    "too fast, by its word": (api("workers.api.error.too_many_requests", 10013), "rate_limited", 5),
    "no name server": ("[ERROR] getaddrinfo ENOTFOUND api.cloudflare.com", "not_reached", 3),
    "a CA of one's own": ("[ERROR] self-signed certificate in certificate chain", "not_reached", 3),
    "a full disk": ("[ERROR] ENOSPC: no space left on device, write", "file_failed", 5),
    "an old Node.js": (
        "Wrangler requires at least Node.js v20.0.0. You are using v16.20.0.",
        "old_node",
        5,
    ),
    "offline": ("[ERROR] fetch failed", "not_reached", 3),
    "a name that is not known": (
        "[ERROR] Unable to resolve Cloudflare's API hostname (api.cloudflare.com or "
        "dash.cloudflare.com).",
        "not_reached",
        3,
    ),
    "offline, as the list of namespaces says it": (
        "[ERROR] A request to the Cloudflare API failed.\n\n  \n  If you think this is a bug",
        "not_reached",
        3,
    ),
    "a page of a proxy": (
        "[ERROR] Received a malformed response from the API\n\n  <html>hi</html>",
        "unexpected_answer",
        5,
    ),
    "no such Worker": ('[ERROR] Worker "w" not found.', "no_worker", 1),
    "no such Worker of an environment": (
        '[ERROR] Worker "w-staging" (env: staging) not found.',
        "no_worker",
        1,
    ),
    "anything else": (api("workers.api.error.unknown", 10013), "wrangler_failed", 5),
    "no permission for Workers": (
        api("workers.api.error.unauthorized", 10023),
        "cloudflare_refused",
        4,
    ),
    "no permission, of another code": (
        api("You are not authorized", 10998),
        "cloudflare_refused",
        4,
    ),
    "a token that is none, at the token's own place": (
        api("Invalid API Token", 1000),
        "cloudflare_refused",
        4,
    ),
    "a token that is not to be used here": (
        api("Cannot use the access token from location: 192.0.2.1", 9109),
        "cloudflare_refused",
        4,
    ),
    "a token that has expired": (api("API token has expired", 10998), "cloudflare_refused", 4),
    "no workers.dev, by its code": (
        api("You need a workers.dev subdomain", 10063),
        "no_subdomain",
        1,
    ),
    "no right to Workers": (api("not entitled", 10015), "not_entitled", 1),
    "an e-mail address to be verified": (api("verify your email", 10034), "not_entitled", 1),
    "too large": (api("Your Worker exceeded the size limit of 3 MiB.", 10027), "too_large", 1),
    "too slow a start": (
        api("Script startup exceeded CPU time limit.", 10021),
        "startup_limit",
        1,
    ),
    "too many secrets": (api("too many bindings", 10055), "quota", 1),
    "no KV operations left today": (api("usage limit exceeded", 10048), "quota", 1),
    "objects without SQLite": (
        api("you must create a namespace using a `new_sqlite_classes` migration.", 10097),
        "migration_refused",
        1,
    ),
    "a migration that is there": (
        api("Cannot apply new-class migration", 10074),
        "migration_refused",
        1,
    ),
    "a migration of another history": (
        api("Migration tag precondition failed; current tag is v1", 10079),
        "migration_refused",
        1,
    ),
    "a version that is not deployed": (
        "[ERROR] Secret edit failed. You attempted to modify a secret, but the latest version of "
        "your Worker isn't currently deployed.",
        "version_not_deployed",
        1,
    ),
    "a version that is not deployed, by its code": (api("x", 10215), "version_not_deployed", 1),
    "a name that cannot be": (api("invalid Worker name", 10016), "invalid_name", 2),
    "two at once": (api("multiple attempts to modify", 10035), "conflict", 1),
    "a route in use": (api("duplicate route", 10020), "route_taken", 1),
    "a zone that is not there": (api("zone not found", 10022), "unknown_zone", 1),
    "a namespace that is not there": (api("binding not found", 10056), "binding_not_found", 1),
    "too fast, of another code": (api("Too many requests", 10998), "rate_limited", 5),
    "too fast, of the API": (api("slow", 10429), "rate_limited", 5),
    "maintenance": (api("down for maintenance", 10998), "cloudflare_failed", 5),
    "silence": ("", "wrangler_failed", 5),
}


@pytest.mark.parametrize(("output", "code", "exit_code"), MEANINGS.values(), ids=MEANINGS)
def test_each_failure_is_a_sentence_and_what_to_do(output: str, code: str, exit_code: int) -> None:
    """In words of our own, with a stable code."""
    found = failure(WORDS, output, [TOKEN])

    assert (found.code, found.exit_code) == (code, exit_code)
    assert "\n" not in found.message
    assert not found.message.endswith(".")
    assert found.hint or code == "wrangler_failed"


@pytest.mark.parametrize(
    ("place", "permission"),
    [
        ("/workers/scripts/w", "Workers Scripts: Edit"),
        ("/storage/kv/namespaces", "Workers KV Storage: Edit"),
    ],
)
@pytest.mark.parametrize("code", [10000, 10023])
def test_a_missing_permission_is_named_by_what_was_asked_for(
    place: str, permission: str, code: int
) -> None:
    """The one that this request needs comes first."""
    output = api("Authentication error", code).replace("/workers/scripts/w", place)

    found = failure(WORDS, output, [TOKEN])

    assert found.hint.startswith(f"this request needs the permission `{permission}`; ")


def test_memberships_need_a_permission_of_their_own() -> None:
    """wrangler asks for them where no account is named."""
    output = "[ERROR] A request to the Cloudflare API (/memberships) failed.\n\n  x [code: 10000]"

    assert "`Account Settings: Read`" in failure(WORDS, output, [TOKEN]).hint


@pytest.mark.parametrize("text", ["'" + "a" * 32 + "'", "a" * 31, "A" * 32, "my account", "a-b"])
def test_an_account_id_that_cannot_be_is_refused_before_anybody_is_asked(text: str) -> None:
    """Usage; the variable is named."""
    found = {"CLOUDFLARE_API_TOKEN": TOKEN, "CLOUDFLARE_ACCOUNT_ID": text}

    with pytest.raises(Usage, match=r"^CLOUDFLARE_ACCOUNT_ID is not an account id$"):
        credentials({}, found)


@pytest.mark.parametrize("text", [f"'{TOKEN}'", f"Bearer {TOKEN}", f'"{TOKEN}"'])
def test_an_api_token_with_more_around_it_is_refused(text: str) -> None:
    """Without a piece of it."""
    with pytest.raises(Usage, match=r"^CLOUDFLARE_API_TOKEN ") as caught:
        credentials({"CLOUDFLARE_API_TOKEN": text}, {})

    assert "canary" not in caught.value.message + caught.value.hint


def test_a_line_end_behind_a_credential_is_dropped() -> None:
    """As a file or a CI variable gives it."""
    found = {"CLOUDFLARE_API_TOKEN": f"{TOKEN}\n", "CLOUDFLARE_ACCOUNT_ID": f"{'a' * 32}\r\n"}

    assert credentials(found, {}) == {name: text.strip() for name, text in found.items()}


def test_what_is_unknown_is_shown_without_the_account() -> None:
    """Cloudflare's words help; its advertisement and the account's id do not."""
    found = failure(WORDS, api("The script does not start", 10999), [TOKEN])

    assert found.message == "`wrangler deploy` failed"
    assert "The script does not start [code: 10999]" in found.hint
    assert "a" * 32 not in found.hint
    assert "If you think" not in found.hint


@pytest.mark.parametrize(
    "repeated", [TOKEN, TOKEN[:12], TOKEN[-8:], TOKEN[9:17], f'{{"text": "{TOKEN}"}}']
)
def test_words_that_repeat_a_secret_are_not_shown(repeated: str) -> None:
    """Nor a piece of it: what a server repeats may be cut anywhere."""
    found = failure(WORDS, api(f"cannot take {repeated} here", 10999), [TOKEN])

    assert found.hint == ""
    assert repeated not in found.message


def test_a_secret_with_colours_in_it_is_not_shown() -> None:
    """They are taken out, and would bring its pieces together."""
    coloured = "\x1b[1m".join(TOKEN)
    found = failure(WORDS, api(f"cannot take {coloured} here", 10999), [TOKEN])

    assert found.hint == ""


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxys_password_is_not_shown(name: str) -> None:
    """Node repeats an address that it cannot read; one without a password hides nothing."""
    proxy = "http://user:pass/word@proxy.example:3128"
    hidden = secret_parts({"CLOUDFLARE_API_TOKEN": TOKEN, name: proxy})
    open_ = secret_parts({"CLOUDFLARE_API_TOKEN": TOKEN, name: "http://proxy.example:3128"})
    words = f"[ERROR] Invalid URL, input: {proxy}"

    assert failure(WORDS, words, hidden).hint == ""
    assert "proxy.example" in failure(WORDS, words, open_).hint


def test_words_that_steer_a_terminal_are_spelt() -> None:
    """What a server has wrangler say changes no title, clipboard or line before it."""
    hostile = "no \x1b]0;title\x07 \x1b[2J\rgood \x9b2J"
    found = failure(WORDS, api(hostile, 10999), [TOKEN])

    assert "title" in found.hint
    assert all(line.isprintable() for line in found.hint.split("\n"))


def test_an_end_that_does_not_come_is_no_answer() -> None:
    """The exit code of a server that was not reached."""
    found = too_late(["secret", "bulk"], 120)

    assert found.exit_code == 3
    assert found.message == "`wrangler secret bulk` did not finish within 120 s"
