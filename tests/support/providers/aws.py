"""AWS's Secrets Manager and Parameter Store on loopback: moto's own server, as a process.

moto is kinder than AWS: what it takes and AWS does not is refused in front of it (aws_refusals).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import botocore.session

from support.providers.aws_refusals import Front, front
from support.waiting import wait_until

REGION: Final = "eu-central-1"
ACCESS_KEY: Final = "AKIACANARYCANARY0001"
SECRET_KEY: Final = "canary/aws/secret/key/31337/canary000001"


@dataclass(frozen=True)
class Aws:
    """`url`: of the front, which is what px is given."""

    moto: str
    front: Front

    @property
    def url(self) -> str:
        return self.front.url

    @contextmanager
    def emptied(self) -> Iterator[Aws]:
        """The same server with nothing in it, behind a front of its own."""
        request = urllib.request.Request(f"{self.moto}/moto-api/reset", method="POST")  # noqa: S310
        with urllib.request.urlopen(request):  # noqa: S310 - moto's
            pass
        with front(self.moto) as refusing:
            yield Aws(self.moto, refusing)

    @property
    def environment(self) -> dict[str, str]:
        """With it AWS's own command line would find the server."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore has no types
        """For what a test puts there and looks at."""
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.moto,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextmanager
def aws(log: Path) -> Iterator[Aws]:
    """One that runs, empty; what it prints goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={"PATH": os.environ["PATH"]},
            start_new_session=True,
        )
    try:
        wait_until(lambda: _answers(port) or process.poll() is not None, "moto's server")
        assert process.poll() is None, log.read_text()
        moto = f"http://127.0.0.1:{port}"
        with front(moto) as refusing:
            yield Aws(moto, refusing)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
