"""How openapi.json describes a string. `names` decides what is refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from positronic.names import APP, MAX_VALUE, NAME, RESERVED_PREFIX, TOKEN_NAME
from positronic.run_limits import MAX_TIME
from positronic.secrets.policy import (
    MAX_KEPT_DAYS,
    MAX_KEPT_VERSIONS,
    MAX_NOTE,
    MAX_ROTATE_EVERY,
)
from positronic.times import ISO


def _no_default(schema: dict[str, Any]) -> None:
    del schema["default"]


# The default of a field that may be missing, but not null.
NOT_SENT: Any = Field(default=None, json_schema_extra=_no_default)


def _text(pattern: str, **more: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, **more})


def _whole(sent: object) -> object:
    return int(sent) if isinstance(sent, float) and sent.is_integer() else sent


Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
NameText = Annotated[str, _text(f"^(?!{RESERVED_PREFIX}){NAME.pattern}$")]
ValueText = Annotated[str, _text(r"^[^\u0000]+$", maxLength=MAX_VALUE)]
AppText = Annotated[str, _text(f"^{APP.pattern}$")]
TokenNameText = Annotated[str, _text(f"^{TOKEN_NAME.pattern}$")]
NoteText = Annotated[str, _text(r"^[^\u0000-\u001f\u007f]+$", maxLength=MAX_NOTE)]
UtcTimeText = Annotated[str, _text(f"^{ISO.pattern}$")]
# JSON has one kind of number: 60.0 is the integer 60 (JSON Schema, 4.2.3).
StepNumber = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_whole)]
NewVersion = Annotated[int, Field(ge=1, le=2**53 - 1), BeforeValidator(_whole)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # of an event: SHA-256
KnownVersion = Annotated[int, Field(ge=0, le=2**53 - 1), BeforeValidator(_whole)]  # 0: none
Seconds = Annotated[int, Field(ge=60, le=5 * 366 * 24 * 3600), BeforeValidator(_whole)]
TimeLimit = Annotated[int, Field(ge=1, le=MAX_TIME), BeforeValidator(_whole)]  # seconds
RotateEvery = Annotated[int, Field(ge=1, le=MAX_ROTATE_EVERY), BeforeValidator(_whole)]
KeptVersions = Annotated[int, Field(ge=1, le=MAX_KEPT_VERSIONS), BeforeValidator(_whole)]
KeptDays = Annotated[int, Field(ge=0, le=MAX_KEPT_DAYS), BeforeValidator(_whole)]
