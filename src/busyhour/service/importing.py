"""Imports of contact lists: a file in, all good rows in the list or none, each bad row with its line and reason.

A file is read by a process of its own, checked row by row, and streamed into one transaction of the store. An import
that ends in any other way than `done` has added nothing.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import structlog

from busyhour.service import ports
from busyhour.service import records as r
from busyhour.service.apart import Work, WorkFailed, frames_apart, name_of
from busyhour.service.background import once
from busyhour.service.errors import Invalid, NotFound, StoreDown, TooMany, UserError
from busyhour.service.import_reading import (
    DUPLICATES,
    SKIP_IN_LIST,
    ImportRules,
    ReadFrame,
    ReadOrder,
    look_at_file,
    preview_file,
    read_file,
)
from busyhour.service.list_files import FileAsk, FileForm, FilePreview, ListFiles
from busyhour.service.packed import Packed

AT_ONCE_MAX: Final = 2
"""Imports that run; each takes most of a core."""
WAITING_MAX: Final = 20
FINISHED_KEPT_MAX: Final = 100
SAVE_DELAYS_S: Final = (0.5, 2.0, 5.0, 15.0)
"""Pauses between attempts to write down how an import ended."""
FILE_NAME_MAX: Final = 200
OUR_FAULT: Final = "The import failed because of a fault in Busyhour. Nothing was added. The server's log says more."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of the user, spooled under a name that the server chose."""

    path: Path
    file_name: str
    ask: FileAsk


@dataclass(kw_only=True)
class Running:
    """An import of this process: how far it is, and who works on it."""

    tenant: int
    job: r.ImportJob
    rejects: list[r.Reject] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    saved: bool = False


def rules_of(tenant: r.Tenant, duplicates: str, allow_short: bool) -> ImportRules:
    if duplicates not in DUPLICATES:
        raise Invalid(f"Duplicates can be: {', '.join(DUPLICATES)}.", field="duplicates")
    return ImportRules(region=tenant.country, duplicates=duplicates, allow_short=allow_short)


def discard(path: Path) -> None:
    path.unlink(missing_ok=True)


class Importing:
    """One for each server. `spool` is a folder that belongs to it alone."""

    def __init__(self, *, lists: ports.Lists, files: type[ListFiles], clock: ports.Clock, spool: Path) -> None:
        self._lists = lists
        self._files = name_of(files)
        self._clock = clock
        self._spool = spool
        self._running: dict[tuple[int, int], Running] = {}
        self._in_use: set[Path] = set()
        self._turn = asyncio.Semaphore(AT_ONCE_MAX)

    def spool_path(self) -> Path:
        """Where the next upload is to be written. The user's file name has no part in it."""
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._spool / f"upload-{secrets.token_hex(16)}"

    def clear_spool(self) -> None:
        """At start: what an earlier process left behind."""
        for path in self._spool.glob("upload-*"):
            path.unlink(missing_ok=True)

    def release(self, path: Path) -> None:
        """The upload is not needed any more, unless an import runs on it: that one deletes it at its end."""
        if path not in self._in_use:
            discard(path)

    async def preview(self, upload: Upload, country: str) -> FilePreview:
        order = self._order(upload, ImportRules(region=country))
        return msgspec.msgpack.decode(await self._one_frame(preview_file, order), type=FilePreview)

    async def start(
        self,
        tenant: r.Tenant,
        list_id: int,
        upload: Upload,
        *,
        duplicates: str = DUPLICATES[0],
        allow_short: bool = False,
    ) -> r.ImportJob:
        """Look at the file, then import it in the background; a file that cannot be a list is refused at once."""
        self._check_room()
        order = self._order(upload, rules_of(tenant, duplicates, allow_short))
        form = msgspec.msgpack.decode(await self._one_frame(look_at_file, order), type=FileForm)
        job = await self._lists.create_import(tenant.tenant_id, list_id, upload.file_name[:FILE_NAME_MAX])
        self._in_use.add(upload.path)
        job = msgspec.structs.replace(job, rows_total=form.rows_total)
        running = Running(tenant=tenant.tenant_id, job=job)
        self._running[tenant.tenant_id, job.import_id] = running
        running.task = once("import", self._run(running, msgspec.structs.replace(order, form=form)))
        return job

    def _check_room(self) -> None:
        if sum(running.job.state == "running" for running in self._running.values()) >= WAITING_MAX:
            raise TooMany(f"{WAITING_MAX} imports are waiting already. Try again in a minute.", retry_after_s=60)

    async def job(self, tenant: int, import_id: int) -> r.ImportJob:
        running = self._running.get((tenant, import_id))
        if running is not None:
            return running.job
        job = await self._lists.import_(tenant, import_id)
        return self._orphaned(job) if job.state == "running" else job

    async def rejects(self, tenant: int, import_id: int) -> Sequence[r.Reject]:
        running = self._running.get((tenant, import_id))
        if running is not None and not running.saved:
            return running.rejects
        return await self._lists.rejects(tenant, import_id)

    async def cancel(self, tenant: int, import_id: int) -> r.ImportJob:
        """Stop it; nothing is added. An import that has ended stays as it ended."""
        running = self._running.get((tenant, import_id))
        if running is None:
            return await self.job(tenant, import_id)
        if running.task is not None and running.job.state == "running":
            running.task.cancel()
            await asyncio.wait([running.task])
        return running.job

    async def wait(self, tenant: int, import_id: int) -> r.ImportJob:
        """Until it has ended and that is written down."""
        running = self._running.get((tenant, import_id))
        if running is None or running.task is None:
            return await self.job(tenant, import_id)
        await asyncio.wait([running.task])
        return running.job

    async def close(self) -> None:
        tasks = [running.task for running in self._running.values() if running.task and not running.task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    # One import

    async def _run(self, running: Running, order: ReadOrder) -> None:
        upload = Path(order.path)
        added, error = 0, OUR_FAULT
        try:
            added, error = await self._add(running, order), ""
        except asyncio.CancelledError:
            error = "The import was cancelled. Nothing was added."
        except UserError as fault:
            error = fault.text
        except StoreDown:
            error = "The database could not be reached. Look whether the list has the contacts before you try again."
        except WorkFailed as fault:
            log.exception("import_reading_failed", import_id=running.job.import_id, trace=str(fault))
        finally:
            self._in_use.discard(upload)
            discard(upload)
            ended = {"state": "failed" if error else "done", "error": error or None, "contacts_added": added}
            self._note(running, **ended, ended_utc_s=self._clock.now().utc_s)
            await self._save(running)

    async def _add(self, running: Running, order: ReadOrder) -> int:
        async with self._turn:
            order = await self._with_known(running, order)
            # Closed here, for a store that is interrupted leaves the rest of the rows, and the process that reads them.
            async with contextlib.aclosing(self._batches(running, order)) as batches:
                return await self._lists.import_contacts(
                    running.tenant,
                    running.job.import_id,
                    batches,
                    lambda count: self._note(running, contacts_added=count),
                )

    async def _batches(self, running: Running, order: ReadOrder) -> AsyncGenerator[Sequence[r.NewContact]]:
        """The good rows. Raises at the end if there were none, so that the transaction is rolled back."""
        decoder = msgspec.msgpack.Decoder(ReadFrame)
        added = 0
        async with contextlib.aclosing(frames_apart(read_file, msgspec.msgpack.encode(order))) as frames:
            async for frame in frames:
                batch = decoder.decode(frame)
                running.rejects += batch.rejects
                added += batch.contacts
                self._note(running, rows_read=batch.rows_read, rows_rejected=batch.rows_rejected)
                if batch.contacts:
                    yield Packed(batch.text, contacts=batch.contacts, numbers=batch.numbers)
        if added == 0:
            first = running.rejects[0]
            raise Invalid(
                f"None of the {running.job.rows_rejected:,} rows can be imported, so nothing was added. "
                f"The first is line {first.line}: {first.reason}. Check the format, the delimiter and the country.",
                code="all_rejected",
            )

    async def _with_known(self, running: Running, order: ReadOrder) -> ReadOrder:
        if order.rules.duplicates != SKIP_IN_LIST:
            return order
        known: set[int] = set()
        async for contact in self._lists.export_contacts(running.tenant, running.job.list_id):
            known.update(int(number.removeprefix("+")) for number in contact.numbers)
        return msgspec.structs.replace(order, known=frozenset(known))

    def _note(self, running: Running, **changes: object) -> None:
        running.job = msgspec.structs.replace(running.job, **changes)

    async def _save(self, running: Running) -> None:
        """Until then the end is known to this process only; `job` answers from here."""
        for delay_s in (*SAVE_DELAYS_S, None):
            try:
                await self._lists.save_import(running.tenant, running.job, running.rejects)
            except StoreDown:
                if delay_s is not None:
                    await asyncio.sleep(delay_s)
            except NotFound:
                break  # the list was deleted meanwhile, and the import with it
            else:
                running.saved = True
                running.rejects = []
                break
        self._forget_old()

    def _forget_old(self) -> None:
        ended = [key for key, running in self._running.items() if running.job.state != "running"]
        for key in ended[:-FINISHED_KEPT_MAX]:
            del self._running[key]

    def _orphaned(self, job: r.ImportJob) -> r.ImportJob:
        """Marked as running in the store, yet nobody works on it: the server stopped in the middle."""
        return msgspec.structs.replace(
            job,
            state="failed",
            error="The server stopped during this import. Look whether the list has the contacts before you try again.",
        )

    def _order(self, upload: Upload, rules: ImportRules) -> ReadOrder:
        return ReadOrder(
            files=self._files, path=str(upload.path), file_name=upload.file_name, ask=upload.ask, rules=rules
        )

    async def _one_frame(self, work: Work, order: ReadOrder) -> bytes:
        async with contextlib.aclosing(frames_apart(work, msgspec.msgpack.encode(order))) as frames:
            async for frame in frames:
                return frame
        raise AssertionError("the work ended without a frame")
