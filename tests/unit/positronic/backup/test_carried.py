"""An export has, or leaves out on purpose, every kind of row and every setting that there is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import positronic.ledger
from positronic.adoption import leftovers
from positronic.backup.carried import CODECS, KINDS, LEFT_OUT, SETTINGS
from positronic.ledger.codec import Codec
from positronic.ledger.setting_rows import SETTING
from positronic.rows import Kind


def _modules() -> Iterator[object]:
    yield leftovers
    for found in pkgutil.iter_modules(positronic.ledger.__path__):
        yield importlib.import_module(f"positronic.ledger.{found.name}")


def _kinds() -> set[str]:
    found = [one for module in _modules() for one in vars(module).values()]
    kinds = [one for one in found if isinstance(one, Kind)]
    kinds += [one.kind for one in found if isinstance(one, Codec)]
    return {kind.name for kind in kinds}


def _settings() -> set[str]:
    """The ids of settings: constants beside their codecs."""
    return {
        text
        for module in _modules()
        for name, text in vars(module).items()
        if name.endswith("_ID") and name != "BY_ID" and isinstance(text, str)
    }


def test_every_kind() -> None:
    """Write a new kind into one of the tables of backup/carried.py."""
    assert _kinds() - {SETTING.name} == (set(CODECS) | set(LEFT_OUT)) & _kinds() - {SETTING.name}
    assert not set(CODECS) & set(LEFT_OUT)


def test_every_setting() -> None:
    """Write a new setting into SETTINGS or LEFT_OUT."""
    assert _settings() <= set(SETTINGS) | set(LEFT_OUT)


def test_nothing_else() -> None:
    """The tables name nothing that is gone, and what is read in order is carried."""
    assert set(LEFT_OUT) <= _kinds() | _settings()
    assert {kind.name for kind in KINDS} <= set(CODECS)
