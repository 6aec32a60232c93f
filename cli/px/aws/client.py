"""A client of one of AWS's services. botocore is only here, and only if somebody installed it.

botocore's loggers print requests and credentials at level debug, so they are silenced for good.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from px.errors import Usage
from px.http.address import parse_address

if TYPE_CHECKING:
    from px.project.provider_access import AwsAccess

TIMEOUT: Final = 20.0  # seconds for each step of an attempt
ATTEMPTS: Final = 4
_LOGGERS: Final = ("botocore", "urllib3")
_PINS: Final = Path(__file__).with_name("requirements.txt")


def open_client(service: str, access: AwsAccess) -> Any:  # noqa: ANN401 - botocore has no types
    """Raises Usage without botocore, or without a region."""
    try:
        import botocore.config
        import botocore.exceptions
        import botocore.session
    except ImportError:
        raise _not_installed() from None
    _silence()
    settings = botocore.config.Config(
        connect_timeout=TIMEOUT,
        read_timeout=TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ignore_configured_endpoint_urls=None if access.endpoint is None else True,
    )
    try:
        client = botocore.session.Session().create_client(
            service,
            region_name=access.region,
            endpoint_url=access.endpoint or None,
            config=settings,
            verify=os.environ.get("SSL_CERT_FILE") or None,
            **access.keys,
        )
    except botocore.exceptions.NoRegionError:
        raise Usage(
            "px does not know which AWS region",
            hint="set AWS_REGION in the environment; `px secret import` also looks in .env.deploy",
        ) from None
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        raise Usage(f"AWS's settings are not usable: {type(error).__name__}") from None
    parse_address(client.meta.endpoint_url, "AWS's address")  # only https, but for loopback
    return client


def _silence() -> None:
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False


def _not_installed() -> Usage:
    return Usage(
        "px needs botocore to reach AWS, and it is not installed",
        code="botocore_missing",
        hint=f"{sys.executable} -m pip install --require-hashes --requirement={_PINS}",
    )
