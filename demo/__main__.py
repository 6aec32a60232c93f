"""The main job, on real parts: px, the Python Worker in workerd, local KV. Prints a transcript."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from demo.service import Service
from px.local.port import free_port
from px.local.scratch import make_scratch
from px.local.setup import set_up
from px.project.workspace import Workspace, find_project, node
from px.tools.place import current

# Next to the Worker, not in it, so that no deploy uploads it.
EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "worker"

PX: Final = Path(sys.executable).with_name("px")

KEY: Final = "sk-ant-demo-not-a-real-key"

ENV_SECRETS: Final = """\
# what this project's brains need
OPENAI_API_KEY=sk-demo-not-a-real-key
TLS_KEY="-----BEGIN PRIVATE KEY-----
bm90IGEga2V5LCBqdXN0IGxpbmVz
LS0gc2V2ZXJhbCBvZiB0aGVt
-----END PRIVATE KEY-----"
"""


def main() -> int:
    project = find_project(Path(__file__).parent)
    set_up(project, lambda line: print(line, file=sys.stderr))
    with tempfile.TemporaryDirectory(prefix="px-demo.") as folder:
        scratch = make_scratch(project, Path(folder).resolve())
        shutil.copytree(EXAMPLE, scratch.worker, dirs_exist_ok=True)
        return _Demo(scratch).run()


class _Demo:
    def __init__(self, project: Workspace) -> None:
        self._project = project
        # Nothing else: no token, address or credential of the caller.
        self._environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def run(self) -> int:
        with self._worker():
            self._say("a secret from stdin: neither in the shell's history nor in the process list")
            self._px("secret create ANTHROPIC_API_KEY --stdin", stdin=f"{KEY}\n")
            self._say("a whole file of secrets, checked before the first one is sent")
            Path(self._project.root, "keys.env").write_text(ENV_SECRETS)
            self._px("secret import keys.env --dry-run")
            self._px("secret import keys.env")
            self._say("px shows names and dates, never values")
            self._px("secret list")
            self._px("secret delete OPENAI_API_KEY --yes")
            self._px("secret exists OPENAI_API_KEY", expect=1)
            self._say("a bad file is refused as a whole, with line numbers")
            Path(self._project.root, "bad.env").write_text("GOOD=1\n2BAD=2\nGOOD=3\n")
            self._px("secret import bad.env", expect=2)
            self._brain()
        self._say("what KV contains: only sealed text")
        self._show_kv()
        return 0

    @contextlib.contextmanager
    def _worker(self) -> Iterator[None]:
        """`px dev` in the background; always stopped with its whole process group."""
        print("$ px dev &", flush=True)
        process = subprocess.Popen(
            [PX, "dev", "--port", str(free_port())],
            cwd=self._project.root,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        log = threading.Thread(target=_show_log, args=[process.stderr], daemon=True)
        log.start()
        try:
            ready = process.stdout.readline() if process.stdout else ""
            if not ready:
                raise SystemExit(process.wait())
            print(ready, end="", flush=True)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            log.join(timeout=10)

    def _px(self, words: str, *, stdin: str | None = None, expect: int = 0) -> str:
        """Shows px's output, and returns it."""
        shown = f"printf '%s\\n' \"$KEY\" | px {words}" if stdin else f"px {words}"
        print(f"$ {shown}", flush=True)
        done = subprocess.run(
            [PX, *shlex.split(words)],
            cwd=self._project.root,
            env=self._environment,
            input=stdin or "",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(done.stdout, end="", flush=True)
        if done.returncode:
            print(f"(exit code {done.returncode})", flush=True)
        if done.returncode != expect:
            raise SystemExit(f"the demo expected exit code {expect}")
        return done.stdout

    def _brain(self) -> None:
        """The example brain against its own service, which is careless once."""
        with Service(KEY) as service:
            self._say("a brain signs a request with the secret; the service here checks it")
            self._px(f"brain run example -o url={service.url} --watch")
            print(f"(the service got {_told(service)})", flush=True)
            self._say("a careless service repeats the key; the run's events do not show it")
            service.is_careless = True
            failed = self._px(f"brain run example -o url={service.url} --watch", expect=1)
            run = failed.split()[1]  # Run ID at ...
            self._say("once the service is fixed, a new run keeps the completed steps")
            service.is_careless = False
            self._px(f"brain rerun {run} --from 2 --watch")

    def _show_kv(self) -> None:
        """wrangler's own view of the local namespace, not ours."""
        self._wrangler("kv key list --binding SECRETS_KV --local --prefix default/secret/")
        self._wrangler("kv key get default/secret/TLS_KEY --binding SECRETS_KV --local --text")

    def _wrangler(self, words: str) -> None:
        print(f"$ wrangler {words}", flush=True)
        subprocess.run(
            [node(), current().wrangler(), *shlex.split(words)],
            cwd=self._project.root,
            env=self._environment
            | {"WRANGLER_SEND_METRICS": "false", "HOME": str(self._project.private)},
            check=True,
        )
        print(flush=True)

    def _say(self, line: str) -> None:
        print(f"\n# {line}", flush=True)


def _show_log(lines: Iterable[str]) -> None:
    """A line of px dev may come while a later command runs."""
    for line in lines:
        print(f"[px dev] {line}", end="", file=sys.stderr, flush=True)


def _told(service: Service) -> str:
    [request] = service.received
    return f"{request.body}, {'correctly' if request.is_signed else 'wrongly'} signed"


if __name__ == "__main__":
    sys.exit(main())
