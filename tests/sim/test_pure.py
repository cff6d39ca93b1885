"""The world has no clock, dice or names but its own: else a seed would not give one history."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import busyhour.sim

FOLDER = Path(busyhour.sim.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))  # `sipp/` is the network of tests on the real PBX
BANNED = {"threading", "uuid", "secrets", "socket", "subprocess"}
STOPWATCHES = {"perf_counter", "process_time"}  # how long it took is told beside the history
DICE = {"Random"}


def breaches(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            yield from sorted(names & (BANNED | {"time", "random"}))
        elif isinstance(node, ast.ImportFrom):
            module, names = (node.module or "").split(".")[0], {alias.name for alias in node.names}
            allowed = {"time": STOPWATCHES, "random": DICE}.get(module)
            if module in BANNED or (allowed is not None and names - allowed):
                yield f"{module}: {', '.join(sorted(names))}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Random":
            if not node.args:
                yield f"line {node.lineno}: dice without a seed"
        elif isinstance(node, ast.For | ast.comprehension):
            source = node.iter
            is_call = isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "set"
            if is_call or isinstance(source, ast.Set | ast.SetComp):
                yield f"line {source.lineno}: goes through a set, in whatever order"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_the_seed_decides(path: Path) -> None:
    assert list(breaches(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    ["import time", "from time import monotonic", "import uuid", "dice = Random()", "for one in {1, 2}: pass"],
)
def test_a_breach_is_seen(line: str) -> None:
    assert list(breaches(ast.parse(line)))
