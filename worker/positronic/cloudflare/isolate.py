"""What all requests of an isolate share, made at the top level, so that it is in the snapshot."""

from __future__ import annotations

import asyncio
import gc
import sys
import time

from positronic.access.audit_throttle import AuditThrottle
from positronic.access.foreign_calls import ForeignCalls
from positronic.access.unknown_projects import UnknownProjects
from positronic.api.large_bodies import LargeBodies
from positronic.brains.discovery import find_brains
from positronic.brains.known_values import KnownValues
from positronic.brains.live_redactors import cleaning_up
from positronic.brains.log_guard import LogGuard
from positronic.cloudflare import brain_files
from positronic.cloudflare.platform_tasks import begin_at_once
from positronic.names import Project


def now() -> int:
    return time.time_ns() // 1_000_000


begin_at_once(asyncio.get_event_loop())

known_values = KnownValues()
audit_throttle = AuditThrottle(now)
foreign_calls = ForeignCalls(now)
large_bodies = LargeBodies()
known_projects: set[Project] = set()
checked: set[str] = set()  # the jurisdictions in which no ledger is missing
unknown_projects = UnknownProjects()

# Before any brain is imported, because it may keep a stream.
sys.stdout = sys.__stdout__ = LogGuard(sys.stdout, known_values)  # type: ignore[misc, assignment]
sys.stderr = sys.__stderr__ = LogGuard(sys.stderr, known_values)  # type: ignore[misc, assignment]
gc.callbacks.append(cleaning_up())

# A brain that cannot be imported fails the deploy, and the Worker that serves stays as it is.
brains = find_brains(brain_files.import_all())

# What every request needs is never garbage: it is not looked at again and again.
gc.collect()
gc.freeze()
