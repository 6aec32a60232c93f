"""docs/settings.md has every variable that the code reads, and none that nothing reads."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from support.source import CLI, ROOT, WORKER, modules

SETTINGS: Final = (ROOT / "docs" / "settings.md").read_text()
NAMED: Final = set(re.findall(r"`(_?[A-Z][A-Z0-9_]*)`", SETTINGS))
READERS: Final = [*modules(CLI), *modules(WORKER), *modules(ROOT / "scripts")]

# Variables that are one plain word: most such texts in the code are something else.
_ONE_WORD: Final = frozenset(
    {*("HOME", "LANG", "PATH", "TERM", "TMPDIR", "TZ", "COLUMNS", "PROJECT"), "TARGETS"}
)
_SEVERAL_WORDS: Final = re.compile(r"_?[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")

# What only looks like a variable.
NO_VARIABLE: Final = frozenset(
    {
        *("EAI_AGAIN", "ERR_INVALID_URL", "ERR_SOCKET_TIMEOUT", "FETCH_ERROR"),  # npm's codes
        *("POSITRONIC_SPEC", "POSITRONIC_", "POSITRONIC_AUDIT_KEY"),  # names of secrets
        "WHOLE_ONLY_BELOW",  # of __all__
    }
)
# Other programs' variables: px only names them, in a hint or among those that it takes away.
NOT_READ: Final = frozenset(
    {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "VIRTUAL_ENV", "NODE_ENV", "SOURCE_DATE_EPOCH"}
)


def is_variable(text: object) -> bool:
    return isinstance(text, str) and bool(text in _ONE_WORD or _SEVERAL_WORDS.fullmatch(text))


def set_here(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands for a variable that the code itself gives to another program."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield node.slice


def is_env(node: ast.expr) -> bool:
    """`env`, or an attribute of that name."""
    return "env" in (getattr(node, "id", None), getattr(node, "attr", None))


def variables(path: Path) -> set[str]:
    """Every text of the module that is a variable's name, and every attribute of `env`."""
    tree = ast.parse(path.read_text())
    given = {id(node) for node in set_here(tree)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and is_variable(node.value) and id(node) not in given:
            found.add(str(node.value))
        elif isinstance(node, ast.Attribute) and is_env(node.value):
            found.add(node.attr)
    return found - NO_VARIABLE - NOT_READ


@cache
def read_by_code() -> set[str]:
    return {name for path in READERS for name in variables(path)}


def in_examples() -> set[str]:
    texts = [(ROOT / name).read_text() for name in (".env.deploy.example", ".env.secrets.example")]
    return {name for text in texts for name in re.findall(r"^(\w+)=", text, re.MULTILINE)}


def in_wrangler_toml() -> set[str]:
    fields = tomllib.loads((ROOT / "wrangler.toml").read_text())
    return {
        *fields["vars"],
        *fields["secrets"]["required"],
        *(one["binding"] for one in fields["kv_namespaces"]),
        *(one["name"] for one in fields["durable_objects"]["bindings"]),
    }


def test_every_variable_that_the_code_reads_is_documented() -> None:
    """px's, the set-up's and the Worker's."""
    assert {"PX_URL", "SSL_CERT_FILE", "MASTER_KEYS", "BRAIN_RUN"} <= read_by_code()
    assert read_by_code() - NAMED == set()


def test_every_name_of_a_file_is_documented() -> None:
    """Those of the two examples and of wrangler.toml."""
    assert (in_examples() | in_wrangler_toml()) - NAMED == set()


def test_nothing_is_documented_that_is_not_there() -> None:
    """Each variable that has a row is read by the code, or is in one of the files."""
    rows = re.findall(r"^\| (`[A-Z][^|]*`) \|", SETTINGS, re.MULTILINE)
    with_a_row = {name.upper() for row in rows for name in re.findall(r"`(\w+)`", row)}

    known = {name.upper() for name in read_by_code() | in_examples() | in_wrangler_toml()}
    read_elsewhere = {"COLUMNS", "PIP_CERT", "PIP_TRUSTED_HOST", "NODE_EXTRA_CA_CERTS"}
    assert with_a_row - known - read_elsewhere == set()


def test_a_variable_without_a_place_there_is_found(tmp_path: Path) -> None:
    """However it is read; what px sets for another program is not."""
    path = tmp_path / "module.py"
    path.write_text(
        'A = environ.get("SOME_NEW")\nB = "OTHER_NEW"\nC = self.env.THIRD_NEW\n'
        'D = getattr(env, "FOURTH_NEW", "")\nE = {"GIVEN_AWAY": "1"}\nF["GIVEN_TOO"] = "1"\n'
    )

    assert variables(path) == {"SOME_NEW", "OTHER_NEW", "THIRD_NEW", "FOURTH_NEW"}
