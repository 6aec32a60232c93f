"""What careless code makes of a value: the text that it shows, and what must not be left of it."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import pprint
import random
import shlex
import string
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus, urlencode, urlsplit
from xml.sax.saxutils import escape as escape_xml
from xml.sax.saxutils import quoteattr

_RANDOM: Final = random.Random(11)
_LETTERS: Final = string.ascii_letters + string.digits


def _made_up(size: int, letters: str = _LETTERS) -> str:
    return "".join(_RANDOM.choices(letters, k=size))


def _pem() -> str:
    body = base64.b64encode(_RANDOM.randbytes(250)).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])


API: Final = f"sk-{_made_up(31)}"
SHORT: Final = f"pk_{_made_up(17)}"
PEM: Final = _pem()
FIELDS: Final = {
    "type": "service_account",
    "project_id": "shop-analytics",
    "private_key": _pem() + "\n",
    "client_email": "robot@shop-analytics.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
    "universe_domain": "googleapis.com",
}
ACCOUNT: Final = json.dumps(FIELDS, indent=2)
LOGIN: Final = json.dumps({"host": "db.example.com", "user": "app", "password": "tr0ub4dor&3"})
PASSWORD: Final = "Zx7/kQ@v9m"
DATABASE: Final = (
    f"postgres://app:{quote(PASSWORD, safe='')}@db.example.com:5432/shop?sslmode=require"
)
HOOK: Final = f"https://hooks.example.com/services/T{_made_up(8)}/B{_made_up(8)}/{_made_up(24)}"
CARD: Final = "4929123456781234"
PHRASE: Final = 'it\'s a "battery" <horse> & staple'
JWT: Final = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256"}', b'{"sub":"1234567890","name":"x"}', _RANDOM.randbytes(32))
)
AZURE: Final = (
    "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey="
    f"{base64.b64encode(_RANDOM.randbytes(48)).decode()};EndpointSuffix=core.windows.net"
)
DOTENV: Final = f"DEBUG=true\nAPI_KEY='{_made_up(24)}'\nexport DB_PASSWORD=\"c0rrect-h0rse\"\n"

VALUES: Final = {
    "API": API,
    "SHORT": SHORT,
    "PEM": PEM,
    "ACCOUNT": ACCOUNT,
    "LOGIN": LOGIN,
    "DATABASE": DATABASE,
    "HOOK": HOOK,
    "CARD": CARD,
    "PHRASE": PHRASE,
    "JWT": JWT,
    "AZURE": AZURE,
    "DOTENV": DOTENV,
    "LINE": f"{_made_up(34)}\n",
    "SHORT_LINE": "hunter22\n",
    "CRLF": f"{_made_up(20)}\r\n",
    "QUOTED": f'"{_made_up(12)}"',
    "BOM": f"\ufeff{_made_up(20)}",
    "ACCOUNT_IN_BASE64": base64.b64encode(
        json.dumps({**FIELDS, "private_key": _pem()}).encode()
    ).decode(),
}


@dataclass(frozen=True)
class Form:
    """`gone`: what may not be left; the text itself where it says nothing."""

    text: str
    gone: tuple[str, ...] = field(default=())


def _lines_of(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if len(line) > 20 and "-----" not in line)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _hex(text: str, between: str) -> str:
    return text.encode().hex(between) if between else text.encode().hex()


def _csv(*cells: str) -> str:
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue()


@dataclass
class Settings:
    key: str


def _chunks(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


DER: Final = base64.b64decode("".join(_lines_of(PEM)))
KEY_LINES: Final = _lines_of(FIELDS["private_key"])
PARTS: Final = tuple(_chunks(API, 12)[:2])
_login: Final = json.loads(LOGIN)
_url: Final = urlsplit(HOOK)

FORMS: Final[dict[str, Form]] = {
    # Of a file or a paste.
    "a final line end is stripped": Form(VALUES["LINE"].strip()),
    "a final line end is stripped, short": Form(f"key {VALUES['SHORT_LINE'].strip()}"),
    "a final CRLF is stripped": Form(VALUES["CRLF"].strip()),
    "quotes are taken off": Form(VALUES["QUOTED"].strip('"')),
    "a BOM is taken off": Form(VALUES["BOM"].strip("\ufeff")),
    # JSON and settings.
    "a service account's private key": Form(FIELDS["private_key"], KEY_LINES),
    "a field of one-line JSON": Form("tr0ub4dor&3"),
    "a field in a message": Form('auth failed for "app" with "tr0ub4dor&3"', ("tr0ub4dor&3",)),
    "str of the dict": Form(str(FIELDS), KEY_LINES),
    "str of the short dict": Form(str(_login), ("tr0ub4dor",)),
    "JSON again, compact": Form(json.dumps(FIELDS, separators=(",", ":")), KEY_LINES),
    "JSON again, sorted": Form(json.dumps(_login, sort_keys=True), ("tr0ub4dor",)),
    "pprint": Form(pprint.pformat(FIELDS), tuple(line[:30] for line in KEY_LINES)),
    "yaml block": Form("private_key: |\n" + textwrap.indent(FIELDS["private_key"], "  "), KEY_LINES),
    "an Azure connection string's key": Form(f"key={AZURE.split(';')[2].partition('=')[2]}"),
    "a line of .env": Form(DOTENV.splitlines()[1].partition("'")[2].strip("'")),
    "a password of .env": Form("login with c0rrect-h0rse", ("c0rrect-h0rse",)),
    "an account's key out of base64": Form(
        json.loads(base64.b64decode(VALUES["ACCOUNT_IN_BASE64"]))["private_key"],
        _lines_of(json.loads(base64.b64decode(VALUES["ACCOUNT_IN_BASE64"]))["private_key"]),
    ),
    # URLs.
    "netloc": Form(urlsplit(DATABASE).netloc),
    "without the query": Form(DATABASE.partition("?")[0]),
    "the password, quoted": Form(quote(PASSWORD, safe="")),
    "the password, read": Form(f"password authentication failed: {PASSWORD}", (PASSWORD,)),
    "a DSN": Form(f"host=db user=app password={PASSWORD} dbname=shop", (PASSWORD,)),
    "SQLAlchemy's URL": Form(f"postgresql+psycopg://app:{quote_plus(PASSWORD)}@db/shop", (quote_plus(PASSWORD),)),
    "a driver's dict": Form(str({"user": "app", "password": PASSWORD}), (PASSWORD,)),
    "a webhook's path": Form(_url.path),
    "urllib3's words": Form(
        f"HTTPSConnectionPool(host='{_url.netloc}', port=443): Max retries exceeded with url: {_url.path}",
        (_url.path, HOOK[-20:]),
    ),
    "the last segment": Form(HOOK.rpartition("/")[2]),
    "a redirect": Form("?next=" + quote(HOOK, safe=""), (quote(HOOK, safe=""), HOOK[-20:])),
    # PEM.
    "lines in a list, as text": Form(str(PEM.splitlines()), _lines_of(PEM)),
    "numbered": Form("\n".join(f"{n:3}  {line}" for n, line in enumerate(PEM.splitlines(), 1)), _lines_of(PEM)),
    "quoted in a mail": Form(textwrap.indent(PEM, "> "), _lines_of(PEM)),
    "in a diff": Form(textwrap.indent(PEM, "+ "), _lines_of(PEM)),
    "in a diff, close": Form(textwrap.indent(PEM, "+"), _lines_of(PEM)),
    "logged line by line": Form(
        "\n".join(f"2026-11-26 11:00:0{n} INFO {line}" for n, line in enumerate(PEM.splitlines())), _lines_of(PEM)
    ),
    "a line alone": Form(_lines_of(PEM)[2]),
    "\\n as two characters": Form(PEM.replace("\n", "\\n"), _lines_of(PEM)),
    "the body": Form("".join(_lines_of(PEM))),
    "the body, wrapped at 40": Form("\n".join(_chunks("".join(_lines_of(PEM)), 40)), tuple(_chunks("".join(_lines_of(PEM)), 40)[:6])),
    "DER in base64": Form(base64.b64encode(DER).decode()),
    "DER in base64url": Form(base64.urlsafe_b64encode(DER).decode()[:200]),
    "DER in hex": Form(DER.hex()),
    "DER in a table cell": Form(f"| key | {DER.hex(' ')} |", (DER.hex(" ")[:200],)),
    # Numbers and hex.
    "groups of four": Form(" ".join(_chunks(CARD, 4))),
    "groups with dashes": Form("-".join(_chunks(CARD, 4))),
    "thousands": Form(f"{int(CARD):,}"),
    "underscores": Form(f"{int(CARD):_}"),
    "a float": Form(str(float(CARD))),
    "hex with spaces": Form(_hex(API, " ")),
    "hex with colons, upper": Form(_hex(API, ":").upper()),
    "hex with dashes": Form(_hex(SHORT, "-")),
    "hex with 0x": Form(", ".join(f"0x{byte:02x}" for byte in API.encode())),
    "hex with 0X, upper": Form(" ".join(f"0X{byte:02X}" for byte in API.encode())),
    "hex with \\x": Form("".join(f"\\x{byte:02x}" for byte in API.encode())),
    "hex with \\x, upper": Form("".join(f"\\x{byte:02X}" for byte in API.encode())),
    "hex, words of two": Form(API.encode().hex(" ", 2)),
    # base64.
    "base64 of base64": Form(_b64(_b64(API))),
    "MIME lines within JSON": Form(json.dumps({"a": base64.encodebytes(ACCOUNT.encode()).decode()}), (base64.encodebytes(ACCOUNT.encode()).decode()[:70],)),
    "base64 of JSON": Form(_b64(json.dumps({"k": API})), (_b64(json.dumps({"k": API}))[8:40],)),
    "a Basic header cut short": Form(("Basic " + _b64(f"user:{API}"))[:40], (_b64(f"user:{API}")[8:34],)),
    "a Basic header": Form(f"Authorization: Basic {_b64(f'app:{PASSWORD}')}", (_b64(f"app:{PASSWORD}"),)),
    # Escapes.
    "html, no quotes": Form(html.escape(PHRASE, quote=False)),
    "html": Form(html.escape(PHRASE)),
    "&#39;": Form(PHRASE.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")),
    "&#039;": Form(PHRASE.replace("&", "&amp;").replace("'", "&#039;").replace('"', "&quot;").replace("<", "&lt;")),
    "&apos;": Form(PHRASE.replace("&", "&amp;").replace("'", "&apos;").replace("<", "&#x3C;")),
    "xml": Form(escape_xml(PHRASE)),
    "xml attribute": Form(quoteattr(PHRASE)),
    "CDATA": Form(f"<![CDATA[{PHRASE}]]>", (PHRASE,)),
    "Gson": Form(json.dumps(DATABASE).replace("=", "\\u003d").replace("&", "\\u0026"), (quote(PASSWORD, safe=""),)),
    "PHP": Form(json.dumps(HOOK).replace("/", "\\/"), (HOOK[-20:],)),
    "URL within JSON": Form(json.dumps({"u": quote(PHRASE, safe="")}), (quote(PHRASE, safe=""),)),
    "JSON within URL": Form(quote(json.dumps({"u": PHRASE}), safe=""), ("battery",)),
    "lower-case percents": Form("".join(f"%{byte:02x}" for byte in API.encode())),
    "a form": Form(urlencode({"p": PHRASE, "b": 1}), ("battery",)),
    "SQL": Form(f"VALUES ('{PHRASE.replace(chr(39), chr(39) * 2)}')", ("battery",)),
    "shell": Form(shlex.quote(PHRASE)),
    "set -x": Form(f"+ curl -u app:{shlex.quote(API)} https://x.example", (API,)),
    "csv": Form(_csv("a", PHRASE), ("battery",)),
    "repr of bytes": Form(repr({"k": API.encode()}), (API,)),
    "a dataclass": Form(repr(Settings(API)), (API,)),
    # Case and spacing.
    "upper-cased": Form(API.upper()),
    "lower-cased": Form(API.lower()),
    "title": Form(PHRASE.title()),
    "wrapped": Form(textwrap.fill(f"the key is {API} and so on", 20), PARTS),
    "a soft hyphen": Form(API[:16] + "\u00ad" + API[16:], PARTS),
    "letters in a list": Form(str(list(API)), (str(list(API))[1:-1],)),
    "letters with spaces": Form(" ".join(API)),
    "a table": Form("\n".join(f"| {n} | {part} |" for n, part in enumerate(_chunks(API, 17))), (API[:17], API[17:])),
    # Shortened.
    "first 8 and last 4": Form(f"{API[:8]}...{API[-4:]}"),
    "first 8 and last 4, one character": Form(f"{API[:8]}\u2026{API[-4:]}"),
    "first 8 and last 4, starred": Form(f"{API[:8]}{'*' * 22}{API[-4:]}"),
    "last 4": Form("*" * 30 + API[-4:]),
    "last 4 of a card": Form(f"**** **** **** {CARD[-4:]}"),
    "pydantic's": Form(f"input_value='{API[:16]}...{API[-12:]}'", (API[:16], API[-12:])),
    "reprlib's": Form(f"'{API[:12]}...{API[-13:]}'", (API[:12], API[-13:])),
    "first 16": Form(f"using {API[:16]}", (API[:16],)),
    # Protocols.
    "a Bearer header": Form(f"{{'Authorization': 'Bearer {API}'}}", (API,)),
    "curl -v": Form(f"> GET /?key={SHORT} HTTP/1.1\n> X-Api-Key: {API}\n", (API, SHORT)),
    "a cookie": Form(f"Set-Cookie: session={JWT}; Path=/", (JWT, JWT.rpartition(".")[2])),
    "a JWT's signature": Form(JWT.rpartition(".")[2]),
    "env": Form(f"PATH=/bin\nAPI={API}\nHOME=/root", (API,)),
    "export": Form(f'export PHRASE="{PHRASE.replace(chr(34), chr(92) + chr(34))}"', ("battery",)),
    "yaml, single quotes": Form("p: '" + PHRASE.replace("'", "''") + "'", ("battery",)),
    "a code block": Form(f"```\n{PEM}\n```", _lines_of(PEM)),
    "locals": Form(f"key = {API!r}\nurl = {DATABASE!r}", (API, quote(PASSWORD, safe=""))),
    "otpauth": Form(f"otpauth://totp/x?secret={API.replace('-', '')}", (API[3:],)),
    "user and password": Form(f"app:{PASSWORD}"),
    "unicode escapes": Form("".join(f"\\u{ord(letter):04X}" for letter in API)),
    "octal": Form("".join(f"\\{ord(letter):03o}" for letter in API)),
}  # fmt: skip

# SECURITY.md says that these are not stopped.
NOT_STOPPED: Final[dict[str, Callable[[str], str]]] = {
    "reversed": lambda value: value[::-1],
    "every second letter": lambda value: value[::2],
    "hashed": lambda value: __import__("hashlib").sha256(value.encode()).hexdigest(),
    "first four": lambda value: value[:4],
    "rot13": lambda value: __import__("codecs").encode(value, "rot13"),
}


def left(form: Form, shown: str) -> list[str]:
    """What is there and may not be."""
    return [gone for gone in form.gone or (form.text,) if gone in shown]
