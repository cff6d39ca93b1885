"""Who logged in, and who could not, for the audit log: written beside the answer, which is as quick for a login that
exists as for one that does not."""

import asyncio
from typing import Final

import structlog

from busyhour.service import records as r
from busyhour.service.background import once
from busyhour.service.errors import StoreDown
from busyhour.service.ports import Directory

WRITING_MAX: Final = 1_000
"""At once. The throttles of `accounts.py` let fewer through; beyond it the program's log has to do."""

log = structlog.get_logger("accounts")


class Noted:
    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.writing: set[asyncio.Task[None]] = set()

    def log_in(self, user: r.User, *, good: bool, address: str) -> None:
        if len(self.writing) >= WRITING_MAX:
            log.warning("log-in not kept in the audit log", user_id=user.user_id, good=good, address=address)
            return
        task = once("note-log-in", self._write(user, good, address))
        self.writing.add(task)
        task.add_done_callback(self.writing.discard)

    async def _write(self, user: r.User, good: bool, address: str) -> None:
        try:
            await self.directory.note_log_in(user, good=good, address=address)
        except StoreDown as fault:
            log.warning(
                "log-in not kept in the audit log", user_id=user.user_id, good=good, address=address, fault=str(fault)
            )
