"""Parts become one file: whole, in order, marked, and never from a name that is none."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest

from busyhour.adapters.files.recordings import RATE_HZ, RecordingFiles
from busyhour.core.model.recordings import Gap, GapKind, RecordingPicture, RecordingPolicy, recording_of
from busyhour.service.recording_records import PEAKS_MAX, Mark

NAME = recording_of(call="c1-abc", fence=3, n=9)
BEGAN = 1_790_078_400.0
ROOT = Path(__file__).parents[3]


@pytest.fixture
def files(tmp_path: Path) -> RecordingFiles:
    (tmp_path / "spool").mkdir()
    return RecordingFiles(spool=tmp_path / "spool", folder=tmp_path / "kept")


def picture(**changes: Any) -> RecordingPicture:
    plain: dict[str, Any] = {"recording": NAME, "call": "c1-abc", "agent_id": 1, "policy": RecordingPolicy.ALWAYS}
    plain |= {"why": "so", "began_utc_s": BEGAN, "ended_utc_s": BEGAN + 60, "recorder": "off", "part": 1}
    return RecordingPicture(**(plain | changes))


def write(tmp_path: Path, part: int, *, seconds: float, customer: int = 0, agent: int = 0, tail: bytes = b"") -> None:
    sound = array("h", [customer, agent] * int(RATE_HZ * seconds)).tobytes()
    (tmp_path / "spool" / f"{NAME}.{part}.raw").write_bytes(sound + tail)


@pytest.mark.covers("I36")
def test_parts_stand_one_behind_the_other_and_what_is_missing_is_marked(files: RecordingFiles, tmp_path: Path) -> None:
    write(tmp_path, 1, seconds=2, customer=1000)
    write(tmp_path, 2, seconds=1, agent=-2000, tail=b"\x01\x02\x03")  # the PBX died in the middle of a frame
    write(tmp_path, 10, seconds=1)  # in order of numbers, not of letters
    gaps = (
        Gap(after_part=1, kind=GapKind.PAUSE, from_utc_s=BEGAN + 2, until_utc_s=BEGAN + 20),
        Gap(after_part=2, kind=GapKind.HOLD, from_utc_s=BEGAN + 21, until_utc_s=BEGAN + 30),
        Gap(after_part=10, kind=GapKind.PAUSE, from_utc_s=BEGAN + 31),
    )
    got = files.collect(1, picture(part=2, gaps=gaps))
    assert got.marks == (
        Mark(at_s=2.0, kind="pause", missing_s=18.0),
        Mark(at_s=3.0, kind="hold", missing_s=9.0),
        Mark(at_s=4.0, kind="pause", missing_s=29.0),
    )
    path = files.path(1, NAME, BEGAN)
    assert (path.stat().st_mode & 0o777, got.size_bytes) == (0o600, path.stat().st_size)
    assert got.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, RATE_HZ, 4 * RATE_HZ)
        samples = array("h", sound.readframes(4 * RATE_HZ))
    customer, agent = samples[0::2], samples[1::2]
    assert set(customer[: 2 * RATE_HZ]) == {1000}
    assert set(agent[2 * RATE_HZ : 3 * RATE_HZ]) == {-2000}
    half = len(got.peaks) // 2
    assert half <= PEAKS_MAX
    assert got.peaks[0] == 1000 >> 7
    assert got.peaks[half + half * 5 // 8] == 2000 >> 7


def test_it_is_the_same_when_it_was_not_noted_the_first_time(files: RecordingFiles, tmp_path: Path) -> None:
    write(tmp_path, 1, seconds=1, customer=500)
    first = files.collect(1, picture())
    assert files.collect(1, picture()) == first
    files.drop_parts(NAME)
    assert files.collect(1, picture()) == first


def test_a_disk_that_is_full_leaves_the_parts(files: RecordingFiles, tmp_path: Path, monkeypatch: Any) -> None:
    write(tmp_path, 1, seconds=1)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            files.collect(1, picture())
    assert not list((tmp_path / "kept").rglob("*.wav"))
    assert not list((tmp_path / "kept").rglob("*.new"))
    assert files.collect(1, picture()).length_s == 1.0


def test_what_is_not_there_is_said(files: RecordingFiles, tmp_path: Path) -> None:
    nothing = files.collect(1, picture())
    assert (nothing.size_bytes, nothing.fault) == (0, "Nothing of it is on the disk.")
    assert files.collect(1, picture(fault="The disk is nearly full.")).fault == "The disk is nearly full."
    write(tmp_path, 2, seconds=1)
    assert files.collect(1, picture(part=3)).fault == "Not on the disk: part 1, 3."


DIES_AT = """
import os, signal, sys
from pathlib import Path
from busyhour.adapters.files import recordings
from tests.adapters.files.test_recordings import picture

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr({"fsync": os, "replace": Path, "sha256": recordings.hashlib}[sys.argv[2]], sys.argv[2], die)
folder = Path(sys.argv[1])
recordings.RecordingFiles(spool=folder / "spool", folder=folder / "kept").collect(1, picture())
"""


@pytest.mark.covers("I35")
@pytest.mark.parametrize("step", ["fsync", "replace", "sha256"])
def test_whoever_is_killed_in_the_middle_leaves_no_half_file_and_the_next_one_ends_it(
    files: RecordingFiles, tmp_path: Path, step: str
) -> None:
    """Before the file is on the disk, before it is named, and before anybody was told of it (A14)."""
    write(tmp_path, 1, seconds=60, customer=1000)
    done = subprocess.run([sys.executable, "-c", DIES_AT, str(tmp_path), step], check=False, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    path = files.path(1, NAME, BEGAN)
    assert path.exists() == (step == "sha256")
    got = files.collect(1, picture())
    assert (got.length_s, got.fault, got.sha256) == (60.0, "", hashlib.sha256(path.read_bytes()).hexdigest())
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_one_that_a_full_disk_cut_short_says_so(files: RecordingFiles, tmp_path: Path) -> None:
    write(tmp_path, 1, seconds=40)
    assert files.collect(1, picture()).fault == "Cut short: 20 s of the talk are not on the disk."
    assert files.collect(1, picture(ended_utc_s=BEGAN + 44)).fault == ""
    held = (Gap(after_part=1, kind=GapKind.HOLD, from_utc_s=BEGAN + 40),)
    assert files.collect(1, picture(gaps=held)).fault == "", "a gap that is marked is none that is missing"


def test_a_file_that_was_damaged_is_told_and_holds_up_no_other(files: RecordingFiles, tmp_path: Path) -> None:
    write(tmp_path, 1, seconds=1)
    files.collect(1, picture(ended_utc_s=BEGAN + 1))
    files.drop_parts(NAME)
    files.path(1, NAME, BEGAN).write_bytes(b"torn")
    assert files.collect(1, picture()).fault == "Its file on the disk cannot be read."


def test_only_our_own_names_are_files(files: RecordingFiles, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    write(tmp_path, 1, seconds=1)
    (tmp_path / "secret").write_text("s")
    (spool / f"{NAME}.2.raw").symlink_to(tmp_path / "secret")
    for other in ("notes.txt", "c1-abc.1.raw", f"{NAME}.x.raw"):
        (spool / other).write_bytes(b"12345678")
    assert files.in_spool(older_s=60) == {}
    old = time.time() - 120
    os.utime(spool / f"{NAME}.1.raw", (old, old))
    assert list(files.in_spool(older_s=60)) == [NAME]
    assert files.collect(1, picture()).length_s == 1.0
    for wrong in ("../../etc/passwd", "c1-abc", ""):
        with pytest.raises(AssertionError):
            files.path(1, wrong, BEGAN)
    files.erase(1, NAME, BEGAN)
    files.erase(1, NAME, BEGAN)
    assert not list((tmp_path / "kept").rglob("*.wav"))
    assert not (spool / f"{NAME}.1.raw").exists()
    assert (tmp_path / "secret").exists()
