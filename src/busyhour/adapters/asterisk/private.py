"""The private PBX: an Asterisk of our own, started, watched, restarted when it dies, stopped with us.

A killed engine leaves it running, calls and all, and so does one that leaves for a new program; the next one on the
same data folder adopts it. An orderly stop ends it.
`python -m busyhour.adapters.asterisk.private --data DIR --offset N` runs one alone in the foreground.
"""

import argparse
import asyncio
import ipaddress
import json
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.install import PbxProgram, find_program
from busyhour.adapters.asterisk.install_fetch import Progress
from busyhour.adapters.asterisk.install_run import run_program
from busyhour.adapters.asterisk.private_ear import ari_session, becomes_deaf, becomes_ready
from busyhour.adapters.asterisk.private_process import PbxProcess
from busyhour.adapters.asterisk.private_takeover import STAMPS, calls_up, stamps_of
from busyhour.adapters.asterisk.sounds import DEFAULT_LINES, DEMO_LINES, make_sounds
from busyhour.service.background import for_ever
from busyhour.service.errors import Unavailable
from busyhour.service.ports import Voice
from busyhour.service.system_user import SYSTEM_USER, SystemUser, let_through, system_user
from busyhour.settings import Settings

RELOAD_TIMEOUT_S = 15.0
BACK_OFF_MIN_S = 0.5
BACK_OFF_MAX_S = 30.0
SETTLED_AFTER_S = 10.0
"""Up for so long, it is not one that cannot start: the next death starts with the shortest back-off. A PBX that dies
every minute is back soonest when nobody waits; only one that dies at its start would eat the machine."""
TIDY_EVERY_S = 30.0
CEL_BYTES_MAX = 32 * 1024 * 1024
"""About 100,000 calls; twice as much is kept, which is far more than recovery looks back."""
LOG_BYTES_MAX = 16 * 1024 * 1024
LOGS_KEPT = 3

log = structlog.get_logger("pbx")


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxStatistics:
    state: str  # starting | up | down | stopped
    version: str
    pid: int | None
    adopted: bool
    restarts: int
    up_since_utc_s: float | None
    last_fault: str


class PrivatePbx:
    def __init__(
        self,
        settings: Settings,
        report: Progress = lambda _done, _text: None,
        *,
        voice: Voice | None = None,
        demo: bool = False,
    ) -> None:
        self._settings = settings
        self._report = report
        self._voice = voice
        self._demo = demo
        self._folders = config.folders_of(settings)
        self._config_file = self._folders.etc / "asterisk.conf"
        self._program: PbxProgram | None = None
        self._user: SystemUser | None = None  # who it runs as, when not as we do
        self._written: config.Written | None = None
        self._process: PbxProcess | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._state = "stopped"
        self._adopted = False
        self._restarts = 0
        self._up_since_utc_s: float | None = None
        self._last_fault = ""
        self.came_back = asyncio.Event()
        """Set when a PBX that died is up again."""

    async def start(self) -> PbxAccess:
        """Raises `Unavailable` when there is no PBX to be had, or a port is taken."""
        self._state = "starting"
        self._program = await find_program(self._settings, self._report)
        self._user = system_user()
        if self._user is not None:
            for path in (Path(self._program.argv[0]), Path(self._program.argv[-1]), self._program.modules):
                let_through(path)
            let_through(self._program.share)
        self._written = config.write(self._settings, self._program, demo=self._demo, user=self._user)
        self._warn_of_silence()
        await self._make_sounds()
        try:
            if not await self._adopt():
                self._require_free_ports()
                await self._launch()
        except BaseException:
            await self.stop()
            raise
        self._watch_over()
        return self._written.access

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._process is not None:
            await self._process.end()
        self._state, self._up_since_utc_s = "stopped", None

    async def calls_up(self) -> int:
        """Whom a stop would cut off."""
        return await calls_up(self.access) if self._process is not None and self._process.alive else 0

    async def leave(self) -> None:
        """Stop watching and let it run, as a killed engine would: for an engine that is only being replaced."""
        if self._process is not None:
            self._process.forget()
            self._process = None
        await self.stop()

    def statistics(self) -> PbxStatistics:
        return PbxStatistics(
            state=self._state,
            version=self._program.version if self._program else "",
            pid=self._process.pid if self._process and self._process.alive else None,
            adopted=self._adopted,
            restarts=self._restarts,
            up_since_utc_s=self._up_since_utc_s,
            last_fault=self._last_fault,
        )

    # Starting

    async def _adopt(self) -> bool:
        """Take over the PBX that an earlier engine left running, with its calls."""
        assert self._written is not None
        found = PbxProcess.find(self._config_file)
        if found is None:
            return False
        stamps = stamps_of(self._folders)
        if stamps.get("restart") != self._written.restart_stamp:
            log.warning("pbx_configuration_changed", pid=found.pid, text="it must be started anew; its calls end")
            await found.end()
            return False
        self._process = found
        if not await becomes_ready(self.access, self._process):
            log.warning("pbx_left_behind_is_deaf", pid=found.pid)
            await found.end()
            return False
        if stamps.get("reload") != self._written.reload_stamp:
            await self._reload()
        self._adopted = True
        self._is_up()
        log.info("pbx_adopted", pid=found.pid)
        if self._user is not None and found.runs_as_root():
            log.warning("pbx_runs_as_root", pid=found.pid, text="its next start ends that")
        return True

    async def _launch(self) -> None:
        assert self._program is not None
        self._folders.guard(self._user)
        self._save_stamps()
        console = self._folders.console
        try:
            self._process = PbxProcess.start(
                self._program.argv, config=self._config_file, output=self._folders.open_console(), user=self._user
            )
        except PermissionError as fault:
            raise Unavailable(
                f"The system user {SYSTEM_USER} may not run {self._program.argv[0]}. Put it where everybody may read "
                "(BUSYHOUR_PBX_CACHE, BUSYHOUR_PBX_PROGRAM), or start Busyhour as a user other than root.",
                code="pbx_down",
            ) from fault
        self._adopted = False
        if not await becomes_ready(self.access, self._process):
            await self._process.end()
            raise Unavailable(
                f"The private PBX did not start. Its own words are in {console} and {self._folders.log}/messages.log.",
                code="pbx_down",
            )
        self._is_up()
        log.info("pbx_started", pid=self._process.pid, version=self._program.version)

    def _is_up(self) -> None:
        self._state, self._up_since_utc_s = "up", time.time()

    def _warn_of_silence(self) -> None:
        """The page goes out to other machines, and their media cannot come in."""
        if is_loopback(self._settings.pbx_bind) and not is_loopback(self._settings.host):
            log.warning(
                "pbx_media_on_loopback",
                text="agents on other machines will hear nothing; set BUSYHOUR_PBX_BIND to an address they can reach",
            )

    async def _make_sounds(self) -> None:
        lines = DEFAULT_LINES + (DEMO_LINES if self._demo else ())
        made = await make_sounds(self._folders.sounds, self._folders.music, self._voice, lines)
        if made:
            log.info("pbx_sounds_made", files=made)

    async def _reload(self) -> None:
        assert self._program is not None
        argv = [*self._program.argv, "-C", str(self._config_file), "-rx", "core reload"]
        user = None if self._process is None or self._process.runs_as_root() else self._user  # its console's owner
        done = await run_program(argv, timeout_s=RELOAD_TIMEOUT_S, user=user)
        if done.ok:
            self._save_stamps()
            log.info("pbx_reloaded")
        else:
            log.warning("pbx_reload_failed", words=done.last_words(), text="changes take effect at its next start")

    @property
    def access(self) -> PbxAccess:
        assert self._written is not None, "not started"
        return self._written.access

    def _save_stamps(self) -> None:
        assert self._written is not None
        stamps = {"restart": self._written.restart_stamp, "reload": self._written.reload_stamp}
        (self._folders.base / STAMPS).write_text(json.dumps(stamps))

    def _require_free_ports(self) -> None:
        asked = self._settings
        wanted = (
            ("BUSYHOUR_PBX_SIP_PORT", asked.pbx_bind, asked.pbx_sip_port, socket.SOCK_DGRAM),
            ("BUSYHOUR_PBX_SIP_PORT", asked.pbx_bind, asked.pbx_sip_port, socket.SOCK_STREAM),
            ("BUSYHOUR_PBX_HTTP_PORT", "127.0.0.1", asked.pbx_http_port, socket.SOCK_STREAM),
            ("BUSYHOUR_PBX_AMI_PORT", "127.0.0.1", asked.pbx_ami_port, socket.SOCK_STREAM),
        )
        for name, host, port, kind in wanted:
            if not _is_free(host, port, kind):
                raise Unavailable(
                    f"Port {port} on {host} cannot be used: another program has it, or the address is not this "
                    f"machine's. Set {name} to another port.",
                    code="port_taken",
                )

    # Watching

    def _watch_over(self) -> None:
        self._tasks = [for_ever("private-pbx", self._supervise), for_ever("private-pbx-logs", self._tidy)]

    async def _supervise(self) -> None:
        back_off_s = BACK_OFF_MIN_S
        while True:
            assert self._process is not None
            deaf = await self._ends_or_is_deaf(self._process)
            up_for_s = time.time() - (self._up_since_utc_s or time.time())
            self._state, self._up_since_utc_s = "down", None
            self._last_fault = f"{deaf or self._process.how_it_ended()} after {up_for_s:.0f} s"
            back_off_s = BACK_OFF_MIN_S if up_for_s >= SETTLED_AFTER_S else back_off_s
            log.error("pbx_died", fault=self._last_fault, again_in_s=back_off_s)
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)
            self._restarts += 1
            try:
                await self._launch()
                self.came_back.set()
            except (Unavailable, OSError) as fault:
                self._last_fault = str(fault)
                log.error("pbx_restart_failed", fault=self._last_fault)  # noqa: TRY400  the text says it all

    async def _ends_or_is_deaf(self, process: PbxProcess) -> str:
        """Returns when it is dead. One that lives and answers nothing is killed: answers why."""
        listening = asyncio.create_task(becomes_deaf(self.access))
        ending = asyncio.create_task(process.wait())
        try:
            await asyncio.wait((listening, ending), return_when=asyncio.FIRST_COMPLETED)
            if not process.alive or not listening.done():
                return ""
            listening.result()  # an ear that failed has not found it deaf
            log.error("pbx_is_deaf", pid=process.pid, text="it lives and does not answer ARI; it is killed")
            await process.kill()
            await process.wait()
            return "killed because it answered nothing for so long,"
        finally:
            listening.cancel()
            ending.cancel()
            await asyncio.gather(listening, ending, return_exceptions=True)

    async def _tidy(self) -> None:
        """Keep the PBX's records and logs within their bounds. It opens its record anew for each line."""
        while True:
            record, messages = self.access.cel_file, self._folders.log / "messages.log"
            try:
                if _size(record) > CEL_BYTES_MAX:
                    record.replace(record.with_name(f"{record.name}.1"))
                if _size(messages) > LOG_BYTES_MAX and self._state == "up":
                    await self._rotate_log(messages.name)
            except OSError as fault:
                log.warning("pbx_logs_not_cut", fault=str(fault))
            await asyncio.sleep(TIDY_EVERY_S)

    async def _rotate_log(self, name: str) -> None:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with ari_session(self.access) as session:
                await session.put(f"{self.access.ari_url}/asterisk/logging/{name}/rotate")
        for number in range(LOGS_KEPT, LOGS_KEPT + 100):
            (self._folders.log / f"{name}.{number}").unlink(missing_ok=True)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as trial:
        if kind == socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


# Alone, in the foreground


def with_offset(settings: Settings, offset: int) -> Settings:
    """The same settings with all ports moved, so that several can run on one machine."""
    ports = ("port", "pbx_sip_port", "pbx_http_port", "pbx_ami_port")
    moved = {name: getattr(settings, name) + offset for name in ports}
    return settings.model_copy(update=moved)


async def _run_until_told(settings: Settings, *, demo: bool) -> None:
    def report(done: float, text: str) -> None:
        sys.stderr.write(f"\r{done:4.0%} {text:<60}")

    pbx = PrivatePbx(settings, report, demo=demo)
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    starting, telling = asyncio.create_task(pbx.start()), asyncio.create_task(told.wait())
    await asyncio.wait((starting, telling), return_when=asyncio.FIRST_COMPLETED)
    try:
        if not starting.done():
            starting.cancel()
            await asyncio.wait((starting,))
            return
        sys.stdout.write(json.dumps((await starting).as_json()) + "\n")
        sys.stdout.flush()
        await telling
    finally:
        telling.cancel()
        await pbx.stop()


def run() -> None:
    asked = argparse.ArgumentParser(description="Run a private PBX until Ctrl-C; its access is printed as JSON.")
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--offset", type=int, default=0, help="added to every default port")
    asked.add_argument("--demo", action="store_true", help="with the demo carrier")
    given = asked.parse_args()
    settings = with_offset(Settings(data=given.data), given.offset)
    try:
        asyncio.run(_run_until_told(settings, demo=given.demo))
    except Unavailable as fault:
        sys.exit(fault.text)


if __name__ == "__main__":
    run()
