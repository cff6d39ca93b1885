"""`busyhour campaign`: list, create, start, pause, unpause, remove; other files have what else it does."""

import re
from typing import Annotated, Any

import msgspec
import typer

from busyhour.cli.client import Client, connect
from busyhour.cli.screen import Commands, Trouble, out, print_json, print_table
from busyhour.core.model.campaign import DAY_S, Campaign, Compliance, Hours, Machines, Pacing, RetryRule
from busyhour.core.model.values import DialMode, FirstLeg, ListRole, Outcome, RetryMode

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Campaigns, and their runs.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Which = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Name or number of the campaign.")]

Ratio = Annotated[float, typer.Option(min=0.1, max=20, help="Mode ratio: calls for each free agent.")]
Law = Annotated[str, typer.Option(help="Whose law on abandoned calls holds: strict, us, uk, canada, ...")]
AgentFirst = Annotated[bool, typer.Option("--agent-first", help="Progressive: an agent is on the line first.")]
Detect = Annotated[
    bool, typer.Option("--detect-machines", help="Listen for answering machines; `campaign machines` says how.")
]
CalleeHours = Annotated[str, typer.Option(help="When people may be called: HH:MM-HH:MM, where they are.")]
Retry = Annotated[
    list[str] | None, typer.Option(help="OUTCOME:TIMES:SECONDS[:fixed|multi], such as BUSY:3:300; may be repeated.")
]
BlackLists = Annotated[list[str] | None, typer.Option("--black-list", help="A list of numbers not to call.")]
Agents = Annotated[
    list[str] | None, typer.Option("--agent", help="An agent, by log-in or number; may be repeated. Else all of now.")
]

RETRY = re.compile(r"(?P<outcome>[A-Z_]+):(?P<times>\d{1,3}):(?P<delay_s>\d{1,7})(?::(?P<mode>fixed|multi))?")
HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All campaigns, with what their runs are doing."""
    rows = connect().get("/api/campaigns")
    if json:
        print_json(rows)
        return
    headings = ("no", "name", "mode", "run", "lists", "what keeps it from starting")
    print_table("Campaigns", headings, [_line(row) for row in rows])


@app.command()
def create(
    name: str,
    *,
    mode: Annotated[DialMode, typer.Option(help="How it paces its calls.")] = DialMode.PROGRESSIVE,
    lists: Annotated[list[str], typer.Option("--list", help="A contact list, by name or number; may be repeated.")],
    trunks: Annotated[list[str], typer.Option("--trunk", help="A trunk, by name or number; may be repeated.")],
    black_lists: BlackLists = None,
    agents: Agents = None,
    prompt: Annotated[str | None, typer.Option(help="Agentless: the prompt that callees hear.")] = None,
    farewell: Annotated[str | None, typer.Option(help="The prompt for those who answer when no agent is free.")] = None,
    caller_id: Annotated[str, typer.Option(help="The number that callees see.")] = "",
    at_once: Annotated[int, typer.Option(min=1, help="Calls up at once, at most.")] = 10,
    ratio: Ratio = 1.5,
    law: Law = "strict",
    agent_first: AgentFirst = False,
    ring_s: Annotated[float, typer.Option(min=1, help="Seconds to let it ring.")] = 30.0,
    priority: Annotated[int, typer.Option(help="Lower goes first.")] = 10,
    hours: Annotated[str, typer.Option(help="When it runs: HH:MM-HH:MM, in its time zone.")] = "00:00-24:00",
    callee_hours: CalleeHours = "08:00-21:00",
    time_zone: Annotated[str | None, typer.Option(help="Its time zone; else the tenant's.")] = None,
    retry: Retry = None,
    detect: Detect = False,
    idle: Annotated[bool, typer.Option("--idle", help="Wait for more numbers at the end, instead of ending.")] = False,
    json: Json = False,
) -> None:
    """Make a campaign. `busyhour campaign start` then starts it."""
    client = connect()
    campaign = Campaign(
        campaign_id=0,
        name=name,
        dial_mode=mode,
        priority=priority,
        max_concurrent=at_once,
        ring_timeout_s=ring_s,
        caller_id=caller_id,
        message_prompt=prompt_of(client, prompt),
        abandon_prompt=prompt_of(client, farewell),
        idle_on_termination=idle,
        time_zone=time_zone or client.get("/api/session")["tenant"]["time_zone"],
        active_hours=parse_hours(hours),
        callee_hours=parse_hours(callee_hours),
        compliance=Compliance(preset=law),
        pacing=Pacing(ratio=ratio, first_leg=FirstLeg.AGENT if agent_first else FirstLeg.CUSTOMER),
        machines=Machines(detection=detect),
        retry_rules=tuple(parse_retry(text) for text in retry or ()),
        trunk_ids=tuple(_pick(client, "/api/trunks", "trunk", which)["trunk_id"] for which in trunks),
        agent_ids=_agents(client, agents) if mode is not DialMode.AGENTLESS else (),
    )
    roles = [(which, ListRole.NORMAL) for which in lists] + [(which, ListRole.BLACK) for which in black_lists or ()]
    links = [{"list_id": _pick(client, "/api/lists", "list", which)["list_id"], "role": role} for which, role in roles]
    body = {"campaign": msgspec.to_builtins(campaign), "status": "runnable", "lists": links}
    row = client.post("/api/campaigns", body)
    if json:
        print_json(row)
        return
    out.print(
        f"Made campaign {row['campaign']['campaign_id']}. Start it: busyhour campaign start {name!r}", markup=False
    )


@app.command()
def start(campaign: Which, *, json: Json = False) -> None:
    """Begin a run: its numbers are dialed from now on."""
    client = connect()
    row = find(client, campaign)
    run = client.post(f"/api/campaigns/{row['campaign']['campaign_id']}/start")
    _tell(run, json=json)


@app.command()
def pause(campaign: Which, *, json: Json = False) -> None:
    """Place no new calls; those that are up go on."""
    _tell(_steer(campaign, "pause"), json=json)


@app.command()
def unpause(campaign: Which, *, json: Json = False) -> None:
    """Go on after a pause."""
    _tell(_steer(campaign, "unpause"), json=json)


@app.command()
def remove(campaign: Which, *, json: Json = False) -> None:
    """End the run for good; the campaign itself stays and can be started anew."""
    _tell(_steer(campaign, "remove"), json=json)


def find(client: Client, which: str) -> Any:
    """The campaign by number, or by name when the name is its alone."""
    rows = client.get("/api/campaigns")
    return choose(which, "campaign", {row["campaign"]["campaign_id"]: (row["campaign"]["name"], row) for row in rows})


def choose(which: str, noun: str, found: dict[int, tuple[str, Any]]) -> Any:
    if which.isdecimal() and int(which) in found:
        return found[int(which)][1]
    named = [row for name, row in found.values() if name.casefold() == which.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        raise Trouble(f"Several {noun}s are called {which!r}. Use the number of the one you mean.")
    known = ", ".join(f"{number} {name!r}" for number, (name, _) in found.items()) or "none yet"
    raise Trouble(f"There is no {noun} {which!r}. There are: {known}.")


def parse_retry(text: str) -> RetryRule:
    match = RETRY.fullmatch(text)
    if match is None or match["outcome"] not in Outcome.__members__:
        raise Trouble(f"The retry rule {text!r} is not OUTCOME:TIMES:SECONDS[:fixed|multi], such as BUSY:3:300.")
    return RetryRule(
        outcome=Outcome(match["outcome"]),
        max_attempts=int(match["times"]),
        delay_s=int(match["delay_s"]),
        mode=RetryMode(match["mode"] or RetryMode.FIXED),
    )


def parse_hours(text: str) -> Hours:
    match = HOURS.fullmatch(text)
    if match is None:
        raise Trouble(f"The hours {text!r} are not HH:MM-HH:MM, such as 09:00-18:00.")
    hour, minute, hour_until, minute_until = (int(part) for part in match.groups())
    from_s, until_s = hour * 3600 + minute * 60, hour_until * 3600 + minute_until * 60
    if max(from_s, until_s) > DAY_S or max(minute, minute_until) > 59:
        raise Trouble(f"The hours {text!r} go beyond the day: use 00:00 to 24:00.")
    return Hours(from_s=from_s, until_s=until_s)


def prompt_of(client: Client, which: str | None) -> str | None:
    """The file of the prompt with this name or number, or that file itself: programs see it in the JSON."""
    if not which:
        return None
    rows = client.get("/api/prompts")
    if which in {row["media"] for row in rows}:
        return which
    return str(choose(which, "prompt", {row["prompt_id"]: (row["name"], row["media"]) for row in rows}))


def _pick(client: Client, path: str, noun: str, which: str) -> Any:
    return choose(which, noun, {row[f"{noun}_id"]: (row["name"], row) for row in client.get(path)})


def _agents(client: Client, wanted: list[str] | None) -> tuple[int, ...]:
    rows = {row["agent_id"]: (row["login"], row) for row in client.get("/api/agents") if not row["disabled"]}
    if wanted is None:
        return tuple(rows)
    return tuple(choose(which, "agent", rows)["agent_id"] for which in wanted)


def _steer(which: str, verb: str) -> Any:
    client = connect()
    row = find(client, which)
    if row["run_id"] is None:
        raise Trouble(f"Campaign {which!r} is not running. Start it: busyhour campaign start {which!r}")
    return client.post(f"/api/runs/{row['run_id']}/{verb}")


def _tell(run: Any, *, json: bool) -> None:
    if json:
        print_json(run)
        return
    out.print(f"{run['campaign_name']}: run {run['run_id']} is {run['state']}", markup=False, highlight=False)


def _line(row: Any) -> tuple[object, ...]:
    campaign, lists = row["campaign"], ", ".join(part["name"] for part in row["lists"])
    faults = "; ".join(row.get("faults", ()))
    return campaign["campaign_id"], campaign["name"], campaign["dial_mode"], row["run_state"], lists, faults
