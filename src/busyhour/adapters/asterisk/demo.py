"""The demo carrier: contexts of the private PBX's own dialplan that behave like a telephone network.

It is reached over real SIP: a trunk sends INVITEs by UDP over loopback to the PBX's own SIP port, shows the name and
password in `PbxAccess.demo_user` and `demo_password`, and lands in the context `demo-carrier`. What happens there is
chosen by the number's last two digits, as the table says. `templates/demo_extensions.conf` carries it out.
"""

from dataclasses import dataclass

from busyhour.core.model.values import EndCause

DEMO_USER = "demo-carrier"
OUR_NUMBER = "+12125550000"
"""What pretended people dial to reach the demo queue (`demo_callers.py`); no sample contact has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """What the callees do whose numbers end with `first` to `last`."""

    first: int
    last: int
    name: str
    text: str
    sip_status: int  # final answer to the INVITE; 0 = none
    answers_after_s: float | None
    hangs_up_after_s: float | None = None  # counted from the answer, about; None = it does not answer
    cause: EndCause = EndCause.NORMAL  # as the dialing side sees it


BEHAVIORS = (
    Behavior(
        first=0,
        last=9,
        name="short",
        text="answers, says a sentence, listens, hangs up",
        sip_status=200,
        answers_after_s=2,
        hangs_up_after_s=16,
    ),
    Behavior(
        first=10, last=19, name="talk", text="a talk with turns", sip_status=200, answers_after_s=3, hangs_up_after_s=32
    ),
    Behavior(
        first=20,
        last=29,
        name="echo",
        text="repeats what it hears",
        sip_status=200,
        answers_after_s=2,
        hangs_up_after_s=48,
    ),
    Behavior(
        first=30, last=39, name="long", text="a long talk", sip_status=200, answers_after_s=4, hangs_up_after_s=75
    ),
    Behavior(
        first=40,
        last=49,
        name="late",
        text="answers after 12 seconds",
        sip_status=200,
        answers_after_s=12,
        hangs_up_after_s=16,
    ),
    Behavior(first=50, last=59, name="busy", text="busy", sip_status=486, answers_after_s=None, cause=EndCause.BUSY),
    Behavior(
        first=60,
        last=69,
        name="rings_out",
        text="rings and is not answered",
        sip_status=0,
        answers_after_s=None,
        cause=EndCause.NO_ANSWER,
    ),
    Behavior(
        first=70,
        last=79,
        name="machine",
        text="answering machine: greeting and beep",
        sip_status=200,
        answers_after_s=5,
        hangs_up_after_s=28,
    ),
    Behavior(
        first=80,
        last=84,
        name="invalid",
        text="no such number",
        sip_status=404,
        answers_after_s=None,
        cause=EndCause.INVALID_NUMBER,
    ),
    Behavior(
        first=85,
        last=86,
        name="incomplete",
        text="number incomplete",
        sip_status=484,
        answers_after_s=None,
        cause=EndCause.INVALID_NUMBER,
    ),
    Behavior(
        first=87,
        last=89,
        name="hangs_up",
        text="answers and hangs up at once",
        sip_status=200,
        answers_after_s=2,
        hangs_up_after_s=1,
    ),
    Behavior(
        first=90,
        last=94,
        name="congested",
        text="network congested",
        sip_status=503,
        answers_after_s=None,
        cause=EndCause.CONGESTION,
    ),
    Behavior(
        first=95,
        last=97,
        name="refused",
        text="call refused",
        sip_status=403,
        answers_after_s=None,
        cause=EndCause.REJECTED,
    ),
    Behavior(
        first=98,
        last=99,
        name="silent",
        text="no reply at all beyond 'trying'",
        sip_status=0,
        answers_after_s=None,
        cause=EndCause.NO_ANSWER,
    ),
)

AREAS = (
    ("212", "New York"), ("303", "Denver"), ("415", "San Francisco"), ("312", "Chicago"), ("602", "Phoenix"),
    ("504", "New Orleans"), ("206", "Seattle"), ("305", "Miami"), ("617", "Boston"), ("713", "Houston"),
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Grace", "Hugo", "Iris", "Jack", "Kira", "Leo", "Mona", "Nils",
    "Olive", "Paul", "Quinn", "Rosa", "Sam", "Tess", "Uma", "Vera", "Will", "Xena", "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Adler", "Brook", "Castle", "Dale", "Ember", "Field", "Grove", "Hill", "Ivory", "Jones", "Keller", "Lane",
    "Marsh", "Noble", "Olsen",
)  # fmt: skip
SAMPLE_MAX = len(AREAS) * 100


def behavior_of(number: str) -> Behavior:
    ending = int(number[-2:])
    return next(behavior for behavior in BEHAVIORS if behavior.first <= ending <= behavior.last)


def sample_contacts(n: int = 200) -> list[tuple[str, str, dict[str, str]]]:
    """Name, number, attributes. The numbers are of the range that is kept free for fiction (555-0100 to 555-0199);
    each hundred has every ending once, in an order that mixes the behaviors. Always the same list."""
    assert 0 <= n <= SAMPLE_MAX, f"at most {SAMPLE_MAX} different numbers"
    return [_contact(place) for place in range(n)]


def _contact(place: int) -> tuple[str, str, dict[str, str]]:
    ending = (place * 37 + 11) % 100  # 37 shares no divisor with 100: every ending comes once in a hundred
    area, city = AREAS[(place + place // 100) % len(AREAS)]
    number = f"+1{area}55501{ending:02d}"
    name = f"{FIRST_NAMES[place % len(FIRST_NAMES)]} {LAST_NAMES[place * 7 % len(LAST_NAMES)]}"
    attributes = {"city": city, "customer_since": str(2009 + place * 5 % 16), "behavior": behavior_of(number).text}
    return name, number, attributes
