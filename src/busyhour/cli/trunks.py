"""`busyhour trunk`: list, add."""

from typing import Annotated

import typer

from busyhour.cli.client import connect
from busyhour.cli.screen import Commands, out, print_json, print_table

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Trunks: lines to the telephone network.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All trunks."""
    rows = connect().get("/api/trunks")
    if json:
        print_json(rows)
        return
    columns = ("trunk_id", "name", "host", "login", "prefix", "capacity", "calls_per_s_max", "demo")
    headings = ("trunk", "name", "host", "login", "prefix", "lines", "calls/s", "demo")
    print_table("Trunks", headings, ([r[c] for c in columns] for r in rows), spare=("prefix", "login"))


@app.command()
def add(
    name: str,
    host: Annotated[str, typer.Argument(metavar="HOST[:PORT]", help="The carrier's SIP server.")],
    *,
    capacity: Annotated[int, typer.Option(min=1, help="Calls up at once that the carrier allows.")],
    login: Annotated[str, typer.Option(help="Log-in at the carrier; none = it knows our address.")] = "",
    password: Annotated[
        str | None,
        typer.Option(envvar="BUSYHOUR_TRUNK_PASSWORD", help="Else asked for; better not typed as a word of a command."),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Digits put before each number.")] = "",
    keep_plus: Annotated[bool, typer.Option("--keep-plus", help="Send numbers with their +.")] = False,
    per_s: Annotated[int, typer.Option(min=0, help="New calls a second, at most; 0 = no limit.")] = 0,
    json: Json = False,
) -> None:
    """Add a carrier's line."""
    client = connect()
    if login and password is None:
        password = typer.prompt(f"Password of {login} at {host}", hide_input=True, err=True)
    body = {
        "name": name,
        "host": host,
        "login": login,
        "prefix": prefix,
        "strip_plus": not keep_plus,
        "capacity": capacity,
        "calls_per_s_max": per_s,
        **({"password": password} if login else {}),
    }
    row = client.post("/api/trunks", body)
    if json:
        print_json(row)
        return
    out.print(f"Added trunk {row['trunk_id']} {name!r}. Campaigns can use it now.", markup=False, highlight=False)
