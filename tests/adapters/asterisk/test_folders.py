"""The private PBX's folders, as whoever starts us finds them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from busyhour.adapters.asterisk.folders import Folders
from busyhour.service.errors import Unavailable
from busyhour.service.system_user import SystemUser

NOBODY = 65534


@contextmanager
def not_as_root() -> Iterator[None]:
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_folders_of_another_user_are_one_clear_error(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "pbx")
    folders.make()
    folders.base.chmod(0o000)
    try:
        with not_as_root(), pytest.raises(Unavailable, match=r"is another user's.*chown"):
            folders.make()
    finally:
        folders.base.chmod(0o700)


def test_the_console_is_no_way_to_another_file(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "pbx")
    folders.make()
    precious = tmp_path / "precious"
    precious.write_text("kept")
    folders.console.symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"):
        folders.open_console()
    assert precious.read_text() == "kept"


def test_what_an_earlier_pbx_left_is_handed_over_but_no_file_with_another_name(tmp_path: Path) -> None:
    """To ourselves when we are not root: then nothing changes hands, and the modes are the same."""
    user = SystemUser(NOBODY, NOBODY) if os.geteuid() == 0 else SystemUser(os.geteuid(), os.getegid())
    folders = Folders(tmp_path / "pbx")
    folders.make()
    own, linked, kept = folders.log / "messages.log", folders.log / "linked", folders.etc / "pjsip.conf"
    precious = tmp_path / "precious"
    for file in (own, precious, kept):
        file.write_text("x")
    linked.hardlink_to(precious)
    (folders.log / "pointer").symlink_to(precious)
    before = precious.stat().st_uid, kept.stat().st_uid
    if os.geteuid() == 0:
        folders.guard(user)
        assert own.stat().st_uid == user.uid
        assert folders.etc.stat().st_mode & 0o777 == 0o750
    assert (precious.stat().st_uid, kept.stat().st_uid) == before
