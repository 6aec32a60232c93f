"""Names of the environment that decide what a program loads or runs; a file of secrets has none.

Whoever can write to such a file would otherwise run code in every command that it is for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from px.errors import Usage

# One name or pattern each; a * stands for any ending.
# Families where tokens are common too (NPM_*, CARGO_*, ...) are named one by one.
_NAMES: Final = """
    LD_* DYLD_* GCONV_PATH LOCPATH GLIBC_TUNABLES NLSPATH LIBPATH SHLIB_PATH
    PATH PATHEXT COMSPEC SHELL IFS CDPATH ENV BASH_ENV BASH_FUNC_* BASHOPTS SHELLOPTS PS4
    PROMPT_COMMAND ZDOTDIR KSH_ENV FPATH TERMINFO TERMINFO_DIRS TERMCAP HOME XDG_CONFIG_HOME
    XDG_CONFIG_DIRS PYTHON* VIRTUAL_ENV CONDA_PREFIX PIP_CONFIG_FILE UV_CONFIG_FILE
    PERL5* PERLLIB PERL_* RUBY* GEM_HOME GEM_PATH BUNDLE_GEMFILE BUNDLE_PATH BUNDLE_CONFIG
    NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_EXTRA_CA_CERTS ELECTRON_RUN_AS_NODE
    NPM_CONFIG_PREFIX NPM_CONFIG_USERCONFIG NPM_CONFIG_GLOBALCONFIG NPM_CONFIG_SCRIPT_SHELL
    NPM_CONFIG_NODE_OPTIONS YARN_YARN_PATH YARN_RC_FILENAME BUN_OPTIONS DENO_DIR
    JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JAVA_OPTS JAVA_HOME CLASSPATH MAVEN_OPTS
    MAVEN_ARGS GRADLE_OPTS GRADLE_USER_HOME ANT_OPTS SBT_OPTS CATALINA_OPTS
    LUA_INIT* LUA_PATH* LUA_CPATH* R_HOME R_PROFILE* R_ENVIRON* PHPRC PHP_INI_SCAN_DIR
    GOFLAGS GOROOT GOPATH GOTOOLCHAIN CARGO_HOME CARGO_BUILD_* CARGO_TARGET_* RUSTC* RUSTFLAGS
    RUSTUP_TOOLCHAIN DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS CORECLR_* COR_* COMPLUS_*
    ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ERL_LIBS ELIXIR_ERL_OPTIONS JULIA_LOAD_PATH TCLLIBPATH
    GIT_* SSH_ASKPASS SUDO_ASKPASS EDITOR VISUAL PAGER BROWSER LESSOPEN LESSCLOSE MANPAGER
    MAKEFLAGS MAKEFILES MFLAGS CC CXX CMAKE_* TAR_OPTIONS WGETRC CURL_HOME
    OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES SSL_CERT_FILE SSL_CERT_DIR
    QT_PLUGIN_PATH GTK_PATH GTK_MODULES GIO_EXTRA_MODULES GST_PLUGIN_PATH
    ANSIBLE_CONFIG TF_CLI_* AWS_CONFIG_FILE DOCKER_HOST
""".split()  # noqa: SIM905 - a hundred quoted words are hard to read
# npm reads lower case too, and Windows knows no case.
_MARK: Final = re.compile("|".join(name.replace("*", ".*") for name in _NAMES), re.IGNORECASE)


def steers(name: str) -> bool:
    """Whether programs take it for an order rather than for data."""
    return _MARK.fullmatch(name) is not None


def refuse(names: Iterable[str], allowed: Collection[str]) -> None:
    """Raises Usage for those that steer programs and are not allowed by name."""
    if found := [name for name in names if steers(name) and name not in allowed]:
        options = " ".join(f"--allow {name}" for name in found)
        raise Usage(
            f"the file sets {', '.join(found)}, which decides what programs load or run; "
            "nothing was run",
            code="steering_name",
            hint=f"remove it from the file, or, if that is what you want: px run {options} -- CMD",
        )
