"""Who is free: the available agents, in line for each run they work for, kept at each change of an agent's state.

Nothing that is done at every event may look at all agents (I42). So a run's free agents are counted, and the one who
has waited longest is found, without a search; and agents who work for the same runs are counted as one team, so that
two runs know how many free agents they share.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from busyhour.core.acd.choice import AgentPlace, agent_place


@dataclass(slots=True)
class Team:
    """The agents who work for exactly these runs."""

    runs: tuple[int, ...]
    free: int = 0
    size: int = 0


@dataclass(slots=True)
class FreeAgents:
    since_s: dict[int, float] = field(default_factory=dict)  # who is free, since (monotonic)
    _lines: dict[int, list[AgentPlace]] = field(default_factory=dict)  # of each run: who is first comes first
    _teams: dict[int, list[Team]] = field(default_factory=dict)  # that work for a run
    _team_of: dict[int, Team] = field(default_factory=dict)  # agents without a run have none

    def __contains__(self, agent_id: int) -> bool:
        return agent_id in self.since_s

    def __bool__(self) -> bool:
        return bool(self.since_s)

    # What is asked

    def runs_of(self, agent_id: int) -> tuple[int, ...]:
        team = self._team_of.get(agent_id)
        return team.runs if team is not None else ()

    def count(self, run_id: int) -> int:
        return len(self._lines.get(run_id, ()))

    def first(self, run_id: int) -> int | None:
        """The free agent of this run who is due a call."""
        line = self._lines.get(run_id)
        return line[0][1] if line else None

    def in_line(self, run_id: int) -> list[int]:
        return [agent_id for _, agent_id in self._lines.get(run_id, ())]

    def shared(self, run_id: int, other_id: int) -> int:
        """How many free agents work for both."""
        return sum(team.free for team in self._teams.get(run_id, ()) if other_id in team.runs)

    def share(self, run_id: int, other_id: int) -> float:
        """The part of this run's agents who work for the other, too."""
        teams = self._teams.get(run_id, ())
        all_of_them = sum(team.size for team in teams)
        return sum(team.size for team in teams if other_id in team.runs) / all_of_them if all_of_them else 0.0

    # What changes

    def add(self, agent_id: int, since_s: float) -> None:
        """This agent is free from now on."""
        assert agent_id not in self.since_s
        self.since_s[agent_id] = since_s
        self._enter(agent_id, since_s)

    def remove(self, agent_id: int) -> None:
        """This agent is free no longer, if they were."""
        since_s = self.since_s.pop(agent_id, None)
        team = self._team_of.get(agent_id)
        if since_s is None or team is None:
            return
        team.free -= 1
        place = agent_place(since_s, agent_id)
        for run_id in team.runs:
            line = self._lines[run_id]
            left = line.pop(bisect_left(line, place))
            assert left == place

    def _enter(self, agent_id: int, since_s: float) -> None:
        team = self._team_of.get(agent_id)
        if team is None:
            return
        team.free += 1
        place = agent_place(since_s, agent_id)
        for run_id in team.runs:
            insort(self._lines[run_id], place)

    def staff(self, run_id: int, agent_ids: Iterable[int]) -> None:
        """These agents work for this run, and nobody else does. Runs begin, end and are edited seldom: all lines are
        made anew."""
        runs_of = {agent_id: set(team.runs) - {run_id} for agent_id, team in self._team_of.items()}
        for agent_id in agent_ids:
            runs_of.setdefault(agent_id, set()).add(run_id)
        self._form_teams(runs_of)
        for agent_id, since_s in self.since_s.items():
            self._enter(agent_id, since_s)

    def _form_teams(self, runs_of: dict[int, set[int]]) -> None:
        teams: dict[tuple[int, ...], Team] = {}
        self._team_of, self._lines, self._teams = {}, {}, {}
        for agent_id, run_ids in runs_of.items():
            if run_ids:
                runs = tuple(sorted(run_ids))
                team = self._team_of[agent_id] = teams.setdefault(runs, Team(runs))
                team.size += 1
        for team in teams.values():
            for run_id in team.runs:
                self._lines[run_id] = []
                self._teams.setdefault(run_id, []).append(team)
