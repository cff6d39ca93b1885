"""`busyhour caller`: what became of those who called; `busyhour callback`: whom we promised to call."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli.client import connect
from busyhour.cli.queues import find as find_queue
from busyhour.cli.report import parse_time, write_csv
from busyhour.cli.screen import Commands, clock_time, local_time, out, print_json, print_table, short_time

app = typer.Typer(cls=Commands, no_args_is_help=True, help="What became of those who called.")
callbacks = typer.Typer(cls=Commands, no_args_is_help=True, help="Whom we promised to call back.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Call = Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")]


@app.command("ls")
def ls(
    *,
    queue: Annotated[str | None, typer.Option(help="Only this queue, by name or number.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Only calls from then on: 2026-03-01 or 2026-03-01T09:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only calls before then.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome, such as ABANDONED.")] = None,
    number: Annotated[str | None, typer.Option(help="Only numbers with these digits.")] = None,
    going_on: Annotated[bool, typer.Option("--open", help="Only calls that are up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Calls shown; the newest first.")] = 50,
    csv: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file; - is the screen.")] = None,
    json: Json = False,
) -> None:
    """Calls that came in, and calls that called somebody back, one by one."""
    client = connect()
    filters: dict[str, object] = {
        "queue_id": find_queue(client, queue)["queue_id"] if queue else None,
        "from_utc_s": parse_time(since),
        "until_utc_s": parse_time(until),
        "outcome": outcome.upper() if outcome else None,
        "number": number,
        "open_only": "true" if going_on else None,
    }
    if csv is not None:
        write_csv(client, csv, filters, path_of_export="/api/callers/export")
        return
    page = client.get("/api/callers", limit=limit, **filters)
    if json:
        print_json({"callers": page["rows"], "cursor": page["cursor"]})
        return
    headings = ("when", "number", "name", "dialed", "queue", "outcome", "disposition", "agent", "waited", "talked")
    spare = ("dialed", "name", "disposition", "agent")
    print_table("Callers, newest first", headings, [_line(row) for row in page["rows"]], spare=spare)
    if page["cursor"]:
        out.print("There are more: --limit shows more of them, --csv FILE writes all.", markup=False)


@app.command()
def show(call: Call, *, json: Json = False) -> None:
    """Everything about one call."""
    row = connect().get(f"/api/callers/{call}")
    if json:
        print_json(row)
        return
    times = {name: local_time(row[name]) for name in row if name.endswith("_utc_s")}
    print_table(f"Call {call}", ("what", "answer"), (row | times).items())


@app.command()
def assign(call: Call, agent: Annotated[int, typer.Argument(metavar="AGENT", help="The agent's number.")]) -> None:
    """Give one who waits to an agent; only in a queue with external dispatch."""
    connect().post(f"/api/callers/{call}/assign", {"agent_id": agent})
    out.print(f"{call} goes to agent {agent}.", markup=False, highlight=False)


@callbacks.command("ls")
def ls_callbacks(
    *, ended: Annotated[bool, typer.Option("--all", help="Ended ones as well.")] = False, json: Json = False
) -> None:
    """Promises to call back, in the order of their places."""
    client = connect()
    rows = client.get("/api/callbacks", open_only=str(not ended).lower())
    if json:
        print_json(rows)
        return
    names = {row["queue_id"]: row["name"] for row in client.get("/api/queues")}
    headings = ("callback", "number", "queue", "state", "place since", "attempts", "not before", "why")
    print_table("Callbacks", headings, [_promise(row, names) for row in rows], spare=("not before", "why"))


@callbacks.command()
def ask(call: Call, *, number: Annotated[str, typer.Option(help="Else the one that they call from.")] = "") -> None:
    """Call one who waits back, instead of letting them wait on the line. The place is kept."""
    connect().post(f"/api/callers/{call}/callback", {"number": number})
    out.print(f"{call} will be called back.", markup=False, highlight=False)


@callbacks.command()
def cancel(callback: Annotated[str, typer.Argument(help="The callback's id, as `ls` shows it.")]) -> None:
    """Do not call them back any more."""
    connect().delete(f"/api/callbacks/{callback}")
    out.print(f"{callback} is canceled.", markup=False, highlight=False)


def _line(row: Any) -> tuple[object, ...]:
    return (
        short_time(row["arrived_utc_s"]),
        row["number"] or "withheld",
        row["name"],
        "(called back)" if row["callback"] else row["dialed"],
        row["queue_name"],
        row["outcome"] or "going on",
        row["disposition"],
        row["agent_name"],
        clock_time(row["wait_s"]) if row["wait_s"] is not None else None,
        clock_time(row["talk_s"]) if row["talk_s"] else None,
    )


def _promise(row: Any, names: dict[int, str]) -> tuple[object, ...]:
    return (
        row["callback"],
        row["number"],
        names.get(row["queue_id"]),
        row["state"],
        short_time(row["since_utc_s"]),
        f"{row['attempts']}/{row['rule']['attempts_max']}",
        short_time(row["due_utc_s"]),
        row["why"],
    )
