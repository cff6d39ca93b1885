"""The user without rights that our own servers (private database, private PBX) run as when we are root.

A fault in a server that speaks to the world must not be a fault of root. If we are not root, they run as we do.
"""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

from busyhour.service.errors import Unavailable

SYSTEM_USER = "busyhour"
MAKE_S = 30
MAKE_COMMAND = ("/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SystemUser:
    uid: int
    gid: int


def system_user() -> SystemUser | None:
    """Made when missing; None when we are not root. Raises `Unavailable` when it cannot be made."""
    if os.geteuid() != 0:
        return None
    found = _find(SYSTEM_USER)
    if found is None:
        words = _make()
        found = _find(SYSTEM_USER)  # another process may have made it at the same time
        if found is None:
            raise Unavailable(
                f"The system user {SYSTEM_USER} cannot be made ({words}). Make one by that name, or start Busyhour as "
                "a user other than root."
            )
    return found


def owner_of(path: Path) -> SystemUser | None:
    """Who else than root owns it; None when it is not there."""
    try:
        kept = path.stat()
    except FileNotFoundError:
        return None
    return SystemUser(kept.st_uid, kept.st_gid) if kept.st_uid != 0 else None


def let_through(path: Path) -> None:
    """Let others pass the folders above `path`: pass only, not list. Those that allow it stay as they are."""
    for folder in dict.fromkeys((*path.absolute().parents, *path.resolve().parents)):
        mode = folder.stat().st_mode
        if mode & stat.S_IXOTH:
            continue
        try:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
        except OSError as fault:
            raise Unavailable(
                f"The system user {SYSTEM_USER} cannot get to {path}: {folder} lets nobody else pass, and that cannot "
                f"be changed ({fault.strerror}). Put it elsewhere, or start Busyhour as a user other than root."
            ) from fault
        log.warning("folder opened for passing through, so that our servers need not run as root", folder=str(folder))


def _find(name: str) -> SystemUser | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    if found.pw_uid == 0:
        raise Unavailable(f"The system user {name} is another name of root. Give it a number of its own.")
    return SystemUser(found.pw_uid, found.pw_gid)


def _make() -> str:
    """Answers the words of what was wrong, if anything was."""
    try:
        done = subprocess.run(  # noqa: S603 - constant arguments
            [*MAKE_COMMAND, SYSTEM_USER], check=False, capture_output=True, text=True, timeout=MAKE_S
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        return str(fault)
    return done.stderr.strip()[-200:]
