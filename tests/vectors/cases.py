"""Every vector of px1: what opens, and what a reader refuses and by which code.

Nothing here is random: salts, nonces and keys come from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Final

from vectors.reference import Sealing, Stream, base64url, line, setting

SEED: Final = "positronic px1 vectors"

CORRUPT: Final = "corrupt_record"
UNKNOWN: Final = "unknown_key"

Vector = dict[str, object]
Named = Iterator[tuple[str, Vector]]

KEY_1: Final = Stream(f"{SEED} master key 1").take(32)
KEY_2: Final = Stream(f"{SEED} master key 2").take(32)
KEYS: Final = setting(("key-1", KEY_1))

PEM: Final = (
    "-----BEGIN PRIVATE KEY-----\r\n"
    + "".join(base64url(Stream(f"pem {n}").take(48)) + "\r\n" for n in range(40))
    + "-----END PRIVATE KEY-----\r\n"
).encode()


def base(seed: str, plaintext: bytes = b"correct horse battery staple") -> Sealing:
    stream = Stream(f"{SEED} {seed}")
    return Sealing(
        key_id="key-1",
        master_key=KEY_1,
        project="shop",
        name="API_KEY",
        version=3,
        created_at=1_795_000_000_000,
        updated_at=1_795_000_060_123,
        salt=stream.take(16),
        nonce=stream.take(12),
        plaintext=plaintext,
    )


def opens(comment: str, sealing: Sealing, master_keys: str = KEYS) -> Vector:
    """Salt and nonce stand beside, so that a sealer can be checked too."""
    vector = _vector("opens", comment, sealing, sealing.line, master_keys)
    vector |= {"salt": sealing.salt.hex(), "nonce": sealing.nonce.hex()}
    if len(sealing.plaintext) <= 4096:
        return vector | {"plaintext": sealing.plaintext.hex()}
    return vector | {"plaintextSha256": sha256(sealing.plaintext).hexdigest()}


def refused(
    comment: str,
    sealing: Sealing,
    text: str | None = None,
    *,
    code: str = CORRUPT,
    master_keys: str = KEYS,
    read_as: Vector | None = None,
) -> Vector:
    """`text` stands where the sealing's own would; `read_as` is what the reader is told instead."""
    line = sealing.line if text is None else text
    return _vector(code, comment, sealing, line, master_keys) | (read_as or {})


def _vector(outcome: str, comment: str, sealing: Sealing, text: str, master_keys: str) -> Vector:
    return {
        "outcome": outcome,
        "comment": comment,
        "masterKeys": master_keys,
        "project": sealing.project,
        "name": sealing.name,
        "version": sealing.version,
        "createdAt": sealing.created_at,
        "updatedAt": sealing.updated_at,
        "keyId": sealing.key_id,
        "sealed": text,
    }


def good() -> Named:
    values = {
        "one_byte": ("the shortest value", b"x"),
        "ascii": ("a usual value", b"correct horse battery staple"),
        "emoji": ("four bytes a character", "🔑🔐🗝️".encode()),
        "unicode": ("combining marks are not normalised", "e\u0301 é 漢字 \u202e".encode()),
        "two_final_newlines": ("newlines at the end are kept", b"value\n\n"),
        "only_newline": ("white space is a value", b"\n"),
        "crlf_pem": ("carriage returns are kept", PEM),
        "byte_order_mark": ("a leading BOM is kept", b"\xef\xbb\xbfvalue"),
        "json": ("a document", b'{"type": "service_account", "n": [1, 2, 3]}\n'),
        "looks_like_px1": ("a sealed text is a value too", base("inner").line.encode()),
        "longest": ("65,536 bytes", Stream("longest").take(32_768).hex().encode()),
    }
    for name, (comment, plaintext) in values.items():
        yield name, opens(comment, base(name, plaintext))
    yield "name_of_128", opens("the longest name", replace(base("n"), name="N" * 128))
    yield "project_of_63", opens("the longest project", replace(base("p"), project="p" * 63))
    yield "shortest_names", opens("one character each", replace(base("s"), project="0", name="_"))
    first = replace(base("first"), version=1, updated_at=base("first").created_at)
    yield "first_version", opens("as a create writes it", first)
    late = replace(base("late"), version=2**53 - 1, updated_at=253_402_300_799_999)
    yield "largest_numbers", opens("the largest version and the last date", late)
    longest_id = "aZ09_-" + "k" * 26
    yield (
        "key_id_of_32",
        opens(
            "the longest key id, every kind of character",
            replace(base("key id"), key_id=longest_id),
            setting((longest_id, KEY_1)),
        ),
    )
    yield (
        "newest_of_two_keys",
        opens(
            "sealed under the first entry",
            replace(base("newest"), key_id="key-2", master_key=KEY_2),
            setting(("key-2", KEY_2), ("key-1", KEY_1)),
        ),
    )
    yield (
        "older_of_two_keys",
        opens("a rotation has begun", base("older"), setting(("key-2", KEY_2), ("key-1", KEY_1))),
    )


def bad_shape() -> Named:
    """Not the one spelling of five fields."""
    sealing = base("shape")
    text = sealing.line
    tag, key_id, salt, nonce, sealed = text.split(".")
    texts = {
        "empty": ("no text", ""),
        "only_tag": ("the tag alone", "px1"),
        "only_dots": ("five empty fields", "...."),
        "format_px2": ("another format", f"px2{text[3:]}"),
        "format_px": ("a cut tag", f"px{text[3:]}"),
        "format_upper_case": ("tags have one spelling", f"PX1{text[3:]}"),
        "format_lookalike": ("a Cyrillic er", f"\u0440x1{text[3:]}"),
        "format_full_width_digit": ("a full-width one", f"px\uff11{text[3:]}"),
        "format_missing": ("four fields", text[4:]),
        "key_id_missing": ("four fields", f"{tag}.{salt}.{nonce}.{sealed}"),
        "sealed_missing": ("four fields", f"{tag}.{key_id}.{salt}.{nonce}"),
        "field_extra": ("six fields", f"{text}.{salt}"),
        "field_extra_before": ("six fields", f"px1.{text}"),
        "dot_leading": ("an empty first field", f".{text}"),
        "dot_trailing": ("an empty last field", f"{text}."),
        "dot_double": ("an empty field between", text.replace(".", "..", 1)),
        "dot_lookalike": ("a full-width stop", text.replace(".", "\uff0e", 1)),
        "separator_colon": ("another separator", text.replace(".", ":")),
        "key_id_empty": ("no key id", f"{tag}..{salt}.{nonce}.{sealed}"),
        "salt_empty": ("no salt", f"{tag}.{key_id}..{nonce}.{sealed}"),
        "nonce_empty": ("no nonce", f"{tag}.{key_id}.{salt}..{sealed}"),
        "sealed_empty": ("no ciphertext", f"{tag}.{key_id}.{salt}.{nonce}."),
        "fields_swapped": ("nonce before salt", f"{tag}.{key_id}.{nonce}.{salt}.{sealed}"),
        "space_leading": ("white space is not skipped", f" {text}"),
        "space_trailing": ("white space is not skipped", f"{text} "),
        "newline_trailing": ("white space is not skipped", f"{text}\n"),
        "crlf_trailing": ("white space is not skipped", f"{text}\r\n"),
        "nul_trailing": ("no NUL", f"{text}\0"),
        "bom_leading": ("no byte order mark", f"\ufeff{text}"),
        "newline_in_tag": ("white space is not skipped", f"px1\n{text[3:]}"),
        "newline_in_key_id": ("white space is not skipped", text.replace(key_id, f"{key_id}\n")),
        "doubled": ("the text twice", text + text),
        "two_lines": ("the text twice", f"{text}\n{text}"),
        "plaintext": ("a value that was never sealed", "correct horse battery staple"),
    }
    for name, (comment, changed) in texts.items():
        yield name, refused(comment, sealing, changed)


def bad_base64() -> Named:
    """Not canonical base64url without padding."""
    sealing = base("base64")
    text = sealing.line
    salt, sealed = text.split(".")[2], text.split(".")[4]
    middle = len(text) - len(sealed) // 2
    texts = {
        "padding_salt": ("padding", text.replace(salt, f"{salt}==")),
        "padding_sealed": ("padding", f"{text}{'=' * (-len(sealed) % 4 or 4)}"),
        "padding_too_long": ("more padding than is due", f"{text}=="),
        "unused_bits_salt": ("unused bits set", text.replace(salt, salt[:-1] + _bump(salt[-1]))),
        "unused_bits_sealed": ("unused bits set", text[:-1] + _bump(text[-1])),
        "length_one_more": ("a length that base64 cannot have", f"{text}{'A' * 2}"),
        "newline_inside": ("white space is not skipped", f"{text[:middle]}\n{text[middle:]}"),
        "space_inside": ("white space is not skipped", f"{text[:middle]} {text[middle:]}"),
        "nul_inside": ("no NUL", f"{text[:middle]}\0{text[middle:]}"),
        "stray_character": ("stray characters are not skipped", f"{text[:middle]}!{text[middle:]}"),
        "percent_encoded": ("not percent-encoding", f"{text[:middle]}%41{text[middle + 1 :]}"),
        "lookalike": ("a Cyrillic A", f"{text[:middle]}\u0410{text[middle + 1 :]}"),
        "full_width": ("a full-width A", f"{text[:middle]}\uff21{text[middle + 1 :]}"),
    }
    for name, (comment, changed) in texts.items():
        yield name, refused(comment, sealing, changed)
    # A text that has both characters: in the standard alphabet it stands for the same bytes.
    both = next(item for item in map(base, map(str, range(99))) if {"-", "_"} <= _fields(item))
    head, _, tail = both.line.partition(both.key_id)
    plus = tail.replace("-", "+")
    yield "standard_plus", refused("the other alphabet", both, head + both.key_id + plus)
    slash = tail.replace("_", "/")
    yield "standard_slash", refused("the other alphabet", both, head + both.key_id + slash)


def _fields(sealing: Sealing) -> set[str]:
    return set(base64url(sealing.ciphertext))


def _bump(character: str) -> str:
    """The next spelling of the same bits: only bits that stand for nothing change."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(character) + 1]


def bad_sizes() -> Named:
    """Well encoded, of a size that is not the format's."""
    sealing = base("sizes")
    key_id, salt, nonce, sealed = sealing.key_id, sealing.salt, sealing.nonce, sealing.ciphertext
    for size in (0, 15, 17, 32):
        changed = replace(sealing, salt=Stream("salt").take(size) if size else b"")
        yield f"salt_{size}", refused(f"a salt of {size} bytes, else sound", changed)
    for size in (11, 13, 16):
        changed = replace(sealing, nonce=Stream("nonce").take(size))
        yield f"nonce_{size}", refused(f"a nonce of {size} bytes, else sound", changed)
    for size in (1, 15, 16):
        text = line("px1", key_id, salt, nonce, sealed[:size])
        yield f"sealed_{size}", refused(f"{size} bytes of ciphertext and tag", sealing, text)
    empty = replace(sealing, plaintext=b"")
    yield "value_empty", refused("an authentic seal of nothing", empty)
    long = replace(sealing, plaintext=b"x" * 65_537)
    yield "value_65537", refused("an authentic seal of one byte too many", long)
    yield (
        "text_87501",
        refused("longer than a px1 can be", sealing, sealing.line[:26] + "A" * 87_475),
    )


def bad_key_ids() -> Named:
    sealing = base("key ids")
    ids = {
        "33": "k" * 33,
        "space": "key 1",
        "plus": "key+1",
        "slash": "key/1",
        "equals": "key=",
        "colon": "key:1",
        "nul": "key\0",
        "lookalike": "k\u0435y-1",
        "full_width": "key-\uff11",
        "superscript": "key-\u00b9",
    }
    for name, key_id in ids.items():
        changed = replace(sealing, key_id=key_id)
        yield name, refused("a key id outside the alphabet or length, else sound", changed)


def bad_bits() -> Named:
    """One thing of an authentic text is changed."""
    sealing = base("bits")
    places = {
        "tag_first": -16,
        "tag_last": -1,
        "ciphertext_first": 0,
        "ciphertext_last": -17,
    }
    for name, place in places.items():
        yield name, refused("one bit is flipped", sealing, _with(sealing, sealed=place))
    yield "salt_first", refused("one bit is flipped", sealing, _with(sealing, salt=0))
    yield "salt_last", refused("one bit is flipped", sealing, _with(sealing, salt=-1))
    yield "nonce_first", refused("one bit is flipped", sealing, _with(sealing, nonce=0))
    yield "nonce_last", refused("one bit is flipped", sealing, _with(sealing, nonce=-1))
    sealed = sealing.ciphertext
    changes = {
        "tag_zero": ("a tag of zeros", sealed[:-16] + bytes(16)),
        "tag_cut": ("the tag cut off", sealed[:-16]),
        "cut_one_byte": ("cut by one byte", sealed[:-1]),
        "cut_in_half": ("cut in half", sealed[: len(sealed) // 2]),
        "one_byte_more": ("a zero byte at the end", sealed + b"\0"),
        "tag_in_front": ("tag before ciphertext", sealed[-16:] + sealed[:-16]),
        "ciphertext_doubled": ("the ciphertext twice", sealed + sealed),
    }
    for name, (comment, changed) in changes.items():
        text = line("px1", sealing.key_id, sealing.salt, sealing.nonce, changed)
        yield name, refused(comment, sealing, text)
    other = base("other bits")
    swapped = line("px1", other.key_id, other.salt, sealing.nonce, sealed)
    yield "salt_of_another", refused("the salt of another text", sealing, swapped)
    mixed = line("px1", other.key_id, sealing.salt, other.nonce, sealed)
    yield "nonce_of_another", refused("the nonce of another text", sealing, mixed)


def _with(sealing: Sealing, **flips: int) -> str:
    parts = {"salt": sealing.salt, "nonce": sealing.nonce, "sealed": sealing.ciphertext}
    for part, place in flips.items():
        changed = bytearray(parts[part])
        changed[place] ^= 1
        parts[part] = bytes(changed)
    return line("px1", sealing.key_id, *parts.values())


def moved() -> Named:
    """An authentic text that stands where it was not sealed for."""
    sealing = base("moved")
    made, changed = sealing.created_at, sealing.updated_at
    readings: dict[str, tuple[str, Vector]] = {
        "other_name": ("another secret", {"name": "OTHER"}),
        "name_case": ("names are told apart by case", {"name": "api_key"}),
        "name_longer": ("a name that starts alike", {"name": "API_KEY_"}),
        "other_project": ("another project", {"project": "shop2"}),
        "version_less": ("an older version", {"version": sealing.version - 1}),
        "version_more": ("a newer version", {"version": sealing.version + 1}),
        "created_less": ("created earlier", {"createdAt": made - 1}),
        "created_more": ("created later", {"createdAt": made + 1}),
        "updated_less": ("updated earlier", {"updatedAt": changed - 1}),
        "updated_more": ("updated later", {"updatedAt": changed + 1}),
        "dates_swapped": ("dates swapped", {"createdAt": changed, "updatedAt": made}),
    }
    for name, (comment, read_as) in readings.items():
        yield name, refused(comment, sealing, read_as=read_as)
    border = replace(sealing, project="ab", name="c")
    digits = replace(sealing, version=12, created_at=3_000, updated_at=4_000)
    newer = replace(base("newer"), version=4, updated_at=changed + 1)
    yield from {
        "border": refused("not ab and c", border, read_as={"project": "a", "name": "bc"}),
        "number_border": refused(
            "not 12 and 3000", digits, read_as={"version": 1, "createdAt": 23_000}
        ),
        "rolled_back": refused("an older text under newer metadata", newer, sealing.line),
    }.items()


def unknown_keys() -> Named:
    """The reader does not hold the key, whatever else it holds."""
    sealing = base("keys")
    zeros = line("px1", sealing.key_id, bytes(16), bytes(12), bytes(17))
    cases = {
        "gone": ("the key is gone", sealing.line, ("key-2", KEY_2)),
        "by_case": ("key ids are told apart by case", sealing.line, ("KEY-1", KEY_1)),
        "same_key": ("the right key under another id", sealing.line, ("key-9", KEY_1)),
        "prefix": ("an id that starts alike", sealing.line, ("key-", KEY_1)),
        "longer": ("an id that starts alike", sealing.line, ("key-11", KEY_1)),
        "before_open": ("without its key, nothing is opened", zeros, ("key-2", KEY_2)),
    }
    for name, (comment, text, key) in cases.items():
        yield name, refused(comment, sealing, text, code=UNKNOWN, master_keys=setting(key))


def wrong_keys() -> Named:
    """The reader holds a key of that id, or the ids disagree: corrupt, not unknown."""
    sealing = base("keys")
    renamed = sealing.line.replace("px1.key-1.", "px1.key-2.")
    wrong, other = setting(("key-1", KEY_2)), setting(("key-2", KEY_2))
    both = setting(("key-2", KEY_2), ("key-1", KEY_1))
    twin = setting(("key-2", KEY_1), ("key-1", KEY_1))
    text, as_2 = sealing.line, {"keyId": "key-2"}
    cases: dict[str, tuple[str, str, str, Vector]] = {
        "right_id_wrong_key": ("another key", text, wrong, {}),
        "metadata_names_another": ("text and metadata disagree", text, both, {**as_2}),
        "text_names_another": ("text and metadata disagree", renamed, both, {}),
        "text_names_unknown": ("disagreement comes before the key", renamed, KEYS, {}),
        "both_name_another": ("renamed in both places", renamed, both, {**as_2}),
        "same_key_other_id": ("the key id is authenticated", renamed, twin, {**as_2}),
        "malformed_before_unknown": ("the text comes before the key", f"{text}.", other, {}),
    }
    for name, (comment, changed, master_keys, read_as) in cases.items():
        yield name, refused(comment, sealing, changed, master_keys=master_keys, read_as=read_as)


def bad_values() -> Named:
    """Authentic, and yet not a value: written by something else than this format's sealer."""
    plaintexts = {
        "nul": ("a NUL", b"a\0b"),
        "utf16": ("UTF-16", "value".encode("utf-16")),
        "latin1": ("Latin-1", b"caf\xe9"),
        "surrogate": ("a surrogate in UTF-8", b"\xed\xa0\x80"),
        "overlong": ("an overlong spelling", b"\xc0\xaf"),
        "cut": ("a character cut short", "€".encode()[:2]),
    }
    for name, (comment, plaintext) in plaintexts.items():
        yield name, refused(comment, base(name, plaintext))


GROUPS: Final = {
    "opens": good,
    "shape": bad_shape,
    "base64": bad_base64,
    "size": bad_sizes,
    "key_id": bad_key_ids,
    "bits": bad_bits,
    "moved": moved,
    "unknown_key": unknown_keys,
    "key": wrong_keys,
    "value": bad_values,
}
