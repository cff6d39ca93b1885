"""The data folder: made readable by us only, used by one process at a time, and told where the server is."""

import fcntl
import json
import logging
import logging.handlers
import os
from pathlib import Path

import structlog
from structlog.typing import Processor

from busyhour.service.errors import Conflict, Unavailable

LOG_BYTES_MAX = 16 * 1024 * 1024
LOGS_KEPT = 5


class DataFolder:
    """`take` it, and `give_back` at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def take(self) -> None:
        """Raises `Conflict` when another process uses it, `Unavailable` when it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise Unavailable(
                f"The data folder {self.path} cannot be written ({fault.strerror}). "
                "Choose another with BUSYHOUR_DATA, or mend its rights."
            ) from fault
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            os.close(self._lock)
            self._lock = None
            raise Conflict(
                f"Busyhour already runs on {self.path}. Stop it first, or choose another folder with BUSYHOUR_DATA."
            ) from fault

    def give_back(self) -> None:
        (self.path / "server.json").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write_private(self, name: str, text: str) -> None:
        """Atomically, and readable by us only."""
        file = self.path / name
        new = file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
        new.replace(file)

    def say_where(self, url: str, loaded_utc_s: float) -> None:
        """So that the command line on this machine finds the server, and knows one program from the next."""
        where = {"url": url, "pid": os.getpid(), "parent": os.getppid(), "loaded_utc_s": loaded_utc_s}
        self.write_private("server.json", json.dumps(where))

    def log_to_file(self) -> None:
        """Everything as JSON lines into `log/busyhour.log`, bounded; warnings also to the terminal."""
        folder = self.path / "log"
        folder.mkdir(exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / "busyhour.log", maxBytes=LOG_BYTES_MAX, backupCount=LOGS_KEPT, encoding="utf-8"
        )
        shared: list[Processor] = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ]
        file.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=shared,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            )
        )
        terminal = logging.StreamHandler()
        terminal.setLevel(logging.WARNING)
        terminal.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=shared,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.dev.ConsoleRenderer(colors=False),
                ],
            )
        )
        logging.basicConfig(level=logging.INFO, handlers=[file, terminal], force=True)
        for noisy in ("alembic", "uvicorn.access", "httpx"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
        )
