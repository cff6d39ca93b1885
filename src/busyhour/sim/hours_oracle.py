"""Whether it is open at an instant, by arithmetic of its own: the zone files are read here, byte by byte.

An independent witness for `core/dialer/hours.py`: it shares neither its `datetime` nor its `zoneinfo`. A TZif file has
the instants at which a zone's offset from UTC changes, and a rule in words for the years after the last one.
"""

import re
import struct
from bisect import bisect_right
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

DAY_S = 86_400
HEADER = struct.Struct(">4s1s15x6I")
RULE = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<offset>[-+0-9:]+)"
    r"(?:(?:<[^>]+>|[A-Za-z]+)(?P<summer>[-+0-9:]+)?,(?P<begin>[^,]+),(?P<end>.+))?"
)
YEAR_DAYS = 365
LAST_YEAR = 2040


def seconds_of(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


def days_before(year: int) -> int:
    """From 1970-01-01 to the first day of the year."""
    leaps = (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    return YEAR_DAYS * (year - 1970) + leaps - 477


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def day_of(rule: str, year: int) -> tuple[int, int]:
    """(days since 1970, local second) of a change such as M10.5.0/3, J60 or 59."""
    date, _, time = rule.partition("/")
    second = seconds_of(time) if time else 2 * 3600
    first = days_before(year)
    if date.startswith("J"):  # 1 to 365, never counting 29 February
        day = int(date[1:])
        return first + day - 1 + (is_leap(year) and day >= 60), second
    if not date.startswith("M"):
        return first + int(date), second
    month, week, weekday = (int(part) for part in date[1:].split("."))
    lengths = [31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    begins = first + sum(lengths[: month - 1])
    day = begins + (weekday - (begins + 4) % 7) % 7 + 7 * (week - 1)  # 1970-01-01 was a Thursday
    return (day if day < begins + lengths[month - 1] else day - 7), second


class Zone:
    """`offset_s(utc_s)`, and where it changes."""

    def __init__(self, data: bytes) -> None:
        self.changes: list[int] = []
        self._offsets: list[int] = []
        end = self._read(data, 0, 4)
        if data[4:5] >= b"2":
            self.changes, self._offsets = [], []
            end = self._read(data, end, 8)
            self._follow(data[end:].strip(b"\n").decode())

    def _read(self, data: bytes, at: int, width: int) -> int:
        _, _, utc_n, standard_n, leap_n, change_n, type_n, char_n = HEADER.unpack_from(data, at)
        at += HEADER.size
        changes = struct.unpack_from(f">{change_n}{'i' if width == 4 else 'q'}", data, at)
        kinds = data[at + change_n * width : at + change_n * (width + 1)]
        types = at + change_n * (width + 1)
        offsets = [struct.unpack_from(">i", data, types + 6 * n)[0] for n in range(type_n)]
        summer = [data[types + 6 * n + 4] for n in range(type_n)]
        first = next((n for n in range(type_n) if not summer[n]), 0)
        self._first = offsets[0 if change_n == 0 else first if 0 in kinds else 0]
        self.changes, self._offsets = list(changes), [offsets[kind] for kind in kinds]
        end: int = types + 6 * type_n + char_n + leap_n * (width + 4) + standard_n + utc_n
        return end

    def _follow(self, text: str) -> None:
        """What the rule in words says of the years after the last change, as further changes."""
        found = RULE.fullmatch(text)
        if found is None:
            return
        standard = -seconds_of(found["offset"])
        if not found["begin"]:
            if not self.changes:
                self._first = standard
            return
        summer = -seconds_of(found["summer"]) if found["summer"] else standard + 3600
        known = self.changes[-1] if self.changes else -(1 << 62)
        for year in range(1970, LAST_YEAR):
            day, second = day_of(found["begin"], year)
            begins = day * DAY_S + second - standard
            day, second = day_of(found["end"], year)
            ends = day * DAY_S + second - summer
            for at, offset in sorted([(begins, summer), (ends, standard)]):
                if at > known:
                    self.changes.append(at)
                    self._offsets.append(offset)

    def offset_s(self, utc_s: float) -> int:
        n = bisect_right(self.changes, utc_s)
        return self._offsets[n - 1] if n else self._first


@lru_cache(maxsize=2_000)
def zone_of(name: str) -> Zone:
    for folder in TZPATH:
        path = Path(folder) / name
        if path.is_file():
            return Zone(path.read_bytes())
    return Zone(resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes())


def is_open(from_s: int, until_s: int, days: tuple[int, ...], name: str, utc_s: float) -> bool:
    """The span belongs to the day on which it begins."""
    local_s = int(utc_s // 1) + zone_of(name).offset_s(utc_s)
    day, second = divmod(local_s, DAY_S)
    weekday = (day + 3) % 7 + 1
    if from_s < until_s:
        return weekday in days and from_s <= second < until_s
    return (weekday in days and second >= from_s) or ((weekday - 2) % 7 + 1 in days and second < until_s)
