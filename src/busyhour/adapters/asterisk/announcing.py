"""What a caller who waits is told: which place they have, and about how long it takes. One sentence each.

A sentence is spoken once, when it is first needed, and kept with the other sounds of the PBX. There are few of them:
places beyond a number, and long waits, are not told one by one.
"""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog

from busyhour.service.errors import UserError
from busyhour.service.ports import Voice

PLACE_MAX: Final = 20
MINUTES: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30)
"""A wait is told as the next of these."""
SPEAK_MAX_S: Final = 5.0
"""Of making what is not there yet. Without it in time, the announcement is left out and the music goes on."""
LANGUAGE: Final = "en-US"
SPOKEN: Final = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")

Words = Mapping[str, str]

_ENGLISH: Final[Words] = {
    "next": "You are next in line.",
    "place": "You are number {n} in line.",
    "many": "There are more than {n} callers before you.",
    "soon": "It will take less than a minute.",
    "minute": "It will take about a minute.",
    "minutes": "It will take about {n} minutes.",
    "long": "It will take more than {n} minutes.",
}
WORDS: Final[Mapping[str, Words]] = {
    "en": _ENGLISH,
    "de": {
        "next": "Sie sind als Nächstes an der Reihe.",
        "place": "Sie sind an Platz {n} in der Warteschlange.",
        "many": "Vor Ihnen warten mehr als {n} Anrufer.",
        "soon": "Es dauert weniger als eine Minute.",
        "minute": "Es dauert etwa eine Minute.",
        "minutes": "Es dauert etwa {n} Minuten.",
        "long": "Es dauert mehr als {n} Minuten.",
    },
    "es": {
        "next": "Usted es el siguiente.",
        "place": "Usted ocupa el lugar número {n} en la cola.",
        "many": "Hay más de {n} llamadas antes de la suya.",
        "soon": "Tardaremos menos de un minuto.",
        "minute": "Tardaremos aproximadamente un minuto.",
        "minutes": "Tardaremos aproximadamente {n} minutos.",
        "long": "Tardaremos más de {n} minutos.",
    },
    "fr": {
        "next": "Vous êtes le prochain.",
        "place": "Vous êtes numéro {n} dans la file d'attente.",
        "many": "Il y a plus de {n} appels avant le vôtre.",
        "soon": "L'attente est de moins d'une minute.",
        "minute": "L'attente est d'environ une minute.",
        "minutes": "L'attente est d'environ {n} minutes.",
        "long": "L'attente est de plus de {n} minutes.",
    },
    "it": {
        "next": "Lei è il prossimo.",
        "place": "Lei è il numero {n} in coda.",
        "many": "Ci sono più di {n} chiamate prima della sua.",
        "soon": "L'attesa è di meno di un minuto.",
        "minute": "L'attesa è di circa un minuto.",
        "minutes": "L'attesa è di circa {n} minuti.",
        "long": "L'attesa è di più di {n} minuti.",
    },
}

log = structlog.get_logger(__name__)


class Announcer:
    def __init__(self, sounds: Path, voice: Voice | None) -> None:
        self._folder = sounds / "busyhour"
        self._voice = voice
        self._making: dict[str, asyncio.Task[float]] = {}  # as many as there are sentences, at most

    async def media(self, *, place: int | None, wait_s: float | None, language: str) -> list[str]:
        """Names of sounds that are there, to be played one after the other; none when they cannot be made."""
        spoken = language if SPOKEN.fullmatch(language) and language.lower()[:2] in WORDS else LANGUAGE
        said = sentences(place=place, wait_s=wait_s, language=spoken)
        try:
            async with asyncio.timeout(SPEAK_MAX_S):
                for name, text in said:
                    await self._make(name, text, spoken)
        except (UserError, TimeoutError, OSError) as fault:
            log.warning("no announcement", language=spoken, fault=str(fault) or type(fault).__name__)
            return []
        return [name for name, _ in said if self._there(name)]

    async def _make(self, name: str, text: str, language: str) -> None:
        """Who does not wait for it any longer leaves it to be there the next time."""
        if self._voice is None or self._there(name):
            return
        making = self._making.get(name)
        if making is None:
            making = self._making[name] = asyncio.ensure_future(self._voice.speak(text, language, name))
            making.add_done_callback(lambda _done: self._making.pop(name))
        await asyncio.shield(making)

    def _there(self, name: str) -> bool:
        return (self._folder / f"{name}.wav").exists()


def sentences(*, place: int | None, wait_s: float | None, language: str) -> list[tuple[str, str]]:
    """Name of the sound, and its words."""
    words, said = WORDS[language.lower()[:2]], []
    if place is not None:
        said.append(_place(words, place))
    if wait_s is not None:
        said.append(_wait(words, wait_s))
    return [(f"say-{language.lower()}-{name}", text) for name, text in said]


def _place(words: Words, place: int) -> tuple[str, str]:
    if place <= 1:
        return "place-1", words["next"]
    if place > PLACE_MAX:
        return "place-many", words["many"].format(n=PLACE_MAX - 1)
    return f"place-{place}", words["place"].format(n=place)


def _wait(words: Words, wait_s: float) -> tuple[str, str]:
    if wait_s < 60:
        return "wait-soon", words["soon"]
    minutes = next((told for told in MINUTES if wait_s < (told + 1) * 60), None)
    if minutes is None:
        return "wait-long", words["long"].format(n=MINUTES[-1])
    return f"wait-{minutes}", words["minute"] if minutes == 1 else words["minutes"].format(n=minutes)
