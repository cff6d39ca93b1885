"""`busyhour prompt`: what callers and callees hear: list, speak a text, send a sound file, get it as a file, delete."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busyhour.cli.campaigns import choose
from busyhour.cli.client import Client, connect
from busyhour.cli.screen import Commands, Trouble, clock_time, out, print_json, print_table

app = typer.Typer(cls=Commands, no_args_is_help=True, help="What callers and callees hear: texts, music.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Which = Annotated[str, typer.Argument(metavar="PROMPT", help="Its name, or its number in the list.")]
PATH = "/api/prompts"


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All prompts."""
    rows = connect().get(PATH)
    if json:
        print_json(rows)
        return
    headings = ("no", "name", "length", "made of", "text")
    print_table("Prompts", headings, [_line(row) for row in rows], spare=("text",))


@app.command()
def speak(
    name: Annotated[str, typer.Argument(help="Under which it is chosen.")],
    text: Annotated[str, typer.Argument(help="What the built-in voice says.")],
    *,
    language: Annotated[str, typer.Option(help="en-US, en-GB, de-DE, es-ES, fr-FR or it-IT.")] = "en-US",
    json: Json = False,
) -> None:
    """Let the built-in voice speak a text."""
    _say(connect().post(PATH, {"name": name, "text": text, "language": language}, reply_max_s=90), json=json)


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(help="WAV, MP3, FLAC, Ogg or AIFF, mono or stereo, up to 10 minutes.")],
    *,
    name: Annotated[str, typer.Option(help="Under which it is chosen; else the file's name.")] = "",
    text: Annotated[str, typer.Option(help="What is said in it, for who reads the list.")] = "",
    json: Json = False,
) -> None:
    """Send a sound file: a welcome that somebody spoke, or music for those who wait."""
    try:
        with file.open("rb") as sound:
            made = connect().upload(f"{PATH}/file", sound, file.name, {"name": name, "text": text})
    except OSError as fault:
        raise Trouble(f"{file} cannot be read: {fault.strerror or fault}.") from None
    _say(made, json=json)


@app.command()
def download(which: Which, file: Annotated[Path, typer.Argument(help="The WAV file to write.")]) -> None:
    """Write a prompt to a file, as it is played."""
    client = connect()
    with client.download(f"{PATH}/{_find(client, which)['prompt_id']}/audio") as pieces, file.open("wb") as sound:
        for piece in pieces:
            sound.write(piece)
    out.print(f"{file} is written.", markup=False, highlight=False)


@app.command()
def rm(which: Which) -> None:
    """Delete a prompt. One that a queue or a number plays is not deleted."""
    client = connect()
    found = _find(client, which)
    client.delete(f"{PATH}/{found['prompt_id']}")
    out.print(f"{found['name']} is deleted.", markup=False, highlight=False)


def _find(client: Client, which: str) -> Any:
    return choose(which, "prompt", {row["prompt_id"]: (row["name"], row) for row in client.get(PATH)})


def _say(row: Any, *, json: bool) -> None:
    if json:
        print_json(row)
    else:
        said = f"The prompt {row['name']} is there: {row['duration_s']:.1f} s."
        out.print(said, markup=False, highlight=False)


def _line(row: Any) -> tuple[object, ...]:
    made_of = row["language"] or "a file"
    return (row["prompt_id"], row["name"], clock_time(row["duration_s"]), made_of, row["text"])
