"""Lines that are not NAME=value, and what they are instead: the first match counts."""

from __future__ import annotations

import re
from typing import Final

from px.files.doubtful import UNSEEN

_USE: Final = "write NAME=value"

_ROWS: Final = tuple(
    (re.compile(mark, re.IGNORECASE), words)
    for mark, words in (
        (r"(<{7}|={7}|>{7}|\|{7})(\s|$)", "is a merge conflict marker: resolve the conflict first"),
        (r"\[[^\]=]*\]\s*([#;].*)?$", f"is an INI or TOML section: {_USE}"),
        (r"\$\{?env:", f"is PowerShell: {_USE}"),
        (r"set[ \t]+-[a-zA-Z]+[ \t]+[A-Za-z_]\w*[ \t]+\S", f"is fish: {_USE}"),
        (r"set[ \t]+([-+]|--)\w", f"is a shell command, which px does not run: {_USE}"),
        (r"(setx?|@?set\s+/\w)\s", f"is Windows command line syntax: {_USE}"),
        (r"(setenv)\s", f"is csh: {_USE}"),
        (
            r"(declare|typeset|readonly|local|unset|source|eval|if|then|fi|else|for|done|case|echo)\b",
            f"is a shell command, which px does not run: {_USE}",
        ),
        (r"\.\s+\S", f"is a shell command, which px does not run: {_USE}"),
        (r"export\s+[A-Za-z_]\w*\s*$", "exports a variable without a value: write NAME=value"),
        (r"(ENV|ARG)\s+\w+", f"is Dockerfile syntax: {_USE}"),
        (r"(-e|--env)\s", f"is a docker option: {_USE}"),
        (r"\w+\s*(\?=|:=|\+=|::=)", f"is makefile syntax: {_USE}"),
        (r"(const|let|var|module\.exports|export\s+(default|const))\b", f"is JavaScript: {_USE}"),
        (r"\"[^\"]*\"\s*:", "is JSON: the whole file must be one JSON object"),
        (r"[{}\]]", "is JSON: the whole file must be one JSON object"),
        (
            r"(source_(env|up)\w*|dotenv(_if_exists)?|PATH_add|path_add|layout|watch_file|use)(\s|$)",
            f"is direnv syntax: {_USE}",
        ),
        (r"\w+<<", "begins a here-document: write NAME=value, in quotes if it has several lines"),
        (
            rf"[{UNSEEN}]",
            "begins with an invisible character, such as a byte-order mark: remove it",
        ),
        (r"(//|;|/\*|\*/|--\s|REM\s|::)", "is another kind of comment: begin comments with #"),
        (r"```", "is Markdown: remove it"),
        (r"<", "is HTML or XML: write NAME=value"),
        (
            r"(-----(BEGIN|END) |[\w+/]{20,}={0,2}$)",
            "looks like part of a key or certificate: put the whole value in quotes",
        ),
        (r"[\w.-]+:(\s|$)", "is YAML: write NAME=value"),
        (r"(null|true|false|undefined|none|nil)\s*$", "is not a secret: a program found nothing"),
        (r"[^=]*=\s*(\"\"\"|''')", "has triple quotes: single ones are enough for several lines"),
        (r"[^=,]+,[^=]*$", "has no `=`, and looks like CSV: write NAME=value"),
    )
)


def explain(line: str, otherwise: str) -> str:
    """What the line is, as a sentence without a subject that shows none of the line."""
    line = line.lstrip()
    return next((words for mark, words in _ROWS if mark.match(line)), otherwise)
