from __future__ import annotations

import sys
from pathlib import Path

import pytest

from px.local import pip
from px.local.pip_failures import why
from px.project.errors import LocalError

PIP = (sys.executable, "-m", "pip")


def test_a_setting_that_changes_what_pip_installs_is_left_out(tmp_path: Path) -> None:
    """Neither variables nor configuration files reach it, but how the index is reached does."""
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nrequire-virtualenv = true\nextra-index-url =\n  http://a.example\n"
        "  http://b.example\nproxy = http://of.global\n"
        "[install]\ntarget = /nowhere\nuser = true\nno-binary = :all:\nproxy = http://of.install\n"
    )
    outer = {
        "PIP_CONFIG_FILE": str(settings),
        **{f"PIP_{name}": "1" for name in ("TARGET", "USER", "DRY_RUN", "REQUIRE_VIRTUALENV")},
        **{f"PIP_{name}": "x" for name in ("NO_BINARY", "CONSTRAINT", "PREFIX", "PYTHON")},
        **dict.fromkeys(("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "UV_TARGET"), "x"),
        "PIP_CERT": "/ca.pem",
        "HTTPS_PROXY": "http://p",
        **dict.fromkeys(("PX_TOKEN", "TARGET_FLY_API_TOKEN", "TARGET_A_SECRET_ACCESS_KEY"), "x"),
        "TARGET_CC": "gcc",
        "PATH": "/bin",
    }

    found = pip.environment(PIP, outer)

    assert found.items() >= {
        ("PATH", "/bin"),
        ("TARGET_CC", "gcc"),
        ("HTTPS_PROXY", "http://p"),
        ("PIP_CERT", "/ca.pem"),
        ("PIP_EXTRA_INDEX_URL", "http://a.example http://b.example"),
        ("PIP_PROXY", "http://of.install"),
        ("PIP_CONFIG_FILE", "/dev/null"),
    }
    assert set(found) <= {
        *("PATH", "TARGET_CC", "HTTPS_PROXY", "PIP_CERT", "PIP_EXTRA_INDEX_URL", "PIP_PROXY"),
        *("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_FIND_LINKS"),
    }


def test_settings_that_pip_cannot_read_are_left_to_pip(tmp_path: Path) -> None:
    """It then says itself what is wrong with them."""
    settings = tmp_path / "pip.conf"
    settings.write_text("no section\n")

    with pytest.raises(LocalError, match="it could not be installed: pip cannot read its conf"):
        pip.install(["nosuch"], "it", pip=["env", f"PIP_CONFIG_FILE={settings}", *PIP])


DEAD_PROXY = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'ProxyError('Cannot connect to proxy.', NewConnectionError('<pip._vendor\
.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno \
111] Connection refused'))': /simple/annotated-types/
ERROR: Could not find a version that satisfies the requirement annotated-types==0.8.0 (from \
versions: none)
ERROR: No matching distribution found for annotated-types==0.8.0
"""
NO_NETWORK = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object \
at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')':\
 /simple/annotated-types/
ERROR: No matching distribution found for annotated-types==0.8.0
"""
FULL_DISK = """\
ERROR: Exception:
Traceback (most recent call last):
  File "/x/pip/_internal/cli/base_command.py", line 106, in _run_wrapper
    status = _inner_run()
OSError: [Errno 28] No space left on device
"""
HASHES = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the \
package versions, please update the hashes. Otherwise, examine the package contents carefully; \
someone may have tampered with them.
    one==1.0 from file:///w/one-1.0-py3-none-any.whl (from -r requirements.txt (line 1)):
        Expected sha256 00
             Got        11
"""
NO_HASH = """\
ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements. \
Here is a list of those requirements along with the hashes their downloaded archives actually had.
    one==1.0 --hash=sha256:11
"""
DENIED = (
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/a/b'\n"
)
NO_BUILD = """\
ERROR: Could not find a version that satisfies the requirement pydantic-core==9 (from versions: 1)
ERROR: No matching distribution found for pydantic-core==9
"""
TLS = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1\
, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate'))': /simple/
ERROR: No matching distribution found for one==1.0
"""
CRASH = """\
ERROR: Exception:
Traceback (most recent call last):
  File "/x/pip/_internal/cli/base_command.py", line 106, in _run_wrapper
    status = _inner_run()
zipfile.BadZipFile: File is not a zip file
zipfile.BadZipFileError: https://user:hunter2@index.example/x is no zip file
"""


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        (DEAD_PROXY, "the proxy in front of the package index does not answer"),
        (NO_NETWORK, "the package index's host name is unknown"),
        (FULL_DISK, "no space left on device"),
        (HASHES, "one==1.0 is not the package that was pinned: its hash differs"),
        (NO_HASH, "one==1.0 is not pinned with a hash"),
        (DENIED, "permission denied: /a/b"),
        (NO_BUILD, "the package index has no suitable build of pydantic-core==9"),
        (TLS, "the package index's certificate is not trusted"),
        (CRASH, "zipfile.BadZipFileError: https://index.example/x is no zip file"),
        ("ERROR: HTTP error 503 while getting https://i.test/1", "the package index answered 503"),
        ("/usr/bin/python3: No module named pip\n", "this Python has no pip"),
        ("", "pip gave no reason"),
    ],
)  # fmt: skip
def test_the_cause_of_pips_failure_is_named(output: str, cause: str) -> None:
    """Not the line that follows from it, nor `ERROR: Exception:`."""
    assert why(output)[0] == cause
