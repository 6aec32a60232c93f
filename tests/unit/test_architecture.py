"""Who may import what, and the budgets of DESIGN.md section 8."""

from __future__ import annotations

import statistics
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

from support.import_circles import Graph, circle, import_graph, rooms
from support.source import (
    CLI,
    ROOT,
    WORKER,
    called,
    code_lines,
    functions,
    imports,
    modules,
    relative,
    top_level_imports,
)

CORE: Final = modules(WORKER / "positronic")
DEPLOYED: Final = modules(WORKER)
OURS: Final = [*DEPLOYED, *modules(CLI)]
# positronic.testing puts a run together for a project's tests: a third composition root.
TESTING: Final = WORKER / "positronic" / "testing.py"
ADAPTERS: Final = (
    *("stores", "ciphers", "cloudflare", "copies.workers_kv", "copies.memory"),
    *("targets.memory", "providers"),
)
PURE: Final = [
    path
    for path in CORE
    if path != TESTING
    and not ".".join(path.relative_to(WORKER / "positronic").with_suffix("").parts).startswith(
        ADAPTERS
    )
]

# What the runtime or its SDK brings, whether or not this machine has it vendored.
RUNTIME: Final = {"workers", "js", "pyodide", "pyodide_js", "asgi", "_pyodide"}


# A project's brains are not the core: they talk to the world as they like.
HOUSE: Final = [path for path in DEPLOYED if path not in modules(WORKER / "brains")]

TREES: Final = {
    "px": import_graph(modules(CLI), CLI),
    "worker": import_graph(DEPLOYED, WORKER),
    "bench": import_graph((ROOT / "bench").glob("*.py"), ROOT),
}
# px's rooms from the ground up: each imports from lines above its own alone.
LAYERS: Final = """
    px errors schemas
    files http library process server_choice
    invocation
    terminal
    project prompts
    aws tools vault
    sources values
    cloudflare declared settings
    app_client completion local new
    logs packages
    upgrade
    api
    audit brains keys secrets spec tables targets
    deploy serve
    doctor
    commands testing
    ending
    app
"""


def _that_import(name: str) -> list[str]:
    return [relative(path) for path in HOUSE if name in top_level_imports(path)]


@pytest.mark.parametrize(
    ("module", "only"),
    [
        (
            "workers",
            [
                f"worker/positronic/{name}.py"
                for name in (
                    "ciphers/workers",
                    "cloudflare/brain_run",
                    "cloudflare/crossings",
                    "cloudflare/entrypoint",
                    "cloudflare/project_ledger",
                    "cloudflare/secrets_binding",
                )
            ],
        ),
        (
            "js",
            [
                "worker/positronic/cloudflare/js_http.py",
                "worker/positronic/cloudflare/js_kv.py",
                "worker/positronic/cloudflare/js_streams.py",
            ],
        ),
        (
            "pyodide",
            [
                "worker/positronic/ciphers/workers.py",
                "worker/positronic/cloudflare/js_http.py",
                "worker/positronic/cloudflare/js_kv.py",
                "worker/positronic/cloudflare/js_streams.py",
                "worker/positronic/cloudflare/platform_tasks.py",
            ],
        ),
        ("cryptography", ["worker/positronic/ciphers/native.py"]),
    ],
)
def test_few_files_know_a_platform(module: str, only: list[str]) -> None:
    """What differs between platforms is imported by its one concept: bodies, ciphers, and tasks."""
    assert _that_import(module) == only


def test_names_stand_on_errors_alone() -> None:
    """px imports the rules for names, and drags nothing else along."""
    found = imports(WORKER / "positronic" / "names.py")
    ours = {name for name in found if name.startswith("positronic.")}

    assert {name for name in ours if not name.startswith("positronic.errors")} == set()
    assert top_level_imports(WORKER / "positronic" / "names.py") <= {
        *("__future__", "re", "typing", "positronic")
    }


def test_errors_stand_on_nothing() -> None:
    """The error tree imports none of ours."""
    assert "positronic" not in top_level_imports(WORKER / "positronic" / "errors.py")


@pytest.mark.parametrize("graph", TREES.values(), ids=TREES)
def test_no_imports_go_in_a_circle(graph: Graph) -> None:
    """Not between files and not between rooms, also where a function imports or only a type."""
    for one in (graph, rooms(graph)):
        assert not circle(one), " -> ".join(circle(one))


def test_px_is_built_in_layers() -> None:
    """Every room of px is in the list, and imports only from the lines above its own."""
    lines = [line.split() for line in LAYERS.strip().splitlines()]
    layer = {name: number for number, names in enumerate(lines) for name in names}
    found = {name.removeprefix("px."): targets for name, targets in rooms(TREES["px"]).items()}

    assert {*found} == {*layer}
    for name, targets in found.items():
        wrong = {one for one in targets if layer[one.removeprefix("px.")] >= layer[name]}
        assert not wrong, name


@pytest.mark.parametrize(
    ("files", "between_files", "between_rooms"),
    [
        ({"a/x": "from p.b.y import z", "b/y": ""}, [], []),
        ({"a/x": "import p.a.y", "a/y": "from p.a import x"}, ["p.a.x", "p.a.y"], []),
        (
            {"a/x": "from p.b import y", "b/y": "", "b/w": "from p.a.v import f", "a/v": ""},
            [],
            ["p.a", "p.b"],
        ),
        (
            {
                "a/x": "def f():\n from p.b import y",
                "b/y": "if TYPE_CHECKING:\n from p.a.x import T",
            },
            ["p.a.x", "p.b.y"],
            ["p.a", "p.b"],
        ),
        ({"a/__init__": "from p import t", "t": "from p.a import f"}, *[["p.a", "p.t"]] * 2),
    ],
)
def test_a_circle_is_found(
    tmp_path: Path, files: dict[str, str], between_files: list[str], between_rooms: list[str]
) -> None:
    """Between files in one room, between rooms of which no file is in one, and hidden ones."""
    for name, text in files.items():
        path = tmp_path / "p" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    graph = import_graph(modules(tmp_path), tmp_path)

    assert sorted({*circle(graph)}) == between_files
    assert sorted({*circle(rooms(graph))}) == between_rooms


@pytest.mark.parametrize("path", DEPLOYED, ids=relative)
def test_the_worker_knows_no_px(path: Path) -> None:
    """Nothing that is deployed imports the command line or what only it needs."""
    forbidden = {"px", "typer", "httpx", "dotenv", "uvicorn", "click", "rich"}

    assert not top_level_imports(path) & forbidden


@pytest.mark.parametrize(
    "path", [path for path in CORE if path.parent.name != "cloudflare"], ids=relative
)
def test_the_core_touches_nothing_outside(path: Path) -> None:
    """It takes bytes, clocks and randomness; it has no files, environment, network or terminal."""
    forbidden = {
        *("os", "sys", "io", "pathlib", "shutil", "tempfile", "glob", "subprocess", "platform"),
        *("logging", "warnings", "socket", "ssl", "http", "threading", "multiprocessing"),
        *("time", "random", "secrets", "uuid", "getpass", "builtins", "importlib", "ctypes"),
    }

    assert not top_level_imports(path) & forbidden
    assert not called(path) & {"print", "open", "input", "exec", "eval", "__import__", "breakpoint"}


@pytest.mark.parametrize("path", PURE, ids=relative)
def test_the_core_chooses_no_adapter(path: Path) -> None:
    """No store and no cipher is imported above its port: a composition root hands them in."""
    adapters = tuple(f"positronic.{room}" for room in ADAPTERS)

    assert not {name for name in imports(path) if name.startswith(adapters)}


def test_nothing_deployed_needs_what_is_for_tests() -> None:
    """The Worker never imports the composition root of tests, which needs cryptography."""
    others = [path for path in DEPLOYED if path != TESTING]

    assert not [relative(path) for path in others if "positronic.testing" in imports(path)]


def test_no_module_hides_another() -> None:
    """A name at the module root is no standard-library, bundled or vendored package's."""
    vendored = {path.name.partition(".")[0] for path in (ROOT / "python_modules").glob("*")}
    taken = set(sys.stdlib_module_names) | set(packages_distributions()) | RUNTIME | vendored
    ours = {path.name.partition(".")[0] for path in WORKER.iterdir()} - {"", "__pycache__"}

    assert ours & (taken - {"positronic", "px"}) == set()


def test_the_module_root_has_no_links() -> None:
    """wrangler leaves a symbolic link out without a word."""
    assert [relative(path) for path in WORKER.rglob("*") if path.is_symlink()] == []


@pytest.mark.parametrize("path", [*HOUSE, *modules(CLI)], ids=relative)
def test_a_module_says_what_it_is(path: Path) -> None:
    """Each file opens with a docstring, and none is named for holding all sorts of things."""
    assert path.read_text().startswith('"""')
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


@pytest.mark.parametrize("path", OURS, ids=relative)
def test_no_file_or_function_is_long(path: Path) -> None:
    """No file over 300 lines, no function over 60."""
    assert len(path.read_text().splitlines()) <= 300
    assert [name for name, lines in functions(path) if lines > 60] == []


def test_half_of_all_functions_are_short() -> None:
    """The median function has at most 10 lines, the median file at most 120."""
    lines = [lines for path in OURS for _, lines in functions(path)]
    files = [len(path.read_text().splitlines()) for path in OURS]

    assert statistics.median(lines) <= 10
    assert statistics.median(files) <= 120


def test_the_core_is_small() -> None:
    """Without what is named below, it has at most 7,800 lines of code.

    DESIGN.md's 1,200 is where secrets alone stood. Tokens, roles and rotation came after, answers
    that go on and routes to a run, entries that cannot be read, the proof for px, and with the
    ledger a command for each call, a chain of events and the adoption of what was before; then
    histories, policies, reminders, uses, exports, grants, an index of runs, schedules and
    targets. A reason to look again when reached.
    """
    apart = {"brains", "redact", "runs", "testing.py", "stores", "ledger", "cloudflare"}
    apart |= {"brains.py", "brain_models.py", "copies", "adoption", "backup", "backup_models.py"}
    apart |= {"providers", "targets", "target_models.py"}
    # Relative: the folder that the tree lies in may have one of these names.
    counted = [path for path in CORE if not apart & set(path.relative_to(WORKER).parts)]

    assert sum(map(code_lines, counted)) <= 7800
