"""`busyhour agent`: list, create, skills."""

from typing import Annotated

import typer

from busyhour.cli.campaigns import choose
from busyhour.cli.client import connect
from busyhour.cli.queues import needs_of
from busyhour.cli.screen import Commands, out, print_json, print_table
from busyhour.core.model.values import LegMode, PhoneKind, Role

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Agents: people who talk.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command("ls")
def ls(*, json: Json = False) -> None:
    """All agents."""
    rows = connect().get("/api/agents")
    if json:
        print_json(rows)
        return
    columns = ("agent_id", "name", "login", "phone_kind", "sip_address", "leg_mode", "disabled")
    headings = ("agent", "name", "login", "phone", "address", "line", "disabled", "skills")
    cells = ([*(row[column] for column in columns), _skills_text(row["skills"])] for row in rows)
    print_table("Agents", headings, cells, spare=("address", "line"))


@app.command()
def create(
    login: str,
    *,
    name: Annotated[str | None, typer.Option(help="What colleagues call them; else the log-in.")] = None,
    sip: Annotated[
        str | None, typer.Option(help="sip:USER@HOST of a SIP phone; else they talk in the browser.")
    ] = None,
    leg_mode: Annotated[
        LegMode, typer.Option(help="Whether the phone stays up for the whole session.")
    ] = LegMode.PERSISTENT,
    json: Json = False,
) -> None:
    """Make a user who is an agent; their random password is shown this once."""
    client = connect()
    made = client.post("/api/users", {"login": login, "name": name or login, "role": Role.AGENT})
    agent_id = made["user"]["agent_id"]
    phone = {"phone_kind": PhoneKind.SIP, "sip_address": sip} if sip else {}
    agent = client.patch(f"/api/agents/{agent_id}", {"leg_mode": leg_mode, **phone})
    if json:
        print_json({"agent": agent, "password": made["password"]})
        return
    out.print(f"Made agent {agent_id}. They log in at {client.url}", markup=False, highlight=False)
    out.print(f"  log-in    {login}\n  password  {made['password']}  (shown this once)", markup=False, highlight=False)


@app.command()
def skills(
    agent: Annotated[str, typer.Argument(help="Log-in or number of the agent.")],
    skills: Annotated[str, typer.Argument(help="All of them, with levels of 1 to 10: sales:3,german; - is none.")],
    *,
    json: Json = False,
) -> None:
    """Say what an agent can do. Queues that ask for it then send their callers to them."""
    client = connect()
    rows = {row["agent_id"]: (row["login"], row) for row in client.get("/api/agents")}
    agent_id = choose(agent, "agent", rows)["agent_id"]
    needs = needs_of("" if skills == "-" else skills)
    body = {"skills": {need.skill: need.level for need in needs}}
    row = client.put(f"/api/agents/{agent_id}/skills", body)
    if json:
        print_json(row)
    else:
        out.print(f"{row['name']}: {_skills_text(row['skills']) or 'no skills'}", markup=False, highlight=False)


def _skills_text(skills: dict[str, int]) -> str:
    return ", ".join(f"{name} {level}" for name, level in skills.items())
