from __future__ import annotations

from px.cloudflare.environment import wrangler_environment
from px.project.workspace import Workspace

OUTER = {
    "PATH": "/bin",
    "LANG": "C.UTF-8",
    "HOME": "/home/someone",
    "CLOUDFLARE_API_TOKEN": "canary",
    "CLOUDFLARE_ACCOUNT_ID": "canary",
    "AWS_SECRET_ACCESS_KEY": "canary",
    "FLY_API_TOKEN": "canary",
    "PX_TOKEN": "canary",
    "OPENAI_API_KEY": "canary",
    "NODE_OPTIONS": "canary",
}


def test_no_credential_reaches_wrangler(project: Workspace) -> None:
    """An allow-list: what nobody thought of is not passed on either."""
    found = wrangler_environment(project, OUTER)

    assert "canary" not in found.values()
    assert (found["PATH"], found["LANG"]) == ("/bin", "C.UTF-8")


def test_wrangler_does_not_see_the_users_home(project: Workspace) -> None:
    """A login that lies there is none of the local Worker's business."""
    found = wrangler_environment(project, OUTER)

    assert "/home/someone" not in found.values()
    assert found["HOME"].startswith(str(project.private))
