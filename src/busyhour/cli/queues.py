"""`busyhour queue`: list, show, create, load, emergency, rm, figures."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from busyhour.cli.campaigns import choose, parse_hours, prompt_of
from busyhour.cli.client import Client, connect
from busyhour.cli.report import parse_time, write_csv
from busyhour.cli.screen import Commands, Trouble, clock_time, out, print_json, print_table, short_time
from busyhour.core.acd.figures import LevelFormula
from busyhour.core.acd.needs import skills_of
from busyhour.core.model.opening import Opening
from busyhour.core.model.queue import (
    Announce,
    Match,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    QueueMember,
    SkillNeed,
    Strategy,
)

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Queues: whom callers wait for.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Which = Annotated[str, typer.Argument(metavar="QUEUE", help="Its name or its number.")]
Skills = Annotated[str, typer.Option(help="Skills that it asks for, with levels: sales:3,german.")]


def on_off(text: str) -> bool:
    if text not in {"on", "off"}:
        raise typer.BadParameter("Say on or off.")
    return text == "on"


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All queues, with who waits and who is there now."""
    client = connect()
    rows = client.get("/api/queues")
    live = {one["queue_id"]: client.get(f"/api/queues/{one['queue_id']}/waiting") for one in rows}
    if json:
        print_json([row | {"waiting": live[row["queue_id"]]} for row in rows])
        return
    headings = ("no", "name", "waiting", "longest", "skills", "members", "strategy", "dispatch", "closed now")
    print_table("Queues", headings, [_line(row, live[row["queue_id"]]) for row in rows], spare=("dispatch", "strategy"))


@app.command()
def show(queue: Which, *, json: Json = False) -> None:
    """Everything about one queue. The JSON can be changed and loaded again."""
    row = find(connect(), queue)
    if json:
        print_json(row)
        return
    facts = row | {
        "skills": skills_text(row["skills"]),
        "members": ", ".join(f"agent {one['agent_id']} (tier {one['tier']})" for one in row["members"]),
        "overflow": "; ".join(f"{one['trigger']} {one['threshold']:g}: {one['action']}" for one in row["overflow"]),
        "opening": "closed by the emergency switch" if row["opening"]["emergency"] else row["opening"]["time_zone"],
    }
    nested = ("announce", "sticky", "miss", "callback", "relax")
    print_table(row["name"], ("setting", "value"), [(name, facts[name]) for name in facts if name not in nested])


@app.command()
def create(
    name: str,
    *,
    skills: Skills = "",
    match: Annotated[Match, typer.Option(help="Whether an agent needs every skill, or one of them.")] = Match.ALL,
    agents: Annotated[
        list[str] | None, typer.Option("--agent", help="A member, by log-in or number; may be repeated.")
    ] = None,
    strategy: Annotated[Strategy, typer.Option(help="Who of several gets the call.")] = Strategy.LONGEST_IDLE,
    priority: Annotated[int, typer.Option(min=0, max=256, help="0 is most urgent.")] = 256,
    welcome: Annotated[str | None, typer.Option(help="The prompt that callers hear first.")] = None,
    hours: Annotated[str, typer.Option(help="When it is open: HH:MM-HH:MM, in its time zone.")] = "00:00-24:00",
    time_zone: Annotated[str | None, typer.Option(help="Its time zone; else the tenant's.")] = None,
    wait_max_s: Annotated[
        float, typer.Option(min=0, help="After so long a wait a callback is offered, or the call ends; 0 = never.")
    ] = 0.0,
    callback_key: Annotated[str, typer.Option(help="The key that asks for a callback.")] = "",
    trunks: Annotated[
        list[str] | None, typer.Option("--trunk", help="For callbacks, by name or number; may be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a queue. All else is set on its page, or with `busyhour queue load`."""
    client = connect()
    known = {row["trunk_id"]: (row["name"], row) for row in client.get("/api/trunks")} if trunks else {}
    trunk_ids = tuple(choose(which, "trunk", known)["trunk_id"] for which in trunks or ())
    action = OverflowAction.OFFER_CALLBACK if trunk_ids else OverflowAction.REJECT
    rule = OverflowRule(trigger=OverflowTrigger.WAITED, threshold=wait_max_s, action=action)
    queue = Queue(
        queue_id=0,
        name=name,
        skills=needs_of(skills),
        match=match,
        members=tuple(QueueMember(agent["agent_id"]) for agent in _agents(client, agents or [])),
        strategy=strategy,
        priority=priority,
        announce=Announce(welcome=prompt_of(client, welcome)),
        opening=Opening(
            hours=(parse_hours(hours),), time_zone=time_zone or client.get("/api/session")["tenant"]["time_zone"]
        ),
        overflow=(rule,) if wait_max_s else (),
        callback_key=callback_key,
        trunk_ids=trunk_ids,
    )
    row = client.post("/api/queues", msgspec.to_builtins(queue))
    if json:
        print_json(row)
        return
    text = f"Made queue {row['queue_id']}. Let a number lead to it: busyhour number add NUMBER --queue {name!r}"
    out.print(text, markup=False, highlight=False)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON, as `show --json` prints it.")],
    *,
    json: Json = False,
) -> None:
    """Make the queue that a file describes, or change the one of its name. It holds at once."""
    try:
        wanted = msgspec.to_builtins(msgspec.json.decode(file.read_bytes(), type=Queue))
    except (msgspec.MsgspecError, OSError) as fault:
        raise Trouble(f"{file} does not describe a queue: {fault}. See `busyhour queue show NAME --json`.") from None
    client = connect()
    there = [row["queue_id"] for row in client.get("/api/queues") if row["name"] == wanted["name"]]
    path = "/api/queues"
    row = client.put(f"{path}/{there[0]}", wanted) if there else client.post(path, wanted)
    if json:
        print_json(row)
    else:
        out.print(f"{'Changed' if there else 'Made'} queue {row['queue_id']}.", markup=False, highlight=False)


@app.command()
def emergency(queue: Which, on: Annotated[bool, typer.Argument(metavar="on|off", parser=on_off)]) -> None:
    """Close a queue from now on, whatever its hours say; or let its hours decide again."""
    client = connect()
    row = find(client, queue)
    client.put(f"/api/queues/{row['queue_id']}/emergency", {"on": on})
    told = "is closed from now on" if on else "is open by its hours again"
    out.print(f"{row['name']} {told}.", markup=False, highlight=False)


@app.command("rm")
def rm(queue: Which, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a queue; who waits in it hears the farewell. The reports keep it."""
    client = connect()
    row = find(client, queue)
    if not yes:
        typer.confirm(f"Delete the queue {row['name']!r}?", abort=True, err=True)
    client.delete(f"/api/queues/{row['queue_id']}")
    out.print(f"Deleted {row['name']!r}.", markup=False, highlight=False)


@app.command()
def figures(
    *,
    queue: Annotated[str | None, typer.Option(help="Only this queue, by name or number.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="From then on: 2026-03-01. Else the last day.")] = None,
    until: Annotated[str | None, typer.Option(help="Before then.")] = None,
    formula: Annotated[
        LevelFormula, typer.Option(help="What callers who gave up are to the service level.")
    ] = LevelFormula.LESS_SHORT,
    quarters: Annotated[bool, typer.Option("--quarters", help="Each quarter of an hour, not the sums.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the quarters to this CSV file; - is the screen.")] = None,
    json: Json = False,
) -> None:
    """How many came, were answered and gave up, how long they waited, and the service level."""
    client = connect()
    filters: dict[str, object] = {
        "queue_id": find(client, queue)["queue_id"] if queue else None,
        "from_utc_s": parse_time(since),
        "until_utc_s": parse_time(until),
        "formula": formula,
    }
    if csv is not None:
        write_csv(client, csv, filters, path_of_export="/api/reports/queues/export")
        return
    report = client.get("/api/reports/queues", **filters)
    if json:
        print_json(report)
        return
    headings = ("from", "queue", "came", "answered", "gave up", "sent on", "level", "2nd", "mean wait", "longest")
    rows = report["quarters"] if quarters else report["totals"]
    print_table("Queues", headings, [_figures(row) for row in rows], spare=("2nd", "sent on"))


def find(client: Client, which: str) -> Any:
    """The queue by number, or by name."""
    return choose(which, "queue", {row["queue_id"]: (row["name"], row) for row in client.get("/api/queues")})


def needs_of(text: str) -> tuple[SkillNeed, ...]:
    needs, left_out = skills_of(text)
    if left_out:
        raise Trouble(f"{left_out[0]!r} is not a skill with a level of 1 to 10, such as sales:3.")
    return needs


def skills_text(needs: list[dict[str, Any]]) -> str:
    return ", ".join(f"{need['skill']} {need['level']}" for need in needs)


def _agents(client: Client, wanted: list[str]) -> list[Any]:
    rows = {row["agent_id"]: (row["login"], row) for row in client.get("/api/agents")} if wanted else {}
    return [choose(which, "agent", rows) for which in wanted]


def _line(row: Any, waiting: list[Any]) -> tuple[object, ...]:
    longest = max((one["waited_s"] for one in waiting), default=None)
    return (
        row["queue_id"],
        row["name"],
        len(waiting),
        clock_time(longest) if longest is not None else None,
        skills_text(row["skills"]),
        len(row["members"]),
        row["strategy"],
        row["dispatch"],
        row["opening"]["emergency"],
    )


def _figures(row: Any) -> tuple[object, ...]:
    counts, levels = row["counts"], [None if one is None else f"{one * 100:.1f} %" for one in row["levels"]]
    mean = clock_time(row["answer_wait_mean_s"]) if counts["answered"] else None
    return (
        short_time(row["from_utc_s"]),
        row["queue_name"],
        counts["entered"],
        counts["answered"],
        counts["abandoned"],
        counts["sent_on"],
        *levels,
        mean,
        clock_time(counts["wait_max_s"]),
    )
