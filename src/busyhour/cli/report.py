"""`busyhour report`: what became of the calls, in sums and one by one; `busyhour explain`: why."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli import campaigns
from busyhour.cli.client import Client, connect
from busyhour.cli.screen import Commands, Trouble, clock_time, local_time, out, print_json, print_table, short_time

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

explain = typer.Typer(cls=Commands, no_args_is_help=True, help="Why a number was called, or was not.")


def report(
    *,
    campaign: Annotated[str | None, typer.Option(help="Only this campaign, by name or number.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="Only attempts from then on: 2026-03-01 or 2026-03-01T09:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only attempts before then.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome, such as BUSY.")] = None,
    number: Annotated[str | None, typer.Option(help="Only numbers with these digits.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Attempts shown; the newest first.")] = 50,
    csv: Annotated[Path | None, typer.Option(help="Write all of them to this CSV file; - is the screen.")] = None,
    json: Json = False,
) -> None:
    """What became of the calls: sums by outcome, and the attempts one by one."""
    client = connect()
    filters = filters_of(client, campaign, since, until)
    filters |= {"outcome": outcome.upper() if outcome else None, "number": number}
    if csv is not None:
        write_csv(client, csv, filters)
        return
    summary = client.get("/api/reports/summary", **filters)
    page = client.get("/api/attempts", limit=limit, **filters)
    if json:
        print_json({"summary": summary, "attempts": page["rows"], "cursor": page["cursor"]})
        return
    _print_summary(summary)
    headings = ("when", "number", "name", "campaign", "try", "outcome", "disposition", "agent", "talked", "again at")
    spare = ("campaign", "name", "again at", "agent", "disposition")
    print_table("Attempts, newest first", headings, [_line(row) for row in page["rows"]], spare=spare)
    if page["cursor"]:
        out.print("There are more: --limit shows more of them, --csv FILE writes all.", markup=False)


def filters_of(client: Client, campaign: str | None, since: str | None, until: str | None) -> dict[str, object]:
    """Which rows are asked for, in the words of the API."""
    return {
        "campaign_id": campaigns.find(client, campaign)["campaign"]["campaign_id"] if campaign else None,
        "from_utc_s": parse_time(since),
        "until_utc_s": parse_time(until),
    }


def parse_time(text: str | None) -> float | None:
    """A local date or time, or one with its zone, as UTC seconds."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise Trouble(f"The time {text!r} is not like 2026-03-01 or 2026-03-01T09:00.") from None


def write_csv(
    client: Client, path: Path, filters: dict[str, object], *, path_of_export: str = "/api/attempts/export"
) -> None:
    with client.download(path_of_export, format="csv", **filters) as pieces:
        if str(path) == "-":
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            return
        try:
            with path.open("wb") as file:
                file.writelines(pieces)
        except OSError as fault:
            raise Trouble(f"{path} cannot be written ({fault.strerror}). Name another file.") from None
    out.print(f"Wrote {path}", markup=False, highlight=False)


@explain.command("lead")
def explain_lead(
    contact: Annotated[int, typer.Argument(metavar="ID", help="Number of the contact.")], *, json: Json = False
) -> None:
    """Why this contact was called when it was, or is not being called now."""
    answer = connect().get(f"/api/explain/contacts/{contact}")
    if json:
        print_json(answer)
        return
    person = answer["contact"]
    out.print(
        f"{person['name'] or 'Contact'} {', '.join(person['numbers'])}", style="bold", markup=False, highlight=False
    )
    _print_sentences(answer["sentences"])
    for run in answer["runs"]:
        out.print(f"{run['campaign_name']}, run {run['run_id']} ({run['run_state']}):", markup=False, highlight=False)
        _print_sentences(run["sentences"])


def _heard(row: Any) -> str | None:
    if row["heard"] is None:
        return None
    listened = f", after {row['analysis_ms'] / 1000:.2f} s" if row["analysis_ms"] is not None else ""
    return f"{row['heard']}, by the detector{listened}"


@explain.command("call")
def explain_call(
    call: Annotated[str, typer.Argument(metavar="ID", help="Id of the attempt.")], *, json: Json = False
) -> None:
    """Why this call was placed, how it ended, and what follows from that."""
    row = connect().get(f"/api/attempts/{call}")
    if json:
        print_json(row)
        return
    facts = {
        "number": row["number"],
        "placed": local_time(row["intent_utc_s"]),
        "why then": row["why"],
        "outcome": row["outcome"] or row["state"],
        "message after": f"{row['message_ms'] / 1000:.1f} s" if row["message_ms"] is not None else None,
        "who answered": _heard(row),
        "asked for no more": local_time(row["opted_out_utc_s"]),
        "cause": row["cause"],
        "what follows": row["retry_why"],
        "again at": local_time(row["next_due_utc_s"]),
    }
    print_table(f"Call {call}", ("what", "answer"), facts.items())


@explain.command("campaign")
def explain_campaign(campaign: campaigns.Which, *, json: Json = False) -> None:
    """What a campaign is doing and why, what was abandoned, and what the law still leaves to it."""
    client = connect()
    campaign_id = campaigns.find(client, campaign)["campaign"]["campaign_id"]
    answer = client.get(f"/api/explain/campaigns/{campaign_id}")
    if json:
        print_json(answer)
        return
    out.print(answer["name"], style="bold", markup=False, highlight=False)
    _print_sentences(answer["now"])
    out.print("The law:", markup=False)
    _print_sentences(answer["law"])


def _print_sentences(sentences: list[str]) -> None:
    for sentence in sentences:
        out.print(f"- {sentence}", markup=False, highlight=False, soft_wrap=True)


def _print_summary(summary: Any) -> None:
    total = summary["attempts"]
    print_table(
        f"{total} attempts to {summary['contacts']} contacts, {clock_time(summary['talk_ms'] / 1000)} talked",
        ("outcome", "disposition", "attempts", "%", "talked"),
        [
            (o["outcome"], o["disposition"], o["count"], o["count"] * 100 // total, clock_time(o["talk_ms"] / 1000))
            for o in summary["outcomes"]
        ],
    )


def _line(row: Any) -> tuple[object, ...]:
    talked = clock_time(row["talk_ms"] / 1000) if row["talk_ms"] is not None else None
    return (
        short_time(row["intent_utc_s"]),
        row["number"],
        row["contact_name"],
        row["campaign_name"],
        row["attempt_no"],
        row["outcome"] or row["state"],
        row["disposition"],
        row["agent_name"],
        talked,
        short_time(row["next_due_utc_s"]),
    )
