"""`busyhour doctor`: what is there, what is missing, and what to do about it. Changes nothing."""

import os
import shutil
import socket
import sys
from importlib.resources import files
from pathlib import Path

from busyhour.adapters.asterisk.install import ALTERNATIVES, cache_folder, find_program
from busyhour.adapters.asterisk.install_fetch import PROGRAM_FOLDER
from busyhour.adapters.sql.database import Database
from busyhour.cli.wiring import Check
from busyhour.service.errors import UserError
from busyhour.settings import Settings

PYTHON_MIN = (3, 11)


async def look(settings: Settings) -> list[Check]:
    return [
        _python(),
        _folder(settings.data),
        await _database(settings),
        await _pbx(settings),
        _page(),
        *_ports(settings),
        _tool("chromium", "to run the browser tests"),
        _tool("sipp", "to run the carrier tests and `busyhour bench calls`", package="sip-tester"),
    ]


def _python() -> Check:
    ok = sys.version_info >= PYTHON_MIN
    return Check(name="Python", ok=ok, found=sys.version.split()[0], mend="" if ok else "Install Python 3.11 or newer.")


def _folder(folder: Path) -> Check:
    nearest = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    ok = os.access(nearest, os.W_OK)
    free_gb = shutil.disk_usage(nearest).free / 1e9
    mend = "" if ok else "Choose another with BUSYHOUR_DATA, or mend its rights."
    return Check(name="Data folder", ok=ok, found=f"{folder.absolute()}, {free_gb:.0f} GB free", mend=mend)


async def _database(settings: Settings) -> Check:
    if settings.database_url is None:
        try:
            from busyhour.adapters.sql.private import programs

            return Check(name="Database", ok=True, found=f"private PostgreSQL in {programs()}")
        except UserError as fault:
            return Check(name="Database", ok=False, found="no private PostgreSQL", mend=fault.text)
    database = Database(settings.database_url, name="busyhour-doctor", connections_max=1)
    try:
        ok = await database.alive()
    finally:
        await database.close()
    mend = "" if ok else "Is the server up, is BUSYHOUR_DATABASE_URL right, has `busyhour up` run once?"
    return Check(name="Database", ok=ok, found="the server of BUSYHOUR_DATABASE_URL", mend=mend)


async def _pbx(settings: Settings) -> Check:
    """Looks at what is here; fetching is for `busyhour up`."""
    nothing_here = (
        settings.pbx_program is None
        and shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") is None
        and not (cache_folder(settings) / PROGRAM_FOLDER).is_dir()
    )
    if nothing_here:
        can_fetch = shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None
        found = "none yet; `busyhour up` fetches one" if can_fetch else "none, and no apt-get to fetch one with"
        return Check(name="Asterisk", ok=can_fetch, found=found, mend="" if can_fetch else ALTERNATIVES)
    try:
        program = await find_program(settings, lambda _done, _text: None)
    except UserError as fault:
        return Check(name="Asterisk", ok=False, found="not usable", mend=fault.text)
    return Check(name="Asterisk", ok=True, found=f"{program.version}, {program.argv[-1]}")


def _page() -> Check:
    ok = files("busyhour").joinpath("web", "index.html").is_file()
    return Check(name="Web page", ok=ok, found="built" if ok else "not built", mend="" if ok else "Run `make web`.")


def _ports(settings: Settings) -> list[Check]:
    if (settings.data / "server.json").exists():
        return [Check(name="Ports", ok=True, found="in use by the Busyhour that runs here")]
    wanted = (
        ("Port of the page", settings.host, settings.port, "BUSYHOUR_PORT", socket.SOCK_STREAM),
        ("Port of SIP", settings.pbx_bind, settings.pbx_sip_port, "BUSYHOUR_PBX_SIP_PORT", socket.SOCK_DGRAM),
        ("Port of ARI", "127.0.0.1", settings.pbx_http_port, "BUSYHOUR_PBX_HTTP_PORT", socket.SOCK_STREAM),
        ("Port of AMI", "127.0.0.1", settings.pbx_ami_port, "BUSYHOUR_PBX_AMI_PORT", socket.SOCK_STREAM),
    )
    return [_port(*one) for one in wanted]


def _port(name: str, host: str, port: int, setting: str, kind: socket.SocketKind) -> Check:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            mend = f"Stop what uses it, or choose another with {setting}."
            return Check(name=name, ok=False, found=f"{host}:{port}: {fault.strerror}", mend=mend)
    return Check(name=name, ok=True, found=f"{host}:{port} is free")


def _tool(program: str, use: str, *, package: str | None = None) -> Check:
    path = shutil.which(program)
    mend = "" if path else f"Install {package or program} {use}."
    return Check(name=program, ok=path is not None, found=path or "not there", mend=mend, needed=False)
