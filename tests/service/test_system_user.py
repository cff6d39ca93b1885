"""The way to a folder is opened for passing only, and owners are told apart."""

import os
import stat
from pathlib import Path

import pytest

from busyhour.service.errors import Unavailable
from busyhour.service.system_user import let_through, owner_of, system_user


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    """`shut` lets nobody else pass, `open` does; both by way of a link too."""
    (tmp_path / "shut" / "open" / "wanted").mkdir(parents=True)
    (tmp_path / "shut").chmod(0o700)
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "lair").mkdir(mode=0o700)
    (tmp_path / "lair" / "link").symlink_to(tmp_path / "shut" / "open")
    return tmp_path


def test_a_folder_is_opened_for_passing_only(deep: Path) -> None:
    wanted = deep / "shut" / "open" / "wanted"
    before = mode_of(wanted), mode_of(wanted.parent)
    let_through(wanted)
    assert mode_of(deep / "shut") == 0o701
    assert (mode_of(wanted), mode_of(wanted.parent)) == before
    assert mode_of(deep / "lair") == 0o700


def test_the_way_by_a_link_and_the_real_one_are_both_opened(deep: Path) -> None:
    let_through(deep / "lair" / "link" / "wanted")
    assert (mode_of(deep / "lair"), mode_of(deep / "shut")) == (0o701, 0o701)


def test_a_folder_that_cannot_be_opened_is_named(deep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, _mode: int) -> None:
        raise PermissionError(1, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(Unavailable, match=rf"{deep / 'shut'} lets nobody else pass.*Read-only file system"):
        let_through(deep / "shut" / "open" / "wanted")


def test_the_system_user_is_for_root_only_and_never_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system_user() is None


def test_what_is_not_there_or_roots_has_no_other_owner(tmp_path: Path) -> None:
    assert owner_of(tmp_path / "missing") is None
    assert owner_of(Path("/")) is None
    own = owner_of(tmp_path)
    assert own is None if os.geteuid() == 0 else own is not None and own.uid == os.geteuid()
