"""One form of a caller's number. Carriers spell it in many ways: as people of the country write it, with a prefix for
abroad, without its `+`. The floor hears it as we would dial it, so one person is one person: for the place they had,
the agent who knows them, what was promised to them, and the do-not-call list.

What cannot be read as a number stays as it came: it is somebody's, too, and the same text is the same person.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import phonenumbers
from msgspec.structs import replace

from busyhour.core import events as e
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.pictures import ChannelPicture, PbxPicture
from busyhour.service.numbers import Number, Numbers

READINGS_MAX: Final = 10_000
"""Remembered. A look at the PBX shows each caller again."""
NUMBER_HEADER: Final = "ani"  # without `X-`, as `core/acd/arrival.py` reads it


@lru_cache(maxsize=READINGS_MAX)
def read(number: str, country: str) -> tuple[str, tuple[str, ...]]:
    """A carrier's number as we would dial it, and every time zone where it may ring. What is no number stays as it is,
    without zones."""
    numbers = _numbers(country)
    for text in (number, f"+{number}"):
        found = numbers.read(text)
        if isinstance(found, Number):
            return found
    return number, ()


@lru_cache(maxsize=300)
def _numbers(country: str) -> Numbers:
    return Numbers(country, allow_short=True)


@lru_cache(maxsize=READINGS_MAX)
def caller(number: str, dialed: str, country: str) -> str:
    """Who calls a number in another country is spelled as people write numbers there."""
    return read(number, _country_of(dialed, country))[0] if number else ""


def _country_of(dialed: str, country: str) -> str:
    text, _ = read(dialed, country) if dialed else ("", ())
    if not text.startswith("+"):
        return country
    region = phonenumbers.region_code_for_number(phonenumbers.parse(text))
    return region if region in phonenumbers.SUPPORTED_REGIONS else country


class Spellings:
    """Of one tenant. Without a country, every number is heard as it is told."""

    def __init__(self, country: str) -> None:
        self._country = country

    def heard(self, event: e.Event) -> e.Event:
        """The same fact, with callers' numbers in their one form."""
        if not self._country:
            return event
        match event:
            case e.CallArrived():
                headers = self._headers(event.headers, event.dialed)
                return replace(event, number=caller(event.number, event.dialed, self._country), headers=headers)
            case e.CallersMissed():
                return replace(event, callers=tuple(self._missed(one) for one in event.callers))
            case e.CallbackAsked():
                return replace(event, number=caller(event.number, "", self._country))
            case e.FloorStarted(pbx=pbx) | e.PbxSeen(pbx=pbx) | e.TelephonyBack(pbx=pbx):
                return replace(event, pbx=self._picture(pbx))
        return event

    def _headers(self, headers: Mapping[str, str], dialed: str) -> dict[str, str]:
        return {
            name: caller(value.strip(), dialed, self._country)
            if name.lower().removeprefix("x-") == NUMBER_HEADER
            else value
            for name, value in headers.items()
        }

    def _picture(self, pbx: PbxPicture) -> PbxPicture:
        return replace(pbx, channels=tuple(self._channel(one) for one in pbx.channels))

    def _channel(self, one: ChannelPicture) -> ChannelPicture:
        number, headers = caller(one.number, one.dialed, self._country), self._headers(one.headers, one.dialed)
        return one if (number, headers) == (one.number, one.headers) else replace(one, number=number, headers=headers)

    def _missed(self, one: MissedCaller) -> MissedCaller:
        return replace(one, number=caller(one.number, one.dialed, self._country))
