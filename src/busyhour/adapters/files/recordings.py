"""The sound of recordings: parts as the PBX wrote them become one WAV file in the data folder.

A part holds both channels interleaved, 16 bits at 8,000 Hz: the customer, then the agent. Parts are put one behind the
other; what is missing between them is cut, and marked. A file is written under another name, brought to the disk, and
only then named; so whatever dies, a file that is there is whole, and parts stay until their file is noted. Names are
made of recordings' names, which are checked here once more; no path comes from outside.
"""

import hashlib
import os
import shutil
import time
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from busyhour.core.model.recordings import NAME, GapKind, RecordingPicture
from busyhour.service.recording_records import PEAKS_MAX, Collected, Mark

RATE_HZ: Final = 8000
FRAME_BYTES: Final = 4  # one sample of each channel
CHUNK_FRAMES: Final = 256 * 1024
SUFFIX: Final = ".raw"
STRAYS_MAX: Final = 1_000  # looked at in one go
SHORT_S: Final = 5.0
SHORT_SHARE: Final = 0.1
"""A recording that lacks more than both of its talk is told as cut short: the disk was full, or the PBX died (C6)."""


@dataclass(slots=True)
class _Picture:
    """The loudest sample of each channel in each of evenly many pieces."""

    frames: int  # in all
    customer: bytearray = field(default_factory=bytearray)
    agent: bytearray = field(default_factory=bytearray)
    rest: "array[int]" = field(default_factory=lambda: array("h"))

    def add(self, samples: "array[int]") -> None:
        self.rest.extend(samples)
        size = 2 * max(1, -(-self.frames // PEAKS_MAX))
        while len(self.rest) >= size:
            self._piece(self.rest[:size])
            del self.rest[:size]

    def bytes(self) -> bytes:
        if self.rest:
            self._piece(self.rest)
            self.rest = array("h")
        return bytes(self.customer + self.agent)

    def _piece(self, samples: "array[int]") -> None:
        for channel, peaks in ((samples[0::2], self.customer), (samples[1::2], self.agent)):
            peaks.append(_loudness(channel))


def _loudness(channel: "array[int]") -> int:
    """0 to 255."""
    highest, lowest = max(channel), min(channel)
    return min(255, max(highest, -lowest) >> 7)


class RecordingFiles:
    """Implements `service.recording_ports.RecordingFiles`."""

    def __init__(self, *, spool: Path, folder: Path) -> None:
        self._spool, self._folder = spool, folder

    def free_bytes(self) -> int:
        """Of the disk that has less room: the PBX writes on one, we on the other."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = self._spool if self._spool.exists() else self._folder
        return min(shutil.disk_usage(folder).free for folder in (there, self._folder))

    def path(self, tenant: int, recording: str, began_utc_s: float) -> Path:
        """Where its sound is, once it was collected. A folder a day."""
        assert NAME.fullmatch(recording), recording
        day = time.strftime("%Y-%m-%d", time.gmtime(began_utc_s))
        return self._folder / str(tenant) / day / f"{recording}.wav"

    def collect(self, tenant: int, picture: RecordingPicture) -> Collected:
        """Put its parts together. Raises `OSError` when the disk does not take it; then the parts are still there."""
        parts = self._parts(picture.recording)
        file = self.path(tenant, picture.recording, picture.began_utc_s)
        if not parts and file.exists():  # collected before, and not noted: it is read again
            return self._noted(picture, file)
        frames = {no: part.stat().st_size // FRAME_BYTES for no, part in parts.items()}
        shape = _Picture(sum(frames.values()))
        if not shape.frames:
            return _nothing(picture)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        try:
            descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                _write(out, (chunk for part in parts.values() for chunk in _chunks(part)), shape)
                out.flush()
                os.fsync(out.fileno())
            new.replace(file)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return _collected(picture, file, shape, frames)

    def _noted(self, picture: RecordingPicture, file: Path) -> Collected:
        try:
            with wave.open(str(file), "rb") as sound:
                shape = _Picture(sound.getnframes())
                while data := sound.readframes(CHUNK_FRAMES):
                    shape.add(array("h", data))
        except (wave.Error, EOFError):
            return msgspec.structs.replace(_nothing(picture), fault="Its file on the disk cannot be read.")
        return _collected(picture, file, shape, {})

    def drop_parts(self, recording: str) -> None:
        for part in self._parts(recording).values():
            part.unlink(missing_ok=True)

    def erase(self, tenant: int, recording: str, began_utc_s: float) -> None:
        self.path(tenant, recording, began_utc_s).unlink(missing_ok=True)
        self.drop_parts(recording)

    def in_spool(self, *, older_s: float) -> dict[str, tuple[float, float]]:
        """Recordings of which parts are there that nobody has written to for so long: when the first was begun, and the
        last written to."""
        found: dict[str, tuple[float, float]] = {}
        if not self._spool.exists():
            return found
        for entry in os.scandir(self._spool):
            name = _recording_of(entry.name)
            if name is None or entry.is_symlink() or len(found) >= STRAYS_MAX:
                continue
            written = entry.stat().st_mtime
            first, last = found.get(name, (written, written))
            found[name] = min(first, written), max(last, written)
        return {name: times for name, times in found.items() if time.time() - times[1] >= older_s}

    def _parts(self, recording: str) -> dict[int, Path]:
        assert NAME.fullmatch(recording), recording
        found = {}
        for path in self._spool.glob(f"{recording}.*{SUFFIX}"):
            no = path.name.removeprefix(f"{recording}.").removesuffix(SUFFIX)
            if no.isdecimal() and path.is_file() and not path.is_symlink():
                found[int(no)] = path
        return dict(sorted(found.items()))


def _recording_of(name: str) -> str | None:
    stem, _, no = name.removesuffix(SUFFIX).rpartition(".")
    return stem if name.endswith(SUFFIX) and no.isdecimal() and NAME.fullmatch(stem) else None


def _chunks(part: Path) -> Iterator[bytes]:
    """Whole frames only: a PBX that died may have left a part of one."""
    descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as source:
        while data := source.read(CHUNK_FRAMES * FRAME_BYTES):
            yield data[: len(data) - len(data) % FRAME_BYTES]


def _write(out: object, chunks: Iterator[bytes], shape: _Picture) -> None:
    with wave.open(out, "wb") as sound:  # type: ignore[call-overload]
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        for chunk in chunks:
            sound.writeframes(chunk)
            shape.add(array("h", chunk))


def _collected(picture: RecordingPicture, file: Path, shape: _Picture, frames: dict[int, int]) -> Collected:
    digest = hashlib.sha256()
    with file.open("rb") as sound:
        while data := sound.read(CHUNK_FRAMES * FRAME_BYTES):
            digest.update(data)
    missing = [str(no) for no in range(1, picture.part + 1) if no not in frames] if frames else []
    marks, length_s = _marks(picture, frames), round(shape.frames / RATE_HZ, 3)
    lost = f"Not on the disk: part {', '.join(missing)}." if missing else _cut(picture, length_s, marks)
    return Collected(
        recording=picture.recording,
        length_s=length_s,
        size_bytes=file.stat().st_size,
        sha256=digest.hexdigest(),
        peaks=shape.bytes(),
        marks=marks,
        fault=" ".join(filter(None, [picture.fault, lost])),
    )


def _marks(picture: RecordingPicture, frames: dict[int, int]) -> tuple[Mark, ...]:
    marks = []
    for gap in picture.gaps:
        at_s = sum(n for no, n in frames.items() if no <= gap.after_part) / RATE_HZ
        until_utc_s = gap.until_utc_s if gap.until_utc_s is not None else (picture.ended_utc_s or gap.from_utc_s)
        missing_s = max(0.0, until_utc_s - gap.from_utc_s)
        marks.append(Mark(at_s=round(at_s, 3), kind=GapKind(gap.kind), missing_s=round(missing_s, 1)))
    return tuple(marks)


def _cut(picture: RecordingPicture, length_s: float, marks: tuple[Mark, ...]) -> str:
    """What to say when much less is on the disk than the talk lasted."""
    if picture.ended_utc_s is None:
        return ""
    lasted_s = picture.ended_utc_s - picture.began_utc_s - sum(mark.missing_s for mark in marks)
    lacks_s = lasted_s - length_s
    if lacks_s <= max(SHORT_S, SHORT_SHARE * lasted_s):
        return ""
    return f"Cut short: {lacks_s:.0f} s of the talk are not on the disk."


def _nothing(picture: RecordingPicture) -> Collected:
    return Collected(
        recording=picture.recording,
        length_s=0.0,
        size_bytes=0,
        sha256="",
        peaks=b"",
        marks=(),
        fault=picture.fault or "Nothing of it is on the disk.",
    )
