"""Who has which skill, and who is a member of what: as sets of bits, so that "who may take this call" is a few `&`.

Every agent has a bit, from when they are put in until they are taken out. What they are doing is not known here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from busyhour.core.acd.bits import add_up, with_most
from busyhour.core.acd.needs import Ask
from busyhour.core.model.queue import LEVEL_MAX, Match, QueueMember, SkillNeed

PROFILES_MAX: Final = 20_000  # more agents than that are not in one shard


@dataclass(slots=True)
class Agent:
    agent_id: int
    bit: int
    skills: dict[str, int]
    tiers: dict[int, int] = field(default_factory=dict)  # queue -> the tier of their membership
    profile: int = 0  # equal for agents who may take the same calls


@dataclass(slots=True)
class Roster:
    agents: dict[int, Agent] = field(default_factory=dict)
    _by_bit: list[Agent | None] = field(default_factory=list)
    _free_bits: list[int] = field(default_factory=list)
    _at_least: dict[str, list[int]] = field(default_factory=dict)  # skill -> at level 1, 2, ... or higher
    _members: dict[int, dict[int, int]] = field(default_factory=dict)  # queue -> tier -> members
    _wanted: dict[int, dict[int, int]] = field(default_factory=dict)  # queue -> agent -> tier, also of the absent
    _all: int = 0
    _profiles: dict[tuple[object, ...], int] = field(default_factory=dict)  # each with a number, given once
    _profiles_named: int = 0

    def agent_at(self, bit: int) -> Agent:
        agent = self._by_bit[bit]
        assert agent is not None, "a bit without an agent"
        return agent

    # What changes

    def put(self, agent_id: int, skills: Mapping[str, int]) -> Agent:
        """This agent has these skills, at these levels."""
        agent = self.agents.get(agent_id)
        if agent is None:
            agent = self.agents[agent_id] = Agent(agent_id, self._take_bit(), {})
            self._by_bit[agent.bit] = agent
            self._all |= 1 << agent.bit
            for queue_id, wanted in self._wanted.items():
                if agent_id in wanted:
                    self._join(agent, queue_id, wanted[agent_id])
        self._mark_skills(agent, on=False)
        agent.skills = {skill: min(level, LEVEL_MAX) for skill, level in skills.items() if level > 0}
        self._mark_skills(agent, on=True)
        self._name_profile(agent)
        return agent

    def remove(self, agent_id: int) -> None:
        agent = self.agents.pop(agent_id)
        self._mark_skills(agent, on=False)
        for queue_id in list(agent.tiers):
            self._part(agent, queue_id)
        self._by_bit[agent.bit] = None
        self._free_bits.append(agent.bit)
        self._all &= ~(1 << agent.bit)

    def set_members(self, queue_id: int, members: Iterable[QueueMember]) -> None:
        """These are the queue's members, and nobody else; they need not be here yet."""
        before, now = self._wanted.get(queue_id, {}), {member.agent_id: member.tier for member in members}
        self._wanted[queue_id] = now
        for agent_id in before:
            if now.get(agent_id) != before[agent_id] and agent_id in self.agents:
                self._part(self.agents[agent_id], queue_id)
        for agent_id, tier in now.items():
            if before.get(agent_id) != tier and agent_id in self.agents:
                self._join(self.agents[agent_id], queue_id, tier)

    def forget_queue(self, queue_id: int) -> None:
        self.set_members(queue_id, ())
        del self._wanted[queue_id]
        self._members.pop(queue_id, None)

    # What is asked

    def who_may(self, queue_id: int, ask: Ask, agent_id: int | None = None) -> int:
        """Everybody who may take such a call, whatever they are doing."""
        if agent_id is not None and agent_id not in self.agents:
            return 0
        found = self._all if ask.anybody else self.members(queue_id, ask.tier) | self._with_skills(ask)
        for need in ask.own:
            found &= self.at_least(need)
        return found if agent_id is None else found & 1 << self.agents[agent_id].bit

    def members(self, queue_id: int, tier: int) -> int:
        found = 0
        for of_tier, members in self._members.get(queue_id, {}).items():
            if of_tier <= tier:
                found |= members
        return found

    def at_least(self, need: SkillNeed) -> int:
        levels = self._at_least.get(need.skill)
        return levels[need.level - 1] if levels is not None else 0

    def best(self, candidates: int, needs: tuple[SkillNeed, ...]) -> int:
        """Those of the candidates whose levels of these skills add up to most."""
        digits: list[int] = []
        for need in needs:
            for having in self._at_least.get(need.skill, ()):
                add_up(digits, having & candidates)
        return with_most(digits, candidates)

    # The sets

    def _with_skills(self, ask: Ask) -> int:
        if not ask.skills:
            return 0
        if ask.match is Match.BEST:
            found = 0
            for need in ask.skills:
                found |= self.at_least(need)
            return found
        found = self.at_least(ask.skills[0])
        for need in ask.skills[1:]:
            found &= self.at_least(need)
        return found

    def _take_bit(self) -> int:
        if self._free_bits:
            return self._free_bits.pop()
        self._by_bit.append(None)
        return len(self._by_bit) - 1

    def _mark_skills(self, agent: Agent, *, on: bool) -> None:
        bit = 1 << agent.bit
        for skill, level in agent.skills.items():
            levels = self._at_least.setdefault(skill, [0] * LEVEL_MAX)
            for n in range(level):
                levels[n] = levels[n] | bit if on else levels[n] & ~bit

    def _join(self, agent: Agent, queue_id: int, tier: int) -> None:
        tiers = self._members.setdefault(queue_id, {})
        tiers[tier] = tiers.get(tier, 0) | 1 << agent.bit
        agent.tiers[queue_id] = tier
        self._name_profile(agent)

    def _part(self, agent: Agent, queue_id: int) -> None:
        tier = agent.tiers.pop(queue_id)
        self._members[queue_id][tier] &= ~(1 << agent.bit)
        self._name_profile(agent)

    def _name_profile(self, agent: Agent) -> None:
        """A number is never given to another profile: who kept an answer under it still has the right one."""
        named = (*sorted(agent.skills.items()), None, *sorted(agent.tiers.items()))
        if named not in self._profiles:
            if len(self._profiles) >= PROFILES_MAX:
                self._profiles.clear()
            self._profiles_named += 1
            self._profiles[named] = self._profiles_named
        agent.profile = self._profiles[named]
