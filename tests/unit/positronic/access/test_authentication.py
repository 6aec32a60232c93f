"""Who may do what, and how little a wrong token learns."""

from __future__ import annotations

import hashlib

import pytest

from positronic.access.authentication import Access, require
from positronic.errors import Forbidden, InvalidName, NotConfigured, Unauthenticated
from positronic.names import Project
from positronic.roles import MAY, Principal, Role

TOKEN = "root-token"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
SHOP = Project("shop")


ACCESS = Access(HASH, SHOP)
ROOT = Principal("root", "root", Role.ROOT, None)


def _refusal(authorization: str | None) -> str:
    with pytest.raises(Unauthenticated) as caught:
        ACCESS.shown(authorization)
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}
    return caught.value.message


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer   {TOKEN}"])
def test_the_root_token_is_let_in(header: str) -> None:
    """The token behind ROOT_TOKEN_SHA256 is root, of any project."""
    assert ACCESS.shown(header) == ROOT


@pytest.mark.parametrize(
    "token",
    ["x", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), HASH, "px_1_secret", "~" * 512, "!#$%"],
)
def test_every_wrong_token_hears_the_same(token: str) -> None:
    """No wrong token learns how it is wrong."""
    assert _refusal(f"Bearer {token}") == "the token is not valid"


@pytest.mark.parametrize(
    "header",
    [
        *[None, "", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer{TOKEN}", "Bearer a b"],
        *[f" Bearer {TOKEN}", f"Bearer {TOKEN} ", f"Bearer\t{TOKEN}", f"Bearer {TOKEN}\n"],
        *[f"Bearer {TOKEN}\0", f"Bearer {TOKEN}\x7f", "Bearer caf\xe9", "Bearer \ud800"],
        *[f"Bearer {'x' * 513}", "Bearer \u212a", f"\uff22earer {TOKEN}"],
    ],
)
def test_every_other_header_hears_what_to_send(header: str | None) -> None:
    """No header, another scheme and odd bytes are told the form, not what was wrong."""
    assert _refusal(header) == "send `Authorization: Bearer <token>`"


@pytest.mark.parametrize(
    "header",
    [
        *[f"Bearer {TOKEN}, Bearer {TOKEN}", f"Bearer x, Bearer {TOKEN}", f"Bearer {TOKEN},x"],
        *[f"Bearer {TOKEN},", f"Bearer ,{TOKEN}"],
    ],
)
def test_two_headers_in_one_are_refused(header: str) -> None:
    """Two headers joined with a comma are nobody, even when one token is right."""
    assert _refusal(header) == "send `Authorization: Bearer <token>`"


@pytest.mark.parametrize(
    "setting", ["", " ", TOKEN, HASH[:-1], f"{HASH}0", HASH.upper(), f"{HASH}\n", "g" * 64]
)
def test_a_setting_that_is_no_hash_lets_nobody_in(setting: str) -> None:
    """Anything but 64 lower-case hexadecimal digits raises NotConfigured and is not shown."""
    with pytest.raises(NotConfigured, match="ROOT_TOKEN_SHA256 is not") as caught:
        Access(setting, SHOP)

    assert TOKEN not in caught.value.message
    assert HASH[:8] not in caught.value.message


def test_the_hash_of_nothing_is_no_way_in() -> None:
    """A header without a token does not match the hash of an empty one."""
    access = Access(hashlib.sha256(b"").hexdigest(), SHOP)
    with pytest.raises(Unauthenticated):
        access.shown("Bearer ")


def test_root_names_the_project() -> None:
    """Root acts on the project it names, else on the host's own."""
    assert ACCESS.project("other") == "other"
    assert ACCESS.project(None) == "shop"


@pytest.mark.parametrize("requested", ["", "Shop", "a/b", "../shop", "shop,other"])
def test_root_cannot_name_what_is_no_project(requested: str) -> None:
    """A malformed project raises InvalidName; an empty one is not the default."""
    with pytest.raises(InvalidName):
        ACCESS.project(requested)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("needed", Role)
def test_a_role_may_do_what_those_in_it_may(role: Role, needed: Role) -> None:
    """Any other raises Forbidden, naming the one that is needed."""
    principal = Principal("1", "ci", role, SHOP)
    if needed in MAY[role]:
        require(principal, needed)
        return

    with pytest.raises(Forbidden, match=f"needs the role {needed.name.lower()}"):
        require(principal, needed)
