"""Every promise, in the order of checking."""

from __future__ import annotations

from typing import Final

from px.spec.checks import (
    access,
    adoption,
    audit,
    backup,
    brains,
    bulk,
    commits,
    concurrency,
    copies,
    errors,
    grants,
    headers,
    idempotence,
    keys,
    limits,
    listing,
    names,
    openapi,
    policies,
    projects,
    secrets,
    targets,
    tokens,
    uses,
    values,
    versions,
)
from px.spec.promises import Promise

GROUPS: Final = (
    *(openapi.STATUS, secrets.CREATE, secrets.EXISTS, secrets.DELETE, listing.LIST, bulk.BULK),
    *(versions.VERSIONS, policies.POLICIES, uses.USES),
    *(values.VALUES, errors.ERRORS, access.AUTH, names.NAMES, limits.LIMITS, headers.HEADERS),
    *(idempotence.IDEMPOTENCE, concurrency.CONCURRENCY, commits.COMMITS, audit.AUDIT),
    *(
        tokens.TOKENS,
        grants.GRANTS,
        targets.TARGETS,
        projects.PROJECTS,
        keys.KEYS,
        copies.COPIES,
        adoption.ADOPTION,
        backup.BACKUP,
        brains.BRAINS,
        openapi.OPENAPI,
    ),
)
PROMISES: Final[tuple[Promise, ...]] = tuple(promise for group in GROUPS for promise in group)
