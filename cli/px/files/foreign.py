"""Recognises files of other tools, and says how to turn them into secrets.

A few cheap patterns, no parser: each with its meaning and what to do. The first match counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from px.errors import Detail, Usage

_TO_PX: Final = "| px secret import -"
_ONE: Final = "`px secret create NAME --from-file FILE`"
_NO_TEXT: Final = "import the dotenv or JSON file it was made from, or unpack it first"


class Kind(NamedTuple):
    """A file of another tool: its name in messages, and the hint."""

    what: str
    hint: str


_YAML: Final = Kind("YAML", f"convert it: yq -o json FILE {_TO_PX}")
_AGE: Final = Kind("encrypted with age", f"decrypt it: age -d FILE {_TO_PX}")
_GPG: Final = Kind("encrypted with PGP", f"decrypt it: gpg -d FILE {_TO_PX}")
_SOPS: Final = Kind("encrypted with SOPS", f"decrypt it: sops -d FILE {_TO_PX}")
_KUBERNETES: Final = Kind(
    "a Kubernetes Secret, whose values are in base64",
    f"kubectl get secret NAME -o json | jq '.data | map_values(@base64d)' {_TO_PX}",
)
_WEB_PAGE: Final = Kind(
    "a web page", "the download is not a file of secrets; it may be a login page"
)

# How the bytes begin.
_BYTES: Final[Sequence[tuple[bytes, Kind]]] = (
    (
        b"\0GITCRYPT\0",
        Kind("encrypted with git-crypt", "run `git-crypt unlock` in the checkout first"),
    ),
    (b"age-encryption.org/", _AGE),
    (b"\x85\x01", _GPG),
    (b"\x85\x02", _GPG),
    (b"\x84^", _GPG),
    (b"\x8c\x0d", _GPG),
    (b"\xc1\xc0", _GPG),
    (b"Salted__", Kind("encrypted with openssl", f"decrypt it: openssl enc -d ... {_TO_PX}")),
    (b"\x03\xd9\xa2\x9a", Kind("a KeePass database", "export the entries as CSV or XML first")),
    (b"SQLite format 3\0", Kind("an SQLite database", _NO_TEXT)),
    (b"\x1f\x8b", Kind("compressed with gzip", f"unpack it: gunzip -c FILE {_TO_PX}")),
    (b"BZh91AY", Kind("compressed with bzip2", f"unpack it: bunzip2 -c FILE {_TO_PX}")),
    (b"\xfd7zXZ\0", Kind("compressed with xz", f"unpack it: xz -dc FILE {_TO_PX}")),
    (b"\x28\xb5\x2f\xfd", Kind("compressed with zstd", f"unpack it: zstd -dc FILE {_TO_PX}")),
    (b"PK\x03\x04", Kind("a ZIP archive or an office document", _NO_TEXT)),
    (b"PK\x05\x06", Kind("a ZIP archive", _NO_TEXT)),
    (b"7z\xbc\xaf", Kind("a 7-Zip archive", _NO_TEXT)),
    (b"Rar!", Kind("a RAR archive", _NO_TEXT)),
    (b"%PDF-", Kind("a PDF document", _NO_TEXT)),
    (b"{\\rtf", Kind("a rich text document", "save it as plain text")),
    (b"\xd0\xcf\x11\xe0", Kind("an office document", "save it as plain text")),
    (b"\x89PNG", Kind("a picture", _NO_TEXT)),
    (b"\xff\xd8\xff", Kind("a picture", _NO_TEXT)),
    (b"GIF89a", Kind("a picture", _NO_TEXT)),
    (b"\x7fELF", Kind("a program", _NO_TEXT)),
    (b"MZ\x90\0", Kind("a program", _NO_TEXT)),
    (b"\xfe\xed\xfe\xed", Kind("a Java key store", f"to store it, encode it: base64, then {_ONE}")),
    (b"\x30\x82", Kind("a key or certificate in DER form", f"convert it to PEM; then {_ONE}")),
    (b"bplist00", Kind("a binary property list", "plutil -convert json -o - FILE")),
)

# How the text begins, after comments and empty lines.
_STARTS: Final[Sequence[tuple[re.Pattern[str], Kind]]] = tuple(
    (re.compile(mark, re.IGNORECASE | re.MULTILINE), kind)
    for mark, kind in (
        (
            r"\$ANSIBLE_VAULT;",
            Kind("encrypted with Ansible Vault", f"decrypt it: ansible-vault view FILE {_TO_PX}"),
        ),
        (r"-----BEGIN AGE ENCRYPTED FILE-----", _AGE),
        (r"-----BEGIN PGP MESSAGE-----", _GPG),
        (
            r"(-----BEGIN |---- BEGIN |Bag Attributes$|PuTTY-User-Key-File)",
            Kind("one key or certificate, not a list of secrets", f"store it as one value: {_ONE}"),
        ),
        (
            r"(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+) AAAA",
            Kind("an SSH key", f"store it as one value: {_ONE}"),
        ),
        (
            r"version https://git-lfs\.github\.com/spec/",
            Kind("a Git LFS pointer, not the file itself", "run `git lfs pull` first"),
        ),
        (r"<!doctype html|<html|<head|<body|<script", _WEB_PAGE),
        (r"<\?xml|<[a-z][\w:.-]*[ />]", Kind("XML", "px reads NAME=value or one JSON object")),
        (r"HTTP/[\d.]+ \d{3}", _WEB_PAGE),
        (
            r"U2FsdGVkX1",  # Salted__ in base64
            Kind("encrypted with openssl", f"decrypt it: openssl enc -d -a ... {_TO_PX}"),
        ),
        (
            r"[\w+/]+={0,2}--[\w+/]+={0,2}--[\w+/]+={0,2}$",
            Kind("encrypted by Rails", "rails credentials:show prints it"),
        ),
        (r"%YAML|---\s*$|- [\w\"'{]|[\w.-]+:(\s|$)", _YAML),
    )
)

# At the beginning of any line.
_LINES: Final[Sequence[tuple[re.Pattern[str], Kind]]] = tuple(
    (re.compile(mark, re.MULTILINE), kind)
    for mark, kind in (
        (r"^sops_(version|mac|lastmodified)=|^[^#\n]*\bENC\[AES256_GCM,\s*data:", _SOPS),
        (
            r"^(export\s+)?DOTENV_PUBLIC_KEY\w*\s*=|^[^#\n=]*=\s*[\"']?encrypted:[\w+/=]{20}",
            Kind(
                "encrypted with dotenvx", f"decrypt it: dotenvx decrypt --stdout -f FILE {_TO_PX}"
            ),
        ),
        (
            r"^DOTENV_VAULT(_\w+)?\s*=\s*[\"']?[\w+/=]{20}",
            Kind("encrypted with dotenv-vault", "decrypt it with dotenv-vault first"),
        ),
    )
)
_YAML_KINDS: Final[Sequence[tuple[re.Pattern[str], Kind]]] = (
    (re.compile(r"ENC\[AES256_GCM|^sops:", re.MULTILINE), _SOPS),
    (
        re.compile(r"^kind:\s*[\"']?SealedSecret", re.MULTILINE),
        Kind(
            "a Kubernetes SealedSecret, which only its cluster can open",
            f"kubectl get secret NAME -o json | jq '.data | map_values(@base64d)' {_TO_PX}",
        ),
    ),
    (re.compile(r"^kind:\s*[\"']?Secret\b", re.MULTILINE), _KUBERNETES),
    (
        re.compile(r"^services:", re.MULTILINE),
        Kind("a compose file (YAML)", "import the env_file that it refers to"),
    ),
    (
        re.compile(r"!vault\b|\$ANSIBLE_VAULT;"),
        Kind("YAML with values encrypted by Ansible Vault", "decrypt them, then convert to JSON"),
    ),
)

# The keys for name and value in an array's objects.
_PAIRS: Final = (
    ("key", "value"),
    ("name", "value"),
    ("Name", "Value"),
    ("secretKey", "secretValue"),
    ("id", "value"),
)
# Keys that a JSON object has together.
_OBJECTS: Final[Sequence[tuple[frozenset[str], Kind]]] = tuple(
    (frozenset(keys.split()), kind)
    for keys, kind in (
        ("sops", _SOPS),
        ("apiVersion kind", _KUBERNETES),
        (
            "ARN SecretString",
            Kind(
                "output of AWS Secrets Manager",
                "aws secretsmanager get-secret-value --secret-id ID --query SecretString "
                f"--output text {_TO_PX}",
            ),
        ),
        (
            "Parameters",
            Kind(
                "output of AWS Systems Manager",
                f"jq '.Parameters | map({{(.Name): .Value}}) | add' FILE {_TO_PX}",
            ),
        ),
        (
            "lease_id data",
            Kind("output of Vault", f"vault kv get -format=json PATH | jq .data.data {_TO_PX}"),
        ),
        (
            "encrypted items",
            Kind(
                "a Bitwarden export",
                "jq '.items | map({(.name): .login.password}) | add' FILE, if it is not "
                f"encrypted {_TO_PX}",
            ),
        ),
        ("fields vault", Kind("a 1Password item", f"op inject -i TEMPLATE {_TO_PX}")),
        (
            "attributes id value",
            Kind("output of Azure Key Vault", "only its value: jq -r .value FILE"),
        ),
        (
            "type private_key client_email",
            Kind("a service account's key, one secret", f"store it as one value: {_ONE}"),
        ),
        ("kty", Kind("a key (JWK), one secret", f"store it as one value: {_ONE}")),
        (
            "terraform_version serial",
            Kind(
                "a Terraform state file",
                f"terraform output -json | jq 'map_values(.value)' {_TO_PX}",
            ),
        ),
        (
            "values _postman_variable_scope",
            Kind(
                "a Postman environment",
                f"jq '.values | map({{(.key): .value}}) | add' FILE {_TO_PX}",
            ),
        ),
        (
            "secrets",
            Kind(
                "an object around the secrets",
                f"px reads the flat object: jq .secrets FILE {_TO_PX}",
            ),
        ),
    )
)
_INNER: Final = ("value", "computed", "raw", "plain")  # the key for the value in a nested entry


def refuse_bytes(data: bytes, what: str) -> None:
    """Raises Usage for a binary file, with what it is."""
    for mark, kind in _BYTES:
        if data.startswith(mark):
            raise _refusal(what, kind)
    if data[257:262] == b"ustar":
        raise _refusal(what, Kind("a tar archive", _NO_TEXT))


def refuse_text(text: str, what: str) -> None:
    """Raises Usage for another tool's text file, with the line that shows it."""
    for mark, kind in _LINES:
        if found := mark.search(text):
            raise _refusal(what, kind, _line(text, found.start()))
    start = _first_line(text)
    for mark, kind in _STARTS:
        if mark.match(text, start):
            raise _refusal(what, _which_yaml(text) if kind is _YAML else kind, _line(text, start))


def refuse_json(found: object, what: str) -> None:
    """Raises Usage for another tool's JSON; the JSON reader handles everything else."""
    if isinstance(found, list):
        raise _refusal(what, _array(found))
    if not isinstance(found, dict):
        return
    for keys, kind in _OBJECTS:
        if keys <= found.keys() and (len(keys) > 1 or not _is_text(found, keys)):
            raise _refusal(what, kind)
    entries = list(found.values())
    if entries and all(isinstance(entry, dict) for entry in entries):
        for inner in _INNER:
            if all(inner in entry for entry in entries):
                hint = f"jq 'map_values(.{inner})' FILE {_TO_PX}"
                raise _refusal(what, Kind("JSON with an object for each secret", hint))


def _is_text(found: Mapping[str, object], keys: frozenset[str]) -> bool:
    """A single key with a string may be a secret's name; `kty` never is."""
    return all(isinstance(found[key], str) for key in keys) and keys != {"kty"}


def _array(found: Sequence[object]) -> Kind:
    what = "a JSON array, but px reads one object"
    for key, value in _PAIRS:
        if found and all(isinstance(one, dict) and {key, value} <= one.keys() for one in found):
            return Kind(what, f"jq 'map({{(.{key}): .{value}}}) | add' FILE {_TO_PX}")
    if found and all(isinstance(one, dict) for one in found):
        return Kind(what, f"if each holds secrets: jq add FILE {_TO_PX}")
    return Kind(what, 'px reads {"NAME": "value"} with string values only')


def _which_yaml(text: str) -> Kind:
    return next((kind for mark, kind in _YAML_KINDS if mark.search(text)), _YAML)


def _first_line(text: str) -> int:
    """The start of the first line that is neither empty nor a comment."""
    found = re.match(r"\ufeff?(\s*(#[^\n]*)?\n)*[ \t]*", text)
    return found.end() if found else 0


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _refusal(what: str, kind: Kind, line: int | None = None) -> Usage:
    details = [] if line is None else [Detail("foreign_file", f"is {kind.what}", line=line)]
    sentence = f"{what} is {kind.what}; nothing was sent"
    return Usage(sentence, code="invalid_file", hint=kind.hint, details=details)
