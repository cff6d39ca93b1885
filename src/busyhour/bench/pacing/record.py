"""A file that keeps the runs of a long grid, one a line, so that it can go on where it was interrupted.

A line names the program that made it (`commit`); the figures of a grid tell of how many programs they come.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from busyhour.bench.pacing.cells import Result
from busyhour.bench.pacing.scenarios import Cell
from busyhour.service.errors import Invalid

Key = tuple[str, str, int, float, int, bool, str]


class Line(Struct, frozen=True, kw_only=True):
    quick: bool
    commit: str
    result: Result


class Record:
    """Without a file nothing is kept, and nothing is known."""

    def __init__(self, file: Path | None, commit: str) -> None:
        self._file, self._commit = file, commit
        self._known = {_key(line.result, quick=line.quick): line for line in _lines(file)}
        self._ends_whole = True
        if file is not None:
            if not file.parent.is_dir():
                raise Invalid(f"There is no folder {file.parent}. Make it, or name another file.", field="record")
            self._ends_whole = not file.exists() or file.read_bytes()[-1:] in (b"", b"\n")

    def found(self, method: str, cell: Cell, setting: object) -> Result | None:
        key = (cell.scenario, method, cell.n, cell.p, cell.seed, cell.quick, _word(setting))
        line = self._known.get(key)
        return line.result if line is not None else None

    def add(self, result: Result, *, quick: bool) -> None:
        if self._file is None:
            return
        line = Line(quick=quick, commit=self._commit, result=result)
        with self._file.open("ab") as out:
            out.write((b"" if self._ends_whole else b"\n") + msgspec.json.encode(line) + b"\n")
        self._ends_whole = True
        self._known[_key(result, quick=quick)] = line

    def commits(self, results: Iterable[Result], *, quick: bool) -> list[str]:
        """The programs that made these."""
        lines = [self._known.get(_key(result, quick=quick)) for result in results]
        return sorted({line.commit if line is not None else self._commit for line in lines})


def _lines(file: Path | None) -> Iterable[Line]:
    """A run that was killed may leave half a line."""
    if file is None or not file.exists():
        return
    for raw in file.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(raw, type=Line)
        except msgspec.DecodeError:
            continue


def _key(result: Result, *, quick: bool) -> Key:
    return (result.scenario, result.method, result.n, result.p, result.seed, quick, _word(result.setting))


def _word(setting: object) -> str:
    return msgspec.json.encode(setting).decode()
