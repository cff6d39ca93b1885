"""`busyhour recording`: what was recorded, the rule for it, and the sound as a file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli.client import connect
from busyhour.cli.report import parse_time
from busyhour.cli.screen import Commands, clock_time, out, print_json, print_table, short_time

app = typer.Typer(cls=Commands, no_args_is_help=True, help="What was said, as sound.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Recording = Annotated[str, typer.Argument(metavar="RECORDING", help="The recording's id, as `ls` shows it.")]


@app.command("ls")
def ls(
    *,
    since: Annotated[str | None, typer.Option("--from", help="Only talks from then on: 2026-03-01T09:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Only talks before then.")] = None,
    number: Annotated[str | None, typer.Option(help="Only numbers with these digits.")] = None,
    call: Annotated[str | None, typer.Option(help="Only this call.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Recordings shown; the newest first.")] = 50,
    json: Json = False,
) -> None:
    """Recordings, the newest first."""
    filters = {"from_utc_s": parse_time(since), "until_utc_s": parse_time(until), "number": number, "call": call}
    page = connect().get("/api/recordings", limit=limit, **filters)
    if json:
        print_json({"recordings": page["rows"], "cursor": page["cursor"]})
        return
    headings = ("when", "number", "agent", "queue or campaign", "length", "gaps", "state", "recording")
    print_table("Recordings, newest first", headings, [_line(row) for row in page["rows"]], spare=("gaps", "agent"))


@app.command()
def rule(
    policy: Annotated[
        str | None, typer.Argument(help="never, always, on_demand or by_hook; left out: show the rule.")
    ] = None,
    *,
    days: Annotated[int | None, typer.Option(min=1, help="For how many days recordings are kept.")] = None,
    json: Json = False,
) -> None:
    """Which talks are recorded where no campaign, queue or header says otherwise."""
    client = connect()
    found = client.get("/api/recordings/rule")
    if policy is not None or days is not None:
        found = client.put(
            "/api/recordings/rule",
            {"recording": policy or found["recording"], "recording_days": days or found["recording_days"]},
        )
    if json:
        print_json(found)
        return
    out.print(f"{found['recording']}, kept for {found['recording_days']} days", markup=False, highlight=False)


@app.command()
def download(recording: Recording, file: Annotated[Path, typer.Argument(help="The WAV file to write.")]) -> None:
    """Write the sound to a file. That you took it is noted in the audit log."""
    with connect().download(f"/api/recordings/{recording}/file") as pieces, file.open("wb") as sound:
        for piece in pieces:
            sound.write(piece)
    out.print(f"{file} is written.", markup=False, highlight=False)


@app.command()
def erase(recording: Recording) -> None:
    """Delete the sound for good. One that is held is not deleted."""
    connect().delete(f"/api/recordings/{recording}")
    out.print(f"{recording} is erased.", markup=False, highlight=False)


def _line(row: Any) -> tuple[object, ...]:
    return (
        short_time(row["began_utc_s"]),
        row["number"] or "withheld",
        row["agent_name"],
        row["queue_name"] or row["campaign_name"],
        clock_time(row["length_s"]) if row["length_s"] is not None else None,
        len(row["marks"]) or None,
        row["state"] + (" (held)" if row["held"] else ""),
        row["recording"],
    )
