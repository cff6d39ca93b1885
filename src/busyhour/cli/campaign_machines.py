"""`busyhour campaign machines`: answering machines, as on the campaign's page; what is not named stays as it is."""

from typing import Annotated, Any

import typer

from busyhour.cli import campaigns
from busyhour.cli.campaign_limits import save, set_named
from busyhour.cli.client import connect
from busyhour.core.model.values import MachineAction

HOUR_S = 3_600

Detection = Annotated[bool | None, typer.Option("--detect/--ignore", help="Listen for machines, or not.")]
Message = Annotated[
    str | None, typer.Option(help="The prompt that machines hear, by name; an empty name: hang up on them.")
]
Again = Annotated[
    float | None, typer.Option(help="Hours without a call to a machine's number; the law's hold besides.")
]
CheckEvery = Annotated[int | None, typer.Option(help="Give each so manyth machine to a free agent; 0 is none.")]
AnalysisS = Annotated[float | None, typer.Option(help="Seconds to listen, at most.")]
GreetingS = Annotated[float | None, typer.Option(help="Who has spoken longer is a machine.")]
SilenceS = Annotated[float | None, typer.Option(help="Who is silent so long after having spoken is a person.")]
Words = Annotated[int | None, typer.Option(help="Who has said more words is a machine.")]
TestCalls = Annotated[int | None, typer.Option(help="The detector's test: how many calls were listened to.")]
TestPeople = Annotated[int | None, typer.Option(help="... and how many of them were people.")]
TestOn = Annotated[str | None, typer.Option(help="... on which day: 2026-03-31.")]
TestNote = Annotated[str | None, typer.Option(help="... how, and by whom: the law asks for the reasons.")]


def machines(
    campaign: campaigns.Which,
    *,
    detection: Detection = None,
    message: Message = None,
    again_h: Again = None,
    check_every: CheckEvery = None,
    analysis_s: AnalysisS = None,
    greeting_s: GreetingS = None,
    silence_s: SilenceS = None,
    words_max: Words = None,
    test_calls: TestCalls = None,
    test_people: TestPeople = None,
    test_on: TestOn = None,
    test_note: TestNote = None,
    json: campaigns.Json = False,
) -> None:
    """Whether answering machines are detected, what becomes of them, and how well that was found to work."""
    client = connect()
    row = campaigns.find(client, campaign)
    asked = row["campaign"]["machines"]
    set_named(
        asked,
        detection=detection,
        again_s=None if again_h is None else again_h * HOUR_S,
        check_every=check_every,
    )
    if message is not None:
        asked |= _fate(campaigns.prompt_of(client, message))
    heard = {"greeting_max_s": greeting_s, "silence_s": silence_s, "words_max": words_max}
    set_named(asked["listening"], analysis_max_s=analysis_s, **heard)
    set_named(asked["test"], calls=test_calls, people=test_people, on=test_on, note=test_note)
    save(client, row, json=json)


def _fate(prompt: str | None) -> dict[str, Any]:
    return {"action": MachineAction.MESSAGE if prompt else MachineAction.HANG_UP, "message_prompt": prompt}
