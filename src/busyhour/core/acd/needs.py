"""What a waiting call asks of an agent, now: its queue's needs, less what the queue has let go after so long a
wait, and the call's own (5.3-11, CP-049).

An agent serves a queue who is a member of it, or has the skills (U-09). What the call itself asks for, a member needs,
too. A queue that asked for skills and has let go of all of them is served by anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from busyhour.core.model.queue import LEVEL_MAX, SKILLS_MAX, Match, Queue, SkillNeed


@dataclass(frozen=True, slots=True)
class Need:
    """Calls of one need wait in one line. `agent_id`: nobody else is asked yet."""

    queue_id: int
    own: tuple[SkillNeed, ...] = ()  # the call's skills, in order of their names
    step: int = 0  # of the queue's relaxing; 0 = none yet
    agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A need, spelled out."""

    skills: tuple[SkillNeed, ...]
    own: tuple[SkillNeed, ...]
    match: Match
    tier: int
    anybody: bool  # the queue asks for nothing any more

    @property
    def wished(self) -> tuple[SkillNeed, ...]:
        """All skills that count when the best is looked for."""
        return self.skills + self.own


def ask_of(queue: Queue, need: Need) -> Ask:
    if need.step == 0:
        return Ask(queue.skills, need.own, queue.match, 0, anybody=False)
    step = queue.relax[need.step - 1]
    skills = _less(queue.skills, step.levels_less, step.without)
    own = _less(need.own, step.levels_less, step.without)
    return Ask(skills, own, queue.match, step.tier, anybody=bool(queue.skills) and not skills)


def may_take(ask: Ask, skills: Mapping[str, int], tier: int | None) -> bool:
    """Whether an agent with these skills, and of this tier of the queue's members (None: not a member), may take it."""
    if not all(skills.get(need.skill, 0) >= need.level for need in ask.own):
        return False
    if ask.anybody or (tier is not None and tier <= ask.tier):
        return True
    enough = all if ask.match is Match.ALL else any
    return bool(ask.skills) and enough(skills.get(need.skill, 0) >= need.level for need in ask.skills)


def _less(needs: tuple[SkillNeed, ...], levels: int, without: tuple[str, ...]) -> tuple[SkillNeed, ...]:
    return tuple(SkillNeed(n.skill, max(1, n.level - levels)) for n in needs if n.skill not in without)


def next_step(queue: Queue, need: Need, waited_s: float) -> tuple[int, float | None]:
    """The step that so long a wait has reached, and after how much more waiting the next comes; None = never."""
    step = need.step
    while step < len(queue.relax) and queue.relax[step].after_s <= waited_s:
        step += 1
    later_s = queue.relax[step].after_s - waited_s if step < len(queue.relax) else None
    return step, later_s


def skills_of(text: str) -> tuple[tuple[SkillNeed, ...], tuple[str, ...]]:
    """A comma list as agents, queues and calls name their skills: trimmed, without regard to case, `name` or
    `name:level`. The second part: what was left out, beyond the limit or with a level that is none."""
    kept: dict[str, int] = {}
    left_out: list[str] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, level = (part.strip() for part in word.lower().partition(":"))
        good = bool(name) and (not level or (level.isdecimal() and 1 <= int(level) <= LEVEL_MAX))
        if not good or (name not in kept and len(kept) == SKILLS_MAX):
            left_out.append(word)
        else:
            kept[name] = max(int(level or 1), kept.get(name, 0))
    return tuple(SkillNeed(skill, kept[skill]) for skill in sorted(kept)), tuple(left_out)


def in_order(needs: Iterable[SkillNeed]) -> tuple[SkillNeed, ...]:
    """By name, each once, the higher level counting: so that equal needs are one need."""
    highest: dict[str, int] = {}
    for need in needs:
        highest[need.skill] = max(need.level, highest.get(need.skill, 0))
    return tuple(SkillNeed(skill, highest[skill]) for skill in sorted(highest))
