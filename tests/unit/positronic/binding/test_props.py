"""Who reads over a binding, by its props: what they do not say, nobody guesses."""

from __future__ import annotations

import json

import pytest

from positronic.binding.props import Props, WrongProps, read_props
from positronic.names import App, Name, Project

SHOP = {"project": "shop", "as": "checkout"}


@pytest.mark.parametrize(
    ("more", "narrow"),
    [
        ({}, None),
        ({"read": ["A", "B"]}, (Name("A"), Name("B"))),
        ({"read": []}, ()),
    ],
)
def test_what_they_say(more: dict[str, object], narrow: tuple[Name, ...] | None) -> None:
    """Project, app, and what the grant is narrowed to; an empty list is not the same as none."""
    assert read_props(json.dumps(SHOP | more)) == Props(Project("shop"), App("checkout"), narrow)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "no props"),
        ("null", "no props"),
        ("[]", "no props"),
        ('"shop"', "no props"),
        ("not JSON", "no props"),
        ("[" * 200_000, "no props"),
        (json.dumps({"as": "checkout"}), "`project`"),
        (json.dumps(SHOP | {"project": "Shop"}), "`project`"),
        (json.dumps(SHOP | {"project": ["shop"]}), "`project`"),
        (json.dumps({"project": "shop"}), "`as`"),
        (json.dumps(SHOP | {"as": ""}), "`as`"),
        (json.dumps(SHOP | {"as": 1}), "`as`"),
        (json.dumps(SHOP | {"reads": ["A"]}), "may only have"),
        (json.dumps(SHOP | {"read": "A"}), "`read`"),
        (json.dumps(SHOP | {"read": None}), "`read`"),
        (json.dumps(SHOP | {"read": ["A", "no name"]}), "`read`"),
        (json.dumps(SHOP | {"read": ["A", 1]}), "`read`"),
        (json.dumps(SHOP | {"read": ["POSITRONIC_A"]}), "`read`"),
    ],
)
def test_wrong_ones_are_refused(text: str, reason: str) -> None:
    """Each with its reason; a mistyped `read` is not one that narrows nothing."""
    with pytest.raises(WrongProps) as caught:
        read_props(text)

    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("props", "project", "app"),
    [
        ({}, None, None),
        ({"project": "shop"}, "shop", None),
        ({"as": "checkout"}, None, "checkout"),
        (SHOP | {"more": 1}, "shop", "checkout"),
    ],
)
def test_what_is_right_of_wrong_ones(
    props: dict[str, object], project: str | None, app: str | None
) -> None:
    """Is known all the same, for the audit log."""
    with pytest.raises(WrongProps) as caught:
        read_props(json.dumps(props))

    assert (caught.value.project, caught.value.app) == (project, app)
