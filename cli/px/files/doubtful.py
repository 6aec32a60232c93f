"""Values that are probably a mistake: refused, or accepted with a warning.

A value that is refused only without quotes can be stored in 'single quotes'; one that is also
refused in quotes refers to a secret elsewhere, and `px secret create` still accepts it.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTE_IT: Final = "put it in 'single quotes' to keep it"
_FILL: Final = "looks like a placeholder that was not filled in"

_CURLY: Final = "\u2018-\u201f\u00ab\u00bb\u2039\u203a\uff02\uff07"
UNSEEN: Final = "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u180e"
_MANAGERS: Final = (
    r"vault|bws|doppler|infisical|keeper|pass|gopass|awssm|azkv|akvs?|gcpsm|sm|gcp-secret|"
    r"secretmanager|aws-sm|keyvault|keychain|berglas"
)
_TEMPLATE: Final = r"\{\{.*\}\}|<%=.*%>|\$\{(var|local)\..*\}|#\{.*\}#?"
_REFERENCE: Final = "is a reference to a secret, not the secret: import the secret itself"

# Refused with or without quotes: ciphertext, and references to a secret stored elsewhere.
_ELSEWHERE: Final = tuple(
    (re.compile(mark, re.DOTALL), words)
    for mark, words in (
        (r"ENC\[[A-Z0-9_]+,", "is encrypted (SOPS or eyaml): decrypt the file first"),
        (r"ENC\([A-Za-z0-9+/=]{8,}\)$", "is encrypted (Jasypt): decrypt it first"),
        (r"encrypted:[A-Za-z0-9+/=]{20}", "is encrypted (dotenvx): decrypt the file first"),
        (r"\{cipher\}", "is encrypted (Spring Cloud): decrypt it first"),
        (r"\$ANSIBLE_VAULT;", "is encrypted (Ansible Vault): decrypt it first"),
        (r"op://\S", "is a 1Password reference: op inject -i FILE | px secret import -"),
        (rf"(ref\+\w+|{_MANAGERS})://\S|vault:secret/\S", _REFERENCE),
        (r"@Microsoft\.KeyVault\(|\{\{resolve:", _REFERENCE),
        (r"\$\{\{.*\}\}$", "is a GitHub Actions expression that was not replaced"),
        (rf"({_TEMPLATE})$", "is a template that was not filled in"),
    )
)

# Refused only without quotes: what a shell would read differently, and invisible characters.
_UNQUOTED: Final = tuple(
    (re.compile(mark, re.DOTALL), f"{words}, or {_QUOTE_IT}")
    for mark, words in (
        (r"\$'.*'$", "is shell syntax ($'...') that px does not read: write \"...\""),
        (r"\$\".*\"$", 'is shell syntax ($"...") that px does not read: write "..."'),
        (r"(\$\(.*\)|`.*`|<\(.*\))$", "is a command, which px does not run: write its output"),
        (r"<<-?\s*['\"]?\w+", "begins a here-document, which px does not read: use quotes"),
        (
            r"[^\s\"']*\s+(export\s+)?[A-Z_][A-Z0-9_]*=[^=\s]",
            "contains a second NAME=: write each on its own line",
        ),
        (
            r".*(;|&&|\|\|)\s*(export|set|source|\.)\s|.*\s(&&|\|\|)\s"
            r"|[^\s;=\"'/]*;\s*[A-Z_][A-Z0-9_]*=",
            "contains a second command: write one NAME=value per line",
        ),
        (rf"[{_CURLY}]|.*[{_CURLY}]$", "begins or ends with a curly quote: use straight quotes"),
        (
            rf".*[{UNSEEN}]|[\u200c\u200d]|.*[\u200c\u200d]$",
            "contains an invisible character, such as a zero-width space: remove it",
        ),
        (r".*[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "contains a control character: remove it"),
    )
)

_FILLER: Final = r"(your|my|the|an?|some|insert|put|enter|add|replace)[-_ ]"
_THING: Final = r"(key|token|secret|password|passwd|value|id|url|name|here|this|string)"
_LONGEST_PLACEHOLDER: Final = 80  # characters; longer values are not checked

# Accepted with a warning: short placeholders for a value.
_PLACEHOLDERS: Final = tuple(
    (re.compile(mark, re.IGNORECASE), words)
    for mark, words in (
        (r"(change|replace|fill|insert|put|enter|add|set)[-_ ]?(me|this|here|it|in)\b", _FILL),
        (rf"{_FILLER}(.*[-_ ])?{_THING}([-_ ]?here)?$", _FILL),
        (r"<[^<>]*>$|\[[A-Z_ -]+\]$|%[A-Z_]+%$|__\w+__$", _FILL),
        (r"[A-Z]{0,8}[-_]?[x._\u2026-]{3,}$", _FILL),
        (r"(todo|tbd|fixme|placeholder|dummy|example|sample|secret|password|passwd)$", _FILL),
        (r"(test|foo|bar|none|null|nil|undefined|n/a|nan|empty)$", _FILL),
        (
            r"\S{0,8}[*\u2022\u25cf]{3,}\S{0,8}$|[\[(<]?(redacted|masked|hidden|sensitive value)",
            "looks masked: a tool has hidden the value itself",
        ),
        (r"\$\{?[A-Z_][A-Z0-9_]*\}?$", "refers to another variable, which px does not replace"),
    )
)
# Accepted with a warning, whatever their length.
_ODD: Final = tuple(
    (re.compile(mark, re.DOTALL | re.IGNORECASE), words)
    for mark, words in (
        (r"(\$\(.*\)|`.*`)$", "is a command, which px does not run"),
        (r".*\$\{[A-Z_][A-Z0-9_]*\}", "refers to another variable, which px does not replace"),
        (r"\\[\"'].*\\[\"']$", "has escaped quotes around it, which are kept"),
        (r".*\\$", "ends with a backslash, which is kept: px does not join lines"),
        (r"version https://git-lfs\.github\.com/", "is a Git LFS pointer, not the file itself"),
        (r"\s*<(!doctype|html|head|body|script)\b", "is a web page, perhaps a login page"),
        (r"-----BEGIN (PGP MESSAGE|AGE ENCRYPTED FILE)-----", "is encrypted"),
        (r"arn:aws[\w-]*:secretsmanager:|projects/[^/\s]+/secrets/[^/\s]+", _REFERENCE),
        (r"(vault:v\d+:|AQICAH)", "is encrypted (Vault or AWS KMS)"),
        (rf"[{_CURLY}].*[{_CURLY}]$", "is in curly quotes, which are kept"),
        (
            rf"[{UNSEEN}\u00a0\u3000]|.*[{UNSEEN}\u00a0\u3000]$",
            "begins or ends with an invisible character, which is kept",
        ),
    )
)


def refused(value: str, *, quoted: bool) -> str:
    """Why the value is refused, as a sentence without a subject; empty if it is not."""
    rows = _ELSEWHERE if quoted else (*_ELSEWHERE, *_UNQUOTED)
    return next((words for mark, words in rows if mark.match(value)), "")


def odd(value: str) -> str:
    """The warning about a value; empty if there is none."""
    rows = (*_PLACEHOLDERS, *_ODD) if len(value) <= _LONGEST_PLACEHOLDER else _ODD
    return next((words for mark, words in rows if mark.match(value)), "")


def one_value(value: str) -> str:
    """The warning about a value that was given alone, which is never refused."""
    return refused(value, quoted=True) or odd(value)
