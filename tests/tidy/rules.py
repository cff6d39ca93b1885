"""The rules that `test_tidy.py` holds every file of this repository to. Each is a function: a file in, faults out."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# Longer on purpose. Each with its reason; the list may only shrink.
ALLOWED_LONG: dict[str, str] = {}

NO_NAMES = ("Manager", "Helper", "Helpers", "Utils", "Util", "_helper", "_helpers", "_utils", "_util")
LEFT_OPEN = re.compile(rf"\b({'TO' + 'DO'}|{'FIX' + 'ME'}|{'XX' + 'X'}|{'HA' + 'CK'})\b")
NOT_RUN = re.compile(r"(?:mark\.|pytest\.|unittest\.)(skip|skipif|xfail|importorskip|skipIf|expectedFailure)\b")
# In two parts, so that this file holds none of them. The lock file names its index by its nature.
REGISTRY_HOSTS = tuple(
    f"{name}.{end}"
    for name, end in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
        ("ubuntu", "com"),
    ]
)
MAY_NAME_HOSTS = {"uv.lock"}


@dataclass(frozen=True)
class File:
    path: str
    text: str

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def is_code(self) -> bool:
        return self.path.endswith((".py", ".ts", ".tsx", ".sh"))

    @property
    def in_core(self) -> bool:
        return self.path.startswith("src/busyhour/core/")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)


def files(root: Path = ROOT) -> list[File]:
    """All text files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    paths = sorted(root / name for name in listed.stdout.decode().split("\0") if name)
    return [
        File(path.relative_to(root).as_posix(), content.decode())
        for path in paths
        if path.is_file() and b"\0" not in (content := path.read_bytes())[:8000]
    ]


def too_long(file: File) -> Iterator[str]:
    lines = file.text.count("\n")
    if file.is_code and lines > FILE_LINES_MAX and file.path not in ALLOWED_LONG:
        yield f"{file.path} has {lines} lines, more than {FILE_LINES_MAX}: one subject a file"


def function_too_long(file: File) -> Iterator[str]:
    if not file.is_python:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            name = f"{file.path}:{node.name}"
            if lines > FUNCTION_LINES_MAX and name not in ALLOWED_LONG:
                yield f"{name} has {lines} lines, more than {FUNCTION_LINES_MAX}"


def no_docstring(file: File) -> Iterator[str]:
    empty_package = file.path.endswith("__init__.py") and not file.text.strip()
    if file.is_python and not empty_package and not ast.get_docstring(file.tree):
        yield f"{file.path} does not say what it is for: open it with a docstring"


def bad_name(file: File) -> Iterator[str]:
    if not file.is_python:
        return
    names = [n.name for n in ast.walk(file.tree) if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    for name in [*names, Path(file.path).stem]:
        if name.endswith(NO_NAMES) or name in {"utils", "helpers", "manager"}:
            yield f"{file.path}: {name} says nothing: name what it does"


def left_open(file: File) -> Iterator[str]:
    if not file.is_code:
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        if LEFT_OPEN.search(line):
            yield f"{file.path}:{number} leaves work open: do it, or file an issue"
        if file.is_python and NOT_RUN.search(line) and not file.path.startswith("tests/tidy/"):
            yield f"{file.path}:{number} has a test that does not run"


def names_registry(file: File) -> Iterator[str]:
    if file.path in MAY_NAME_HOSTS:
        return
    for number, line in enumerate(file.text.splitlines(), 1):
        for host in REGISTRY_HOSTS:
            if host in line.lower():
                yield f"{file.path}:{number} names {host}: let the machine's own configuration say where packages are"


def banned_call(file: File) -> Iterator[str]:
    if not file.is_python:
        return
    for node in ast.walk(file.tree):
        why = _why_banned(node, in_core=file.in_core) or _why_sql_banned(node, is_product=file.path.startswith("src/"))
        if why:
            yield f"{file.path}:{getattr(node, 'lineno', 0)} {why}"


def _why_banned(node: ast.AST, *, in_core: bool) -> str | None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        found = {"pickle", "marshal", "shelve"} & {m.split(".")[0] for m in modules}
        return f"imports {min(found)}: it runs code that it reads; use msgspec" if found else None
    if isinstance(node, ast.Call):
        return _why_call_banned(node, _dotted(node.func), in_core=in_core)
    return None


def _why_call_banned(call: ast.Call, name: str, *, in_core: bool) -> str | None:
    last_two = ".".join(name.split(".")[-2:])
    if name in {"eval", "exec"}:
        return f"calls {name}"
    if name in {"os.system", "os.popen"}:
        return f"calls {name}: start programs by a list of words"
    if any(k.arg == "shell" and not _is_false(k.value) for k in call.keywords):
        return "starts a shell: start programs by a list of words"
    if last_two == "datetime.now" and not call.args and not call.keywords:
        return "calls datetime.now without a zone"
    if last_two in {"datetime.utcnow", "datetime.today", "date.today"}:
        return f"calls {last_two}: ask for the time in a zone"
    if in_core and (name.startswith("time.") or last_two in {"datetime.now", "date.today"}):
        return f"calls {name} in the core: the time is an argument there"
    return None


def _why_sql_banned(node: ast.AST, *, is_product: bool) -> str | None:
    """Tests may compose what makes their own databases; the product may not."""
    if not (is_product and isinstance(node, ast.Call)):
        return None
    name = _dotted(node.func).rpartition(".")[2]
    if name in {"text", "execute", "exec_driver_sql"} and node.args and _is_built(node.args[0]):
        return f"gives a composed string to {name}: SQL takes its values as parameters"
    return None


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_built(node: ast.expr) -> bool:
    """A string put together at run time, by whatever means. Constants of ours, in CAPITALS, may be joined."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) and not _is_ours(part.value) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not (_is_ours(node.left) and _is_ours(node.right)) and _has_string(node)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}


def _is_ours(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_ours(node.left) and _is_ours(node.right)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _has_string(node: ast.expr) -> bool:
    return any(
        isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in ast.walk(node)
    )


RULES = (too_long, function_too_long, no_docstring, bad_name, left_open, names_registry, banned_call)
