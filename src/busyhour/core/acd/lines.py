"""The lines in which calls wait: one for each need, the first of each ranked among all. So the call for an agent who
becomes free is found without looking at all calls, and without asking each line whether the agent will do.

For each skill it is known which lines ask for it at which level; counted over an agent's skills, that tells in how
many of its needs each line is met. Agents of equal skills and memberships share the answer; when few lines were
opened since it was reckoned, only those are looked at. (A line that is closed has nobody in it, so it does no harm.)
"""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import Final

from busyhour.core.acd.bits import add_up, with_count
from busyhour.core.acd.choice import QueuedPlace
from busyhour.core.acd.needs import Ask, Need, may_take
from busyhour.core.acd.ranked import Ranked
from busyhour.core.acd.roster import PROFILES_MAX, Agent
from busyhour.core.model.queue import LEVEL_MAX, Match, SkillNeed

EMPTY_MAX: Final = 512  # lines kept although nobody waits in them: the same needs come again and again
OPENED_MAX: Final = 4_096  # lines opened of which is remembered in which order
NEWER_MAX: Final = 12  # with more lines opened since, an answer is reckoned anew


@dataclass(slots=True)
class Line:
    need: Need
    ask: Ask
    bit: int
    places: list[QueuedPlace] = field(default_factory=list)


@dataclass(slots=True)
class _Needs:
    """What lines ask for, by skill."""

    _met: dict[str, list[int]] = field(default_factory=dict)  # at level 0, 1, ...: the lines that ask for no more
    _of_count: dict[int, int] = field(default_factory=dict)  # how many needs -> the lines that have so many

    def mark(self, bit: int, needs: tuple[SkillNeed, ...]) -> None:
        """Write a line in, or strike it out: `^` does both."""
        for need in needs:
            levels = self._met.setdefault(need.skill, [0] * (LEVEL_MAX + 1))
            for n in range(need.level, LEVEL_MAX + 1):
                levels[n] ^= bit
            if not levels[LEVEL_MAX]:
                del self._met[need.skill]
        self._of_count[len(needs)] = self._of_count.get(len(needs), 0) ^ bit

    def all_met(self, skills: dict[str, int]) -> int:
        digits: list[int] = []
        for skill, level in skills.items():
            if skill in self._met:
                add_up(digits, self._met[skill][level])
        found = 0
        for count, lines in self._of_count.items():
            found |= with_count(digits, count, lines)
        return found

    def any_met(self, skills: dict[str, int]) -> int:
        found = 0
        for skill, level in skills.items():
            if skill in self._met:
                found |= self._met[skill][level]
        return found


@dataclass(slots=True)
class Lines:
    """Of one medium."""

    heads: Ranked[QueuedPlace] = field(default_factory=Ranked)  # of the lines in which somebody waits
    _by_need: dict[Need, Line] = field(default_factory=dict)
    _by_bit: list[Line | None] = field(default_factory=list)
    _free_bits: list[int] = field(default_factory=list)
    _needs_all: _Needs = field(default_factory=_Needs)  # of the queue, in lines that want all of them
    _needs_any: _Needs = field(default_factory=_Needs)  # likewise, in lines that want the best
    _needs_own: _Needs = field(default_factory=_Needs)  # of the calls, in lines of calls that have some
    _with_own: int = 0
    _of_tier: dict[tuple[int, int], int] = field(default_factory=dict)  # (queue, tier) -> lines
    _for_anybody: int = 0
    _for_one: dict[int, int] = field(default_factory=dict)  # agent -> the lines that wait for them alone
    _for_ones: int = 0
    _empty: dict[int, Line] = field(default_factory=dict)  # by bit, the longest empty first
    _opened: list[Line] = field(default_factory=list)
    _answers: dict[int, tuple[int, int]] = field(default_factory=dict)  # profile -> lines, as of then

    # What changes

    def add(self, need: Need, ask: Ask, place: QueuedPlace) -> Line:
        line = self._by_need.get(need) or self._open(need, ask)
        insort(line.places, place)
        if line.places[0] is place:
            self._empty.pop(line.bit, None)
            self._new_head(line)
        return line

    def remove(self, line: Line, place: QueuedPlace) -> None:
        at = bisect_left(line.places, place)
        assert line.places[at] == place, "a call waits where it was put"
        del line.places[at]
        if at == 0:
            self._new_head(line)
        if not line.places:
            self._empty[line.bit] = line
            if len(self._empty) > EMPTY_MAX:
                self._close(next(iter(self._empty.values())))

    def close_queue(self, queue_id: int) -> None:
        """Nobody waits for it, or its needs have changed: its lines are made anew."""
        for line in [line for line in self._by_need.values() if line.need.queue_id == queue_id]:
            assert not line.places, "somebody waits in it"
            self._close(line)

    # What is asked

    def first_for(self, agent: Agent) -> QueuedPlace | None:
        """The call that this agent should take, of all that they may take."""
        bit = self.heads.first(self.open_to(agent))
        return self.heads.key(bit) if bit is not None else None

    def open_to(self, agent: Agent) -> int:
        """The lines from which this agent may take."""
        general, as_of = self._answers.get(agent.profile, (0, -1))
        newer = len(self._opened) - as_of
        if as_of < 0 or newer > NEWER_MAX:
            general = self._reckon(agent)
        elif newer:
            for line in self._opened[as_of:]:
                bit = 1 << line.bit
                may = may_take(line.ask, agent.skills, agent.tiers.get(line.need.queue_id))
                general = general | bit if may else general & ~bit
        if newer:
            self._keep_answer(agent, general)
        own = self._for_one.get(agent.agent_id, 0)
        return general & (~self._for_ones | own)

    def _keep_answer(self, agent: Agent, lines: int) -> None:
        if len(self._answers) >= PROFILES_MAX:
            self._answers.clear()
        self._answers[agent.profile] = lines, len(self._opened)

    def _reckon(self, agent: Agent) -> int:
        skills = agent.skills
        found = self._for_anybody | self._needs_all.all_met(skills) | self._needs_any.any_met(skills)
        for (queue_id, tier), lines in self._of_tier.items() if agent.tiers else ():
            if agent.tiers.get(queue_id, tier + 1) <= tier:
                found |= lines
        with_own = found & self._with_own
        return found & ~with_own | self._needs_own.all_met(skills) & with_own if with_own else found

    # Lines

    def _new_head(self, line: Line) -> None:
        if self.heads.key(line.bit) is not None:
            self.heads.remove(line.bit)
        if line.places:
            self.heads.add(line.bit, line.places[0])

    def _open(self, need: Need, ask: Ask) -> Line:
        bit = self._free_bits.pop() if self._free_bits else len(self._by_bit)
        if bit == len(self._by_bit):
            self._by_bit.append(None)
        line = self._by_need[need] = self._by_bit[bit] = Line(need, ask, bit)
        self._mark(line)
        if len(self._opened) >= OPENED_MAX:
            self._opened.clear()
            self._answers.clear()
        self._opened.append(line)
        return line

    def _close(self, line: Line) -> None:
        self._mark(line)
        self._empty.pop(line.bit, None)
        del self._by_need[line.need]
        self._by_bit[line.bit] = None
        self._free_bits.append(line.bit)

    def _mark(self, line: Line) -> None:
        """Write it into, or strike it out of, all that its need is looked up by."""
        need, ask, bit = line.need, line.ask, 1 << line.bit
        if ask.own:
            self._needs_own.mark(bit, ask.own)
            self._with_own ^= bit
        if ask.skills:
            (self._needs_all if ask.match is Match.ALL else self._needs_any).mark(bit, ask.skills)
        if ask.anybody:
            self._for_anybody ^= bit
        tier = need.queue_id, ask.tier
        self._of_tier[tier] = self._of_tier.get(tier, 0) ^ bit
        if not self._of_tier[tier]:
            del self._of_tier[tier]
        if need.agent_id is not None:
            self._for_ones ^= bit
            self._for_one[need.agent_id] = self._for_one.get(need.agent_id, 0) ^ bit
            if not self._for_one[need.agent_id]:
                del self._for_one[need.agent_id]
