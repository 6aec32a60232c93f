"""What people read is plain English: none of the phrases that a colleague would not say aloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from support.command_tree import COMMANDS
from support.source import ROOT, relative

# Compressed or inverted sentences, and words that could mean ten things.
PHRASES: Final = (
    r"anew",
    r"mend(s|ing)?",
    r"(is|are|was|were|be) told (to|of|which|it|them)",
    r"(lies?|lying) (in|at|there|under|below|above|beside|anywhere)",
    r"what lies",
    r"(go|goes|going|gone|went) on (from|with|where|when|until|in)",
    r"it goes on",
    r"who(so|s)?ever",
    r"nobody (sees|knows|asked|gave|filled)",
    r"in no (form|way) that",
    r"that no \w+ (has|gave|ever)",
    r"(?<!there )(is|are|was) no (JSON|text|path|name|number|URL|token|object)",
    r"(?<!there )(is|are|was) no (regular|promise|list|event)",
    r"is no [A-Z]+=",
    r"is none any more",
    r"that (is|are) none",
    r"so many",
    r"begun and not ended",
    r"taken up",
    r"(give|gives|gave) (it|them|no secret|the key|a secret|the text|its text) back",
    r"(bring|brings|brought) (it|them|the \w+|the master key) back",
    r"(one|an event|an id|a test case|a schema) a (line|promise|file)",
    r"a line each",
    r"in (px|the \w+)'s place",
    r"(none|one|attempt|server) of ours",
    r"(stand|stands|stood|standing) (in|beside|there|under|behind|before|at|apart|above|alone)",
    r"as (it|they) stands?",
    r"(strings|names|stdin|environment|wrangler|options|comments|Cloudflare) alone",
    r"(steer|steers) (a|the|your|programs)",
    r"(as|how) far (as )?it (came|has come)",
    r"exclude each other",
    r"(of|in|has) another (form|shape|kind)",
    r"promises of the API",
    r"tells? too",
    r"(has|have|holds?) characters? that",
    r"follows no redirect",
    r"whose (it|they) (is|are)",
)
_PLAIN: Final = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b", re.IGNORECASE)

ROOTS: Final = (
    "README.md",
    "docs",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "cli/px",
    "worker/positronic",
    "demo",
    "examples",
    "scripts",
    "Makefile",
    "wrangler.toml",
    ".env.deploy.example",
    ".env.secrets.example",
    "bench",
)


def phrases(text: str) -> list[str]:
    """Every phrase of the list, also where a line end or a new literal cuts it in two."""
    joined = re.sub(r'"\s*\n\s*f?"', "", text)
    return [found[0] for found in _PLAIN.finditer(re.sub(r"\s*\n\s*(#|//)?\s*", " ", joined))]


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    for kind in ("*.py", "*.mjs", "*.md", "*.json"):
        yield from sorted(root.rglob(kind))


@pytest.mark.parametrize("root", ROOTS)
def test_what_people_read_is_plain(root: str) -> None:
    """Messages, docstrings, comments and documents read like spoken English."""
    found = {relative(path): phrases(path.read_text()) for path in _files(ROOT / root)}

    assert found
    assert {name: here for name, here in found.items() if here} == {}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_plain(path: tuple[str, ...]) -> None:
    """So does --help of each command and option."""
    command = COMMANDS[path]
    options = [getattr(param, "help", None) or "" for param in command.params]

    assert phrases("\n".join([command.help or "", *options])) == []


@pytest.mark.parametrize(
    "text",
    [
        "the Worker is started anew",
        "NAME is no KEY=VALUE",
        "# it goes\n# on where it stopped",
        'say("what is wrong, and how to me"\n    "nd it")',
    ],
)
def test_a_phrase_is_found_wherever_it_is_cut(text: str) -> None:
    """The search sees what a reader sees."""
    assert len(phrases(text)) == 1
