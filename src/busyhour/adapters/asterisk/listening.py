"""Who answered, a person or a machine: how the PBX's detector (`AMD`) is told to listen, and what its words mean.

It listens in the dialplan, after the answer and before the channel comes to us (`templates/extensions.conf`). What it
found is a variable of the channel, which the PBX shows with each event and in its lists: it is not lost with a message.
"""

from typing import Final

from busyhour.core.model.campaign import Listening
from busyhour.core.model.values import Heard

APPLICATION: Final = "AMD"
ASKED: Final = "BUSYHOUR_LISTEN"
"""Set on a channel that is to be listened to: the application's arguments."""
FOUND: Final = "BUSYHOUR_HEARD"

NEVER_MS: Final = 60_000
"""For the rules of the detector that we do without: to be silent at first makes nobody a machine."""
FRAME_MS: Final = 50
SHORTEST_WORD_MS: Final = 100
LOUDNESS_MIN: Final = 256

VERDICTS: Final = {"HUMAN": Heard.HUMAN, "PERSON": Heard.HUMAN, "MACHINE": Heard.MACHINE}


def arguments(listen: Listening) -> str:
    """In the order in which the application takes them."""
    return ",".join(
        str(one)
        for one in (
            NEVER_MS,  # silence before the first word
            _ms(listen.greeting_max_s),
            _ms(listen.silence_s),
            _ms(listen.analysis_max_s),
            SHORTEST_WORD_MS,
            FRAME_MS,  # silence between words
            listen.words_max,
            LOUDNESS_MIN,
            NEVER_MS,  # the longest word: `greeting_max_s` is the limit
        )
    )


def heard_of(found: str) -> Heard | None:
    """None: nobody listened, or is not through. Whatever is no verdict is none."""
    return VERDICTS.get(found, Heard.UNSURE) if found else None


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
