"""How long something took, in words."""

from __future__ import annotations

from datetime import datetime


def elapsed(start: str, end: str) -> str:
    """`340 ms`, `1.2 s`, `2 min 5 s`, `1 h 2 min`; empty unless both are times of the API."""
    try:
        took = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    except (ValueError, TypeError):  # TypeError: only one of them says its zone
        return ""
    milliseconds = max(0, round(took.total_seconds() * 1000))
    seconds = milliseconds // 1000
    if seconds < 1:
        return f"{milliseconds} ms"
    if seconds < 60:
        return f"{milliseconds // 100 / 10:.1f} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds // 60 % 60} min"
