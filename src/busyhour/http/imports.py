"""Imports: look at a file before, start one, follow it, see what was rejected, stop it.

A file comes as a multipart form, streamed to disk, never under the name that the user gave it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Annotated, Any, Final, Literal

from fastapi import Query, Request
from msgspec import Struct
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from busyhour.http.downloads import Download
from busyhour.http.numbers_added import follow_import
from busyhour.http.routes import Id, Routes, json_response
from busyhour.http.services import Services, Use, Who
from busyhour.service import records as r
from busyhour.service.errors import Invalid
from busyhour.service.import_reading import DUPLICATES
from busyhour.service.importing import Upload
from busyhour.service.list_files import MEDIA_TYPES, FileAsk, FilePreview

routes = Routes("imports")

FIELDS_MAX: Final = 10
FIELD_BYTES_MAX: Final = 1024
COPY_BYTES: Final = 1024 * 1024
RANGE_MAX: Final = 1_000_000
RANGE_DIGITS_MAX: Final = 15

FILE_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "format": {"type": "string", "enum": ["csv", "native", "xlsx", "xls", "ods"]},
        "delimiter": {"type": "string", "enum": [",", ";", "\t", "|"]},
        "encoding": {"type": "string"},
    },
}
IMPORT_FORM: Final[dict[str, Any]] = {
    **FILE_FORM,
    "properties": {
        **FILE_FORM["properties"],
        "duplicates": {"type": "string", "enum": list(DUPLICATES), "default": DUPLICATES[0]},
        "short_numbers": {"type": "string", "enum": ["true", "false"], "default": "false"},
    },
}


@routes.post("/api/imports/preview", permission="lists:write", form=FILE_FORM, upload=True)
async def preview_import(who: Who, use: Use, request: Request) -> FilePreview:
    async with received(request, use) as (upload, _):
        return await use.imports.preview(upload, who.session.tenant.country)


@routes.post("/api/lists/{list_id}/imports", permission="lists:write", form=IMPORT_FORM, upload=True, status=202)
async def start_import(who: Who, use: Use, list_id: Id, request: Request) -> r.ImportJob:
    await use.lists.list_(who.tenant_id, list_id)  # before a large file is taken in for nothing
    async with received(request, use) as (upload, fields):
        job = await use.imports.start(
            who.session.tenant,
            list_id,
            upload,
            duplicates=fields.get("duplicates") or DUPLICATES[0],
            allow_short=yes(fields, "short_numbers"),
        )
    follow_import(request.app, use, who.tenant_id, job)
    return job


class NumberRange(Struct, frozen=True, kw_only=True):
    """`count` consecutive numbers from `first` on; leading zeros are kept (WD-086)."""

    first: str
    count: int
    short_numbers: bool = False


@routes.post("/api/lists/{list_id}/range", permission="lists:write", status=202)
async def add_range(request: Request, who: Who, use: Use, list_id: Id, body: NumberRange) -> r.ImportJob:
    """The numbers go through the same checks as those of a file, so one that does not exist is among the rejects."""
    await use.lists.list_(who.tenant_id, list_id)
    numbers = consecutive(body.first, body.count)
    path = use.imports.spool_path()
    await asyncio.to_thread(path.write_text, "\n".join(numbers) + "\n", "ascii")
    upload = Upload(path=path, file_name=f"{body.first} and {body.count - 1} more", ask=FileAsk(format="native"))
    try:
        job = await use.imports.start(who.session.tenant, list_id, upload, allow_short=body.short_numbers)
    finally:
        use.imports.release(path)
    follow_import(request.app, use, who.tenant_id, job)
    return job


def consecutive(first: str, count: int) -> Iterator[str]:
    """`+` and the width of the first one stay."""
    plus, digits = ("+", first[1:]) if first.startswith("+") else ("", first)
    if not digits.isascii() or not digits.isdigit() or len(digits) > RANGE_DIGITS_MAX:
        raise Invalid("The first number has digits only, perhaps with a + before them.", field="first")
    if not 1 <= count <= RANGE_MAX:
        raise Invalid(f"A range has 1 to {RANGE_MAX:,} numbers.", field="count")
    if len(str(int(digits) + count - 1)) > len(digits):
        raise Invalid("The last number would be longer than the first. Ask for fewer.", field="count")
    return (f"{plus}{number:0{len(digits)}d}" for number in range(int(digits), int(digits) + count))


@routes.get("/api/imports/{import_id}", permission="lists:read")
async def get_import(who: Who, use: Use, import_id: Id) -> r.ImportJob:
    return await use.imports.job(who.tenant_id, import_id)


@routes.delete("/api/imports/{import_id}", permission="lists:write", status=200)
async def cancel_import(who: Who, use: Use, import_id: Id) -> r.ImportJob:
    return await use.imports.cancel(who.tenant_id, import_id)


@routes.get(
    "/api/imports/{import_id}/rejects", permission="lists:read", answer=list[r.Reject], media=(MEDIA_TYPES["csv"],)
)
async def list_rejects(
    who: Who, use: Use, import_id: Id, form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json"
) -> Response:
    rejects = await use.imports.rejects(who.tenant_id, import_id)
    if form == "json":
        return json_response(list(rejects))
    header = ("line", "reason", "text")
    return Download(await use.exports.table(f"rejects-{import_id}", "csv", header, lines(rejects)))


async def lines(rejects: Sequence[r.Reject]) -> AsyncIterator[Sequence[str | float | None]]:
    for reject in rejects:
        yield (reject.line, reject.reason, reject.text)


@asynccontextmanager
async def received(request: Request, use: Services) -> AsyncIterator[tuple[Upload, dict[str, str]]]:
    """The file of the form, on disk, and the form's other fields. The file is gone afterwards unless an import runs
    on it, which then deletes it at its end."""
    async with received_file(request, use) as (path, name, fields):
        ask = FileAsk(
            format=fields.get("format") or None,
            delimiter={"tab": "\t", "\\t": "\t"}.get(fields.get("delimiter", ""), fields.get("delimiter")) or None,
            encoding=fields.get("encoding") or None,
        )
        yield Upload(path=path, file_name=name, ask=ask), fields


@asynccontextmanager
async def received_file(
    request: Request, use: Services, *, field_bytes_max: int = FIELD_BYTES_MAX
) -> AsyncIterator[tuple[Path, str, dict[str, str]]]:
    """Where it lies, the name that its user gave it, and the form's other fields."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Invalid("Send the file as a multipart form with the field `file`.", code="no_file", field="file")
    async with request.form(max_files=1, max_fields=FIELDS_MAX, max_part_size=field_bytes_max) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid("The form has no file. Choose a file and send it again.", code="no_file", field="file")
        fields = text_fields(form)
        path = use.imports.spool_path()
        await asyncio.to_thread(copied, file.file, path)
    try:
        yield path, file.filename or "upload", fields
    finally:
        use.imports.release(path)


def text_fields(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def copied(source: IO[bytes], path: Path) -> None:
    with path.open("xb") as target:
        shutil.copyfileobj(source, target, COPY_BYTES)


def yes(fields: dict[str, str], name: str) -> bool:
    value = fields.get(name, "false").lower()
    if value not in {"true", "false", "1", "0", ""}:
        raise Invalid(f"{name} is true or false.", field=name)
    return value in {"true", "1"}
