"""`busyhour campaign limit`: what holds a campaign back, changed one by one; what is not named stays as it is."""

import re
from typing import Annotated, Any

import typer

from busyhour.cli import campaigns
from busyhour.cli.client import Client, connect
from busyhour.cli.screen import Trouble, out, print_json

AtOnce = Annotated[int | None, typer.Option(min=1, help="Calls up at once, at most.")]
PerMinute = Annotated[int | None, typer.Option(min=0, help="Calls begun within a minute; 0 is no limit.")]
PerSecond = Annotated[int | None, typer.Option(min=0, help="Calls begun within a second; 0 is no limit.")]
PerAgent = Annotated[float | None, typer.Option(min=0, help="Calls for each agent at work; 0 is no limit.")]
PerDay = Annotated[int | None, typer.Option(min=0, help="Calls to a number within 24 hours; 0 is no limit.")]
Waiting = Annotated[int | None, typer.Option(min=-1, help="With more callers waiting nothing is dialed; -1: no limit.")]
Law = Annotated[str | None, typer.Option(help="Whose law on abandoned calls holds: strict, us, uk, canada, ...")]
Abandoned = Annotated[
    float | None, typer.Option(min=-1, max=100, help="Percent that may be abandoned, beside the law's; -1: the law's.")
]
Hours = Annotated[float | None, typer.Option(min=1, max=720, help="Over any so many hours.")]
Key = Annotated[str | None, typer.Option(help="The key that asks for no more calls, while a message plays.")]
KeyPrompt = Annotated[str | None, typer.Option(help="The prompt that is played then, by name; an empty name: none.")]
Correction = Annotated[float | None, typer.Option(help="Percent of the computed calls: 80 places more, 125 fewer.")]
Destinations = Annotated[
    list[str] | None,
    typer.Option(
        "--destination", help="PREFIX:CALLS[:PER_MINUTE], such as IT:10 or +3906:4:20; may be repeated. none: no cap."
    ),
]
Answered = Annotated[float | None, typer.Option(help="Stop by itself when fewer percent answer; 0 is off.")]
Short = Annotated[float | None, typer.Option(help="Stop by itself when more percent of the answered are short.")]
Last = Annotated[int | None, typer.Option(help="Of so many last attempts.")]
Ends = Annotated[bool | None, typer.Option("--stop-removes/--stop-pauses", help="What stopping by itself does.")]

HOUR_S = 3_600
DESTINATION = re.compile(r"(?P<prefix>\+?[0-9A-Za-z]{1,16}):(?P<calls>\d{1,6})(?::(?P<minute>\d{1,6}))?")


def limit(
    campaign: campaigns.Which,
    *,
    at_once: AtOnce = None,
    per_minute: PerMinute = None,
    per_second: PerSecond = None,
    per_agent: PerAgent = None,
    number_per_day: PerDay = None,
    waiting: Waiting = None,
    law: Law = None,
    abandoned: Abandoned = None,
    abandoned_hours: Hours = None,
    opt_out_key: Key = None,
    opt_out_prompt: KeyPrompt = None,
    correction: Correction = None,
    destinations: Destinations = None,
    stop_answered: Answered = None,
    stop_short: Short = None,
    stop_last: Last = None,
    stop_removes: Ends = None,
    json: campaigns.Json = False,
) -> None:
    """Change what holds a campaign back. A run that goes on keeps to it from its next call on."""
    client = connect()
    row = campaigns.find(client, campaign)
    settings = row["campaign"]
    set_named(settings, max_concurrent=at_once, calls_per_minute_max=per_minute, attempts_per_day_max=number_per_day)
    set_named(settings["pacing"], at_once_max=per_second, per_agent_max=per_agent, correction=correction)
    _set_or_none(settings["pacing"], "waiting_max", waiting)
    _set_or_none(settings["compliance"], "limit", _share(abandoned))
    window_s = None if abandoned_hours is None else abandoned_hours * HOUR_S
    set_named(settings["compliance"], preset=law, window_s=window_s, opt_out_key=opt_out_key)
    if opt_out_prompt is not None:
        settings["compliance"]["opt_out_prompt"] = campaigns.prompt_of(client, opt_out_prompt)
    if destinations is not None:
        settings["destinations"] = [parse_destination(text) for text in destinations if text != "none"]
    set_named(settings["watch"], answered_min=_share(stop_answered), short_max=_share(stop_short))
    set_named(settings["watch"], attempts=stop_last, removes=stop_removes)
    save(client, row, json=json)


def save(client: Client, row: Any, *, json: bool) -> None:
    """Send a changed campaign back as a whole."""
    links = [{"list_id": link["list_id"], "role": link["role"]} for link in row["lists"]]
    body = {"campaign": row["campaign"], "status": row["status"], "lists": links}
    saved = client.put(f"/api/campaigns/{row['campaign']['campaign_id']}", body)
    if json:
        print_json(saved)
    else:
        out.print(f"Saved {saved['campaign']['name']}", markup=False, highlight=False)


def set_named(part: dict[str, Any], **changes: object) -> None:
    """What the command line does not name is None, and stays as it is."""
    part.update({name: value for name, value in changes.items() if value is not None})


def _set_or_none(part: dict[str, Any], name: str, value: float | None) -> None:
    """Less than nothing takes the limit away."""
    if value is not None:
        part[name] = value if value >= 0 else None


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def parse_destination(text: str) -> dict[str, object]:
    match = DESTINATION.fullmatch(text)
    if match is None:
        raise Trouble(f"The destination {text!r} is not PREFIX:CALLS[:PER_MINUTE], such as IT:10 or +3906:4:20.")
    return {
        "prefix": match["prefix"],
        "calls_max": int(match["calls"]),
        "per_minute_max": int(match["minute"] or 0),
    }
