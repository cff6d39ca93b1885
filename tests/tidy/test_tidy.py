"""The repository keeps its own form. If no tool checks it, it is not a rule."""

from collections.abc import Callable, Iterator

import pytest

from tests.tidy import rules
from tests.tidy.rules import File

Rule = Callable[[File], Iterator[str]]


@pytest.fixture(scope="module")
def files() -> list[File]:
    return rules.files()


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps(rule: Rule, files: list[File]) -> None:
    faults = [fault for file in files for fault in rule(file)]
    assert not faults, "\n".join(faults)


def test_the_files_are_found(files: list[File]) -> None:
    assert {"Makefile", "uv.lock", "src/busyhour/core/events.py"} <= {file.path for file in files}


def test_allowances_are_still_needed(files: list[File]) -> None:
    known = {file.path for file in files}
    assert all(name.split(":")[0] in known and reason for name, reason in rules.ALLOWED_LONG.items())


HEAD = '"""What it is for."""\n'
HOST = rules.REGISTRY_HOSTS[0]

PLANTED: list[tuple[Rule, str, str]] = [
    (rules.too_long, "src/busyhour/a.py", HEAD + "\n" * 400),
    (rules.too_long, "web/src/a.tsx", "\n" * 401),
    (rules.function_too_long, "src/busyhour/a.py", HEAD + "def f():\n" + "    x = 1\n" * 60),
    (rules.no_docstring, "src/busyhour/a.py", "x = 1\n"),
    (rules.bad_name, "src/busyhour/a.py", HEAD + "class CallManager: ...\n"),
    (rules.bad_name, "src/busyhour/utils.py", HEAD),
    (rules.left_open, "src/busyhour/a.py", HEAD + "# TO" + "DO: more\n"),
    (rules.left_open, "tests/core/test_a.py", HEAD + "@pytest.mark.skip\n"),
    (rules.left_open, "tests/core/test_a.py", HEAD + 'pytest.importorskip("x")\n'),
    (rules.names_registry, "README.md", f"see https://{HOST}/simple\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "datetime.now()\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "dt.datetime.utcnow()\n"),
    (rules.banned_call, "src/busyhour/core/a.py", HEAD + "datetime.now(UTC)\n"),
    (rules.banned_call, "src/busyhour/core/a.py", HEAD + "time.time()\n"),
    (rules.banned_call, "src/busyhour/core/a.py", HEAD + "time.monotonic()\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "eval(x)\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "import pickle\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "from pickle import loads\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "os.system(x)\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + "subprocess.run(x, shell=True)\n"),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'text(f"select {x}")\n'),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'sa.text("select " + x)\n'),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'sa.text(ROWS + condition + " LIMIT 1")\n'),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'sa.text(" ".join(parts))\n'),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'connection.execute("select %s" % x)\n'),
    (rules.banned_call, "src/busyhour/a.py", HEAD + 'connection.execute("select {}".format(x))\n'),
]


@pytest.mark.parametrize(
    ("rule", "path", "text"), PLANTED, ids=[f"{r.__name__}-{i}" for i, (r, *_) in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(File(path, text)))


INNOCENT = [
    ("src/busyhour/a.py", HEAD + "datetime.now(UTC)\n"),
    ("src/busyhour/a.py", HEAD + "time.time()\n"),
    ("src/busyhour/a.py", HEAD + 'text("select :x")\n'),
    ("src/busyhour/a.py", HEAD + "session.execute(select(table).where(table.c.n == 1 + n))\n"),
    ("src/busyhour/a.py", HEAD + 'text(ROWS + "WHERE x = :x" + ORDER)\n'),
    ("src/busyhour/a.py", HEAD + 'text(f"CREATE SCHEMA {SCHEMA}")\n'),
    ("tests/conftest.py", HEAD + 'connection.execute(f"CREATE DATABASE {name}")\n'),
    ("src/busyhour/a.py", HEAD + "subprocess.run(x, shell=False)\n"),
    ("uv.lock", f"https://{HOST}/simple\n"),
]


@pytest.mark.parametrize(("path", "text"), INNOCENT)
def test_the_innocent_are_left_alone(path: str, text: str) -> None:
    assert not [fault for rule in rules.RULES for fault in rule(File(path, text))]
