"""`busyhour number`: list, add, emergency, rm: the numbers that callers dial."""

from typing import Annotated, Any

import typer

from busyhour.cli.campaigns import choose, parse_hours, prompt_of
from busyhour.cli.client import Client, connect
from busyhour.cli.queues import find as find_queue
from busyhour.cli.queues import on_off
from busyhour.cli.screen import Commands, Trouble, out, print_json, print_table
from busyhour.core.model.opening import Closed

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Numbers that callers dial, and where each leads.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Its pattern, or its number in the list.")]
PATH = "/api/dialed-numbers"


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All numbers, with where they lead."""
    client = connect()
    rows = client.get(PATH)
    if json:
        print_json(rows)
        return
    names = {row["queue_id"]: row["name"] for row in client.get("/api/queues")}
    headings = ("no", "pattern", "label", "leads to", "when closed", "time zone", "closed now")
    print_table("Numbers", headings, [_line(row, names) for row in rows], spare=("time zone", "label"))


@app.command()
def add(
    pattern: Annotated[str, typer.Argument(help="As the carrier sends it; X is any digit, * at the end any rest.")],
    *,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    queue: Annotated[str | None, typer.Option(help="The queue that takes its calls.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent who takes its calls, by log-in or number.")] = None,
    number: Annotated[str | None, typer.Option(help="The number outside that its calls go to.")] = None,
    prompt: Annotated[str | None, typer.Option(help="The prompt that its callers hear.")] = None,
    callback: Annotated[str | None, typer.Option(help="The queue that calls its callers back.")] = None,
    hours: Annotated[str, typer.Option(help="When it is open: HH:MM-HH:MM, in its time zone.")] = "00:00-24:00",
    time_zone: Annotated[str | None, typer.Option(help="Its time zone; else the tenant's.")] = None,
    closed: Annotated[str | None, typer.Option(help="The prompt for those who call out of its hours.")] = None,
    json: Json = False,
) -> None:
    """Let a number lead somewhere. With several destinations, the first that takes the call has it."""
    client = connect()
    to = destinations(client, queue=queue, agent=agent, number=number, prompt=prompt, callback=callback)
    if not to:
        raise Trouble("Say where its calls go: --queue NAME, --agent LOGIN, --number NUMBER, --prompt or --callback.")
    zone = time_zone or client.get("/api/session")["tenant"]["time_zone"]
    span = parse_hours(hours)
    opening = {"hours": [{"from_s": span.from_s, "until_s": span.until_s}], "time_zone": zone}
    said = prompt_of(client, closed)
    prompts = {str(Closed.HOURS): said} if said is not None else {}
    treatment = {"to": to, "opening": opening, "prompts": prompts}
    row = client.post(PATH, {"number_id": 0, "pattern": pattern, "label": label, "treatment": treatment})
    if json:
        print_json(row)
    else:
        out.print(f"Added number {row['number_id']}: {row['pattern']}", markup=False, highlight=False)


@app.command()
def emergency(number: Which, on: Annotated[bool, typer.Argument(metavar="on|off", parser=on_off)]) -> None:
    """Close a number from now on, whatever its hours say; or let its hours decide again."""
    client = connect()
    row = find(client, number)
    client.put(f"{PATH}/{row['number_id']}/emergency", {"on": on})
    told = "is closed from now on" if on else "is open by its hours again"
    out.print(f"{row['pattern']} {told}.", markup=False, highlight=False)


@app.command("rm")
def rm(number: Which, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a number; who dials it then hears that it is not in use."""
    client = connect()
    row = find(client, number)
    if not yes:
        typer.confirm(f"Delete the number {row['pattern']}?", abort=True, err=True)
    client.delete(f"{PATH}/{row['number_id']}")
    out.print(f"Deleted {row['pattern']}.", markup=False, highlight=False)


def find(client: Client, which: str) -> Any:
    """A pattern is mostly digits, so it comes before the number in the list."""
    rows = client.get(PATH)
    for row in rows:
        if row["pattern"].removeprefix("+") == which.removeprefix("+"):
            return row
    return choose(which, "number", {row["number_id"]: (row["label"], row) for row in rows})


def destinations(client: Client, *, agent: str | None, **named: str | None) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for kind in ("queue", "callback"):
        if which := named[kind]:
            found.append({"kind": kind, "target": str(find_queue(client, which)["queue_id"])})
    if agent:
        rows = {row["agent_id"]: (row["login"], row) for row in client.get("/api/agents")}
        found.append({"kind": "agent", "target": str(choose(agent, "agent", rows)["agent_id"])})
    if number := named["number"]:
        found.append({"kind": "number", "target": number})
    if media := prompt_of(client, named["prompt"]):
        found.append({"kind": "prompt", "target": media})
    return found


def _line(row: Any, names: dict[int, str]) -> tuple[object, ...]:
    treatment = row["treatment"]
    return (
        row["number_id"],
        row["pattern"],
        row["label"],
        _where(treatment["to"], names),
        _where(treatment["when_closed"], names),
        treatment["opening"]["time_zone"],
        treatment["opening"]["emergency"],
    )


def _where(to: list[dict[str, str]], names: dict[int, str]) -> str | None:
    def target(one: dict[str, str]) -> str:
        is_queue = one["kind"] in {"queue", "callback"} and one["target"].isdecimal()
        return names.get(int(one["target"]), one["target"]) if is_queue else one["target"]

    return ", then ".join(f"{one['kind']} {target(one)}" for one in to) or None
