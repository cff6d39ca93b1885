"""The limits of what is asked of the detector of answering machines."""

import re
from typing import Final

from busyhour.core.model.campaign import DetectorTest, Machines
from busyhour.service.errors import Invalid

AGAIN_MAX_S: Final = 72 * 3600  # as far back as the attempts to a number are looked through before each call
CALLS_MAX: Final = 100_000
NOTE_MAX: Final = 500
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")

LISTENING: Final[tuple[tuple[str, float, float, str], ...]] = (
    ("analysis_max_s", 0.5, 10, "0.5 to 10 seconds"),
    ("greeting_max_s", 0.3, 10, "0.3 to 10 seconds of speech"),
    ("silence_s", 0.2, 2, "0.2 to 2 seconds of silence"),
    ("words_max", 1, 20, "1 to 20 words"),
)


def check_machines(machines: Machines) -> None:
    for field, least, most, text in LISTENING:
        if not least <= getattr(machines.listening, field) <= most:
            raise Invalid(f"{field}: {text}.", field=f"campaign.machines.listening.{field}")
    if not 0 <= machines.again_s <= AGAIN_MAX_S:
        text = f"A number that a machine answered waits 0 to {AGAIN_MAX_S} seconds (72 hours)."
        raise Invalid(text, field="campaign.machines.again_s")
    if machines.check_every and not 2 <= machines.check_every <= 1000:
        text = "Every 2nd to 1000th machine is given to an agent, to test the detector; 0 is none."
        raise Invalid(text, field="campaign.machines.check_every")
    check_test(machines.test)


def check_test(test: DetectorTest) -> None:
    if not (0 <= test.calls <= CALLS_MAX and 0 <= test.people <= test.calls):
        text = f"A test has at most {CALLS_MAX} calls, and no more people than calls."
        raise Invalid(text, field="campaign.machines.test.people")
    if test.calls and not DAY.fullmatch(test.on):
        raise Invalid("Say when the detector was tested: 2026-03-31.", field="campaign.machines.test.on")
    if test.calls and not test.note.strip():
        text = "Say how the detector was tested, and by whom: the law asks for the reasons of the estimate."
        raise Invalid(text, field="campaign.machines.test.note")
    if len(test.note) > NOTE_MAX:
        raise Invalid(f"The note on the test has at most {NOTE_MAX} characters.", field="campaign.machines.test.note")
