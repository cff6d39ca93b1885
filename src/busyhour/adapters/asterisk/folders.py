"""Where the private PBX keeps what, under `DATA/pbx`, and who may read and write there.

As root we run the PBX as the system user. It reads its configuration and sounds but cannot change them, and writes in
folders of its own only; nobody else gets in at all.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from busyhour.service.errors import Unavailable
from busyhour.service.system_user import SystemUser, let_through


@dataclass(frozen=True, slots=True)
class Folders:
    base: Path

    @property
    def etc(self) -> Path:
        return self.base / "etc"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def run(self) -> Path:
        return self.base / "run"

    @property
    def share(self) -> Path:
        return self.base / "share"

    @property
    def sounds(self) -> Path:
        return self.share / "sounds"

    @property
    def music(self) -> Path:
        return self.share / "moh"

    @property
    def state(self) -> Path:
        return self.base / "state"

    @property
    def spool(self) -> Path:
        return self.base / "spool"

    @property
    def recorded(self) -> Path:
        """What MixMonitor writes: parts of recordings, until they are collected."""
        return self.spool / "monitor"

    def make(self) -> None:
        try:
            self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (*self._read_by_pbx()[1:], *self._written_by_pbx()):
                folder.mkdir(parents=True, exist_ok=True)
        except PermissionError as fault:
            raise Unavailable(
                f"{fault.filename} is another user's: Busyhour ran as root here, or as somebody else. Start "
                f"Busyhour as that user, or make all of {self.base} yours (chown -R) while it does not run."
            ) from fault

    def guard(self, user: SystemUser | None) -> None:
        """`user`: who the PBX runs as, when not as we do. Done at each of its starts: it may have run as root before,
        by an earlier version of ours, or as another user, and left files that only they can write."""
        if user is None:
            self.base.chmod(0o700)
            return
        let_through(self.base)
        for folder in self._read_by_pbx():
            os.chown(folder, 0, user.gid)
            folder.chmod(0o750)
            for file in folder.glob("*.wav"):
                file.chmod(0o644)
        for folder in self._written_by_pbx():
            os.chown(folder, user.uid, user.gid)
            folder.chmod(0o700)
        for folder in (self.log, self.run, self.state, self.spool):
            _hand_over(folder, user)

    def open_console(self) -> BinaryIO:
        """In a folder that the PBX can write: what it may have put there in its place is not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(self.console, flags, 0o600), "wb")

    @property
    def console(self) -> Path:
        return self.log / "console.log"

    def _read_by_pbx(self) -> tuple[Path, ...]:
        return (self.base, self.etc, self.share, self.sounds, self.sounds / "busyhour", self.music, self.share / "keys")

    def _written_by_pbx(self) -> tuple[Path, ...]:
        spool = (self.spool, self.spool / "recording", self.recorded)
        return (self.log, self.log / "cel-custom", self.run, self.state, *spool)


def _hand_over(folder: Path, user: SystemUser) -> None:
    """All that is not theirs, but no file that has another name elsewhere."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place) / name for name in names)):
            kept = path.lstat()
            other_name = stat.S_ISREG(kept.st_mode) and kept.st_nlink > 1
            if kept.st_uid != user.uid and not other_name:
                os.lchown(path, user.uid, user.gid)
