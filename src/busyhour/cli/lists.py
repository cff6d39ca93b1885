"""`busyhour list`: create, show, ls, rm, export; and `busyhour import FILE --list NAME`."""

import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from busyhour.cli.client import Client, connect
from busyhour.cli.screen import Commands, Trouble, err, local_time, out, print_json, print_table

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Contact lists.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ListName = Annotated[str, typer.Argument(metavar="LIST", help="Its name or its number.")]

COLUMNS: Final = ("list_id", "name", "contacts", "numbers", "hidden", "created_utc_s")
POLL_S: Final = 0.3
REJECTS_SHOWN: Final = 10
ENDINGS: Final = {"csv": "csv", "xlsx": "xlsx", "txt": "native"}


@app.command("ls")
def ls(
    *, hidden: Annotated[bool, typer.Option("--all", help="Hidden lists as well.")] = False, json: Json = False
) -> None:
    """All lists."""
    _print_lists(connect().get("/api/lists", hidden=str(hidden).lower()), json=json)


@app.command()
def create(name: str, *, json: Json = False) -> None:
    """Make an empty list."""
    row = connect().post("/api/lists", {"name": name})
    if json:
        print_json(row)
    else:
        out.print(f"Made list {row['list_id']} {name!r}.", markup=False, highlight=False)


@app.command("range")
def add_range(
    name: ListName,
    first: Annotated[str, typer.Argument(help="The first number, such as 5550000.")],
    count: Annotated[int, typer.Argument(min=1, help="How many consecutive numbers.")],
    *,
    short: Annotated[bool, typer.Option("--short", help="Take short and internal numbers as they are.")] = False,
    json: Json = False,
) -> None:
    """Add consecutive numbers; leading zeros are kept."""
    client = connect()
    found = find(client, name)
    body = {"first": first, "count": count, "short_numbers": short}
    job = client.post(f"/api/lists/{found['list_id']}/range", body)
    while job["state"] == "running":
        time.sleep(POLL_S)
        job = client.get(f"/api/imports/{job['import_id']}")
    if job["error"]:
        raise Trouble(job["error"])
    if json:
        print_json(job)
    else:
        out.print(f"Added {job['contacts_added']} numbers; {job['rows_rejected']} do not exist.", highlight=False)


@app.command()
def show(name: ListName, *, limit: Annotated[int, typer.Option(min=1, max=1000)] = 20, json: Json = False) -> None:
    """A list and its first contacts."""
    client = connect()
    found = find(client, name)
    page = client.get(f"/api/lists/{found['list_id']}/contacts", limit=limit)
    if json:
        print_json({"list": found, "contacts": page["rows"]})
        return
    _print_lists([found], json=False)
    rows = ((c["contact_id"], " ".join(c["numbers"]), c["name"], _pairs(c["attributes"])) for c in page["rows"])
    print_table(f"First contacts of {found['name']}", ("contact", "numbers", "name", "attributes"), rows)


@app.command("rm")
def rm(name: ListName, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a list with its contacts. A list that was dialed stays for the reports; hide it instead."""
    client = connect()
    found = find(client, name)
    if not yes:
        typer.confirm(f"Delete {found['name']!r} with {found['contacts']} contacts?", abort=True, err=True)
    client.delete(f"/api/lists/{found['list_id']}")
    err.print(f"Deleted {found['name']!r}.", markup=False, highlight=False)


@app.command("export")
def export(name: ListName, file: Annotated[Path, typer.Argument(help="Ends with .csv, .xlsx or .txt.")]) -> None:
    """Write a list to a file: CSV, XLSX, or the native form (.txt)."""
    form = ENDINGS.get(file.suffix.lower().removeprefix("."))
    if form is None:
        raise Trouble(f"What {file.name} is to be cannot be told. End its name with .csv, .xlsx or .txt.")
    client = connect()
    found = find(client, name)
    try:
        with client.download(f"/api/lists/{found['list_id']}/export", format=form) as pieces, file.open("wb") as target:
            target.writelines(pieces)
    except OSError as fault:
        raise Trouble(f"{file} cannot be written: {fault.strerror}.") from None
    err.print(f"Wrote {found['contacts']} contacts to {file}.", markup=False, highlight=False)


def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, XLSX, XLS, ODS or text.")
    ],
    *,
    name: Annotated[str, typer.Option("--list", help="The list's name; made if there is none.")],
    form: Annotated[str | None, typer.Option("--format", help="csv, native, xlsx, xls or ods; else found out.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="One of , ; | or tab; else found out.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8 or cp1252; else found out.")] = None,
    duplicates: Annotated[str, typer.Option(help="keep, skip_in_file or skip_in_list.")] = "keep",
    short_numbers: Annotated[bool, typer.Option("--short-numbers", help="Take internal extensions too.")] = False,
    json: Json = False,
) -> None:
    """Import a file of contacts: all good rows, and a word on each bad one."""
    client = connect()
    found = find(client, name, make=True)
    fields = {
        "format": form,
        "delimiter": delimiter,
        "encoding": encoding,
        "duplicates": duplicates,
        "short_numbers": "true" if short_numbers else None,
    }
    sent = {key: value for key, value in fields.items() if value is not None}
    with file.open("rb") as content:
        job = client.upload(f"/api/lists/{found['list_id']}/imports", content, file.name, sent)
    job = follow(client, job)
    rejects = client.get(f"/api/imports/{job['import_id']}/rejects") if job["rows_rejected"] else []
    if json:
        print_json({"import": job, "rejects": rejects})
    else:
        _print_end(job, rejects, found["name"])
    if job["state"] != "done":
        raise typer.Exit(1)


def follow(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """Until the import has ended. Ctrl-C cancels it: then nothing is added."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    path = f"/api/imports/{job['import_id']}"
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        bar = bars.add_task("importing", total=job["rows_total"])
        try:
            while job["state"] == "running":
                time.sleep(POLL_S)
                job = client.get(path)
                bars.update(bar, completed=job["rows_read"], total=job["rows_total"])
        except KeyboardInterrupt:
            client.delete(path)
            raise Trouble("The import was cancelled. Nothing was added.") from None
    return job


def find(client: Client, name: str, *, make: bool = False) -> dict[str, Any]:
    """A list by its name, else by its number."""
    rows: list[dict[str, Any]] = client.get("/api/lists", hidden="true")
    for row in rows:
        if row["name"] == name:
            return row
    for row in rows:
        if str(row["list_id"]) == name:
            return row
    if make:
        made: dict[str, Any] = client.post("/api/lists", {"name": name})
        return made
    raise Trouble(f"There is no list {name!r}. `busyhour list ls --all` shows all of them.")


def _print_lists(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json(rows)
        return
    cells = ([local_time(row[c]) if c == "created_utc_s" else row[c] for c in COLUMNS] for row in rows)
    print_table("Lists", ("list", "name", "contacts", "numbers", "hidden", "created"), cells)


def _print_end(job: dict[str, Any], rejects: list[dict[str, Any]], name: str) -> None:
    if rejects:
        rows = ((reject["line"], reject["reason"], reject["text"]) for reject in rejects[:REJECTS_SHOWN])
        print_table(f"Rejected: {job['rows_rejected']} rows", ("line", "why", "row"), rows)
    if len(rejects) > REJECTS_SHOWN:
        out.print(f"... all of them: GET /api/imports/{job['import_id']}/rejects?format=csv", highlight=False)
    if job["state"] == "done":
        out.print(f"Added {job['contacts_added']} contacts to {name!r}.", markup=False, highlight=False)
    else:
        err.print(str(job["error"]), style="red", markup=False, highlight=False)


def _pairs(attributes: dict[str, str]) -> str:
    return ", ".join(f"{name}:{value}" for name, value in attributes.items())
