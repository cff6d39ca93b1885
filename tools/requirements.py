"""Lists every requirement with the tests that show it.

The requirements are read from the catalogues in docs/requirements; the tests from the markers
`@pytest.mark.covers("WD-127")`, found in the text of the test files without running them. An id in a marker that no
catalogue has is an error, so a slip of the pen fails `make check`.

    python tools/requirements.py            a table by family, then the tests of each id that is shown
    python tools/requirements.py --missing  the ids that no test shows
    python tools/requirements.py --json     the whole, for programs
    python tools/requirements.py --check    only the errors
"""

import argparse
import ast
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = {
    "WD": "outbound dialer",
    "AC": "acceptance scenarios of the outbound dialer",
    "PC": "facts known from public clients",
    "DEC": "decisions on unclear points",
    "MZ": "call-center platform",
    "AD": "automated dialing system",
    "OC": "inbound call distribution",
    "CP": "call-center phone with data hooks",
    "U": "one domain model for all",
    "I": "invariants of every history",
}
ID = rf"(?:(?:{'|'.join(FAMILIES)})-\d+[a-z]?|I\d+)"
# An id is defined where it stands in bold, heads a scenario, or opens a row of a table.
DEFINITION = re.compile(rf"(?:\*\*|^### |^\| ?)({ID})\b", re.MULTILINE)
TEXT_MAX = 160  # characters of a requirement shown in a line


@dataclass(frozen=True)
class Requirement:
    id: str
    text: str

    @property
    def family(self) -> str:
        return family_of(self.id)


@dataclass(frozen=True)
class Claim:
    """A test that says it shows a requirement."""

    id: str
    test: str
    line: int


def read_catalogue(folder: Path) -> dict[str, Requirement]:
    found: dict[str, Requirement] = {}
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        text = path.read_text(encoding="utf-8")
        matches = list(DEFINITION.finditer(text))
        for match, following in zip(matches, [*matches[1:], None], strict=True):
            until = text.find("\n", match.end())
            until = min(until, following.start()) if following else until
            found.setdefault(match[1], Requirement(match[1], _plain(text[match.end() : until])))
    return found


def read_claims(folder: Path, root: Path) -> list[Claim]:
    claims: list[Claim] = []
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        where = path.relative_to(root).as_posix()
        named = _named_in(tree)
        for node, inherited in _tests_in(tree, named):
            ids = inherited + _ids_of(node.decorator_list, named)
            claims += [Claim(name, f"{where}::{node.name}", node.lineno) for name in dict.fromkeys(ids)]
    return claims


def unknown(catalogue: dict[str, Requirement], claims: list[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.id not in catalogue]


TestNode = ast.FunctionDef | ast.AsyncFunctionDef
Named = dict[str, ast.expr]


def _named_in(tree: ast.Module) -> Named:
    """What the names of the module stand for: several tests may share their ids."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _tests_in(tree: ast.Module, named: Named) -> list[tuple[TestNode, list[str]]]:
    inherited = _module_ids(named)
    found: list[tuple[TestNode, list[str]]] = []
    for node in tree.body:
        if isinstance(node, TestNode) and node.name.startswith("test"):
            found.append((node, inherited))
        elif isinstance(node, ast.ClassDef):
            of_class = inherited + _ids_of(node.decorator_list, named)
            found += [(n, of_class) for n in node.body if isinstance(n, TestNode) and n.name.startswith("test")]
    return found


def _module_ids(named: Named) -> list[str]:
    marks = named.get("pytestmark")
    return [] if marks is None else _ids_of([marks], named)


def _ids_of(decorators: list[ast.expr], named: Named) -> list[str]:
    """The ids in `covers(...)` marks, also in those that stand on one case of a parametrized test."""
    calls = [node for decorator in decorators for node in ast.walk(decorator) if isinstance(node, ast.Call)]
    covers = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "covers"]
    return [name for call in covers for arg in call.args for name in _strings(arg, named)]


def _strings(node: ast.expr, named: Named) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [text for part in parts for text in _strings(part, named)]
        case ast.Starred(value=inner):
            return _strings(inner, named)
        case ast.Name(id=name) if name in named:
            return _strings(named[name], named)
    raise ValueError(f"covers({ast.unparse(node)}) cannot be read: write ids, or a name of this module for some")


def _plain(text: str) -> str:
    return re.sub(r"[*`|]|\[s[\d s]+\]", "", text).strip(" :")[:TEXT_MAX].rstrip()


def family_of(name: str) -> str:
    return name.split("-", maxsplit=1)[0] if "-" in name else "I"


def order(name: str) -> tuple[int, int, str]:
    return list(FAMILIES).index(family_of(name)), int(re.sub(r"\D", "", name)), name


def as_json(catalogue: dict[str, Requirement], tests: dict[str, list[str]]) -> str:
    rows = [{"id": n, "text": catalogue[n].text, "tests": tests.get(n, [])} for n in sorted(catalogue, key=order)]
    return json.dumps(
        {"total": len(rows), "shown": sum(bool(r["tests"]) for r in rows), "requirements": rows}, indent=1
    )


def print_summary(console: Console, catalogue: dict[str, Requirement], tests: dict[str, list[str]]) -> None:
    table = Table(title="Requirements and the tests that show them", title_justify="left")
    for heading in ("family", "what", "ids", "shown by a test", "not yet"):
        table.add_column(heading, justify="left" if heading in {"family", "what"} else "right")
    total, shown = Counter(r.family for r in catalogue.values()), Counter(map(family_of, tests))
    for family, what in FAMILIES.items():
        table.add_row(family, what, str(total[family]), str(shown[family]), str(total[family] - shown[family]))
    table.add_section()
    table.add_row("all", "", str(total.total()), str(shown.total()), str(total.total() - shown.total()))
    console.print(table)


def print_shown(console: Console, catalogue: dict[str, Requirement], tests: dict[str, list[str]]) -> None:
    table = Table("id", "requirement", "tests", show_lines=True)
    for name in sorted(tests, key=order):
        table.add_row(name, catalogue[name].text, "\n".join(tests[name]))
    console.print(table)


def print_missing(console: Console, catalogue: dict[str, Requirement], tests: dict[str, list[str]]) -> None:
    for name in sorted(catalogue.keys() - tests.keys(), key=order):
        console.print(
            f"{name:8} {catalogue[name].text}", highlight=False, markup=False, overflow="ellipsis", no_wrap=True
        )


def run(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for option in ("--json", "--missing", "--check"):
        parser.add_argument(option, action="store_true")
    asked = parser.parse_args(arguments)
    catalogue = read_catalogue(ROOT / "docs" / "requirements")
    claims = read_claims(ROOT / "tests", ROOT)
    faults = unknown(catalogue, claims)
    for claim in faults:
        print(f"{claim.test} (line {claim.line}) covers {claim.id}, which no catalogue has", file=sys.stderr)
    tests: dict[str, list[str]] = {}
    for claim in claims:
        if claim.id in catalogue:
            tests.setdefault(claim.id, []).append(claim.test)
    console = Console()
    if asked.json:
        print(as_json(catalogue, tests))
    elif asked.missing:
        print_missing(console, catalogue, tests)
    elif not asked.check:
        print_shown(console, catalogue, tests)
        print_summary(console, catalogue, tests)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(run())
