"""Exports: a list, or any table of a report, as a file for a spreadsheet program or for another import.

Rows come from the store as a stream and go to a spool file, so memory stays flat; the writing is done by a thread. The
caller sends `ExportedFile.path` and then deletes it.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from busyhour.service import ports
from busyhour.service import records as r
from busyhour.service.errors import Invalid
from busyhour.service.list_files import LIST_FORMATS, MEDIA_TYPES, TABLE_FORMATS, ListFiles

ENDINGS: Final = {"csv": "csv", "xlsx": "xlsx", "native": "txt"}
AT_ONCE_MAX: Final = 2
CHUNK_ROWS: Final = 1_000
LENGTH_BYTES: Final = 4
NAME_MAX: Final = 80

Value = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """A finished file under a name of ours, and the name to offer it by."""

    path: Path
    file_name: str
    media_type: str

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class Exporting:
    """One for each server. `spool` is a folder that belongs to it alone."""

    def __init__(self, *, lists: ports.Lists, files: ListFiles, spool: Path) -> None:
        self._lists = lists
        self._files = files
        self._spool = spool
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)

    def clear_spool(self) -> None:
        """At start: what an earlier process left behind."""
        for path in self._spool.glob("export-*"):
            path.unlink(missing_ok=True)

    async def contacts(self, tenant: int, list_id: int, form: str) -> ExportedFile:
        """Every contact with all its attributes, input and output (WD-089, WD-090)."""
        _check(form, LIST_FORMATS)
        found = await self._lists.list_(tenant, list_id)
        spooled = await self._spooled(self._lists.export_contacts(tenant, list_id))
        contacts = Spooled(spooled, r.Contact)
        return await self._written(
            found.name, form, spooled, lambda path: self._files.write_contacts(path, form, contacts)
        )

    async def table(
        self, name: str, form: str, header: Sequence[str], rows: AsyncIterator[Sequence[Value]]
    ) -> ExportedFile:
        """Any table, each row as long as the header."""
        _check(form, TABLE_FORMATS)
        spooled = await self._spooled(rows)
        table = Spooled(spooled, list[Value])
        return await self._written(name, form, spooled, lambda path: self._files.write_table(path, form, header, table))

    async def _spooled(self, rows: AsyncIterator[Any]) -> Path:
        path = self._path()
        encoder = msgspec.msgpack.Encoder()
        with path.open("wb", buffering=1024 * 1024) as file:
            try:
                async for row in rows:
                    content = encoder.encode(row)
                    file.write(len(content).to_bytes(LENGTH_BYTES) + content)
            except BaseException:
                discard(path)
                raise
        return path

    async def _written(self, name: str, form: str, spooled: Path, write: Any) -> ExportedFile:
        path = self._path()
        try:
            async with self._turn:
                await asyncio.to_thread(write, path)
        except BaseException:
            discard(path)
            raise
        finally:
            discard(spooled)
        return ExportedFile(path=path, file_name=f"{plain(name)}.{ENDINGS[form]}", media_type=MEDIA_TYPES[form])

    def _path(self) -> Path:
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._spool / f"export-{secrets.token_hex(16)}"


class Spooled:
    """Rows on disk that can be gone through more than once."""

    def __init__(self, path: Path, kind: Any) -> None:
        self._path = path
        self._decoder = msgspec.msgpack.Decoder(kind)

    def __iter__(self) -> Iterator[Any]:
        with self._path.open("rb", buffering=1024 * 1024) as file:
            while (content := _next(file)) is not None:
                yield self._decoder.decode(content)


def _next(file: BinaryIO) -> bytes | None:
    head = file.read(LENGTH_BYTES)
    return file.read(int.from_bytes(head)) if head else None


def discard(path: Path) -> None:
    path.unlink(missing_ok=True)


def _check(form: str, forms: Sequence[str]) -> None:
    if form not in forms:
        raise Invalid(f"There is no format {form[:20]!r}. Use one of: {', '.join(forms)}.", field="format")


def plain(name: str) -> str:
    """A file name that any system takes."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).strip("._")[:NAME_MAX] or "export"
