"""What goes wrong by itself in the world, now and then: kills, standstills, cuts, outages, clocks, administrators."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from busyhour.core import events as e
from busyhour.core.model.campaign import DAY_S, Hours
from busyhour.service.engine import Engine
from busyhour.sim.failover import BEHIND_MAX_S
from busyhour.sim.furniture import NO_ZONE, ZONED
from busyhour.sim.line import Line
from busyhour.sim.loop import WORLD
from busyhour.sim.people import HOUR_S
from busyhour.sim.process import Process

if TYPE_CHECKING:
    from busyhour.sim.world import World

LEASE_S = 10.0  # a process that has shown no life this long is replaced
UNNOTICED_S = (1.0, 8.0)  # a half-open link
SWIZZLE_STEP_S = (0.05, 4.0)
KILL_AGAIN_S = (0.0, 0.3)
CLOCK_WRONG_S = (1.0, 60.0)  # until somebody puts it right
RUN_PAUSED_S = (1.0, 60.0)  # an administrator goes on with what they paused, unless somebody else did
GONE_S = (5.0, 300.0)  # a zone
PROMOTED_S = (0.1, 3.0)  # a standby
DIES_WITH_IT = 0.3
NEARLY_ALWAYS = Hours(until_s=DAY_S - 1)


class Mishaps:
    """Strikes the world as its weather says, until `world.luck.over`."""

    def __init__(self, world: "World", dice: Random) -> None:
        self._world, self._dice, self._weather = world, dice, world.plan.weather
        self.replaced = 0  # engines that stood still until another had taken their shard

    def begin(self) -> None:
        weather = self._weather
        for per_h, do in (
            (weather.kills_per_h, self._kill_one),
            (weather.pauses_per_h, self._pause_one),
            (weather.pbx_restarts_per_h, self.restart_pbx),
            (weather.link_cuts_per_h, self._cut_one),
            (weather.silences_per_h, self._silence_one),
            (weather.swizzles_per_h, self._swizzle),
            (weather.store_outages_per_h, self._lose_store),
            (weather.failovers_per_h, self._fail_over),
            (weather.clock_jumps_per_h, self._jump),
            (weather.zones_gone_per_h if weather.zones else 0.0, self._lose_zone),
        ):
            if per_h > 0:
                self._world.spawn(self._now_and_then(per_h, do))
        if weather.admin_acts_per_h > 0:
            self._world.spawn(self._administer_now_and_then())

    async def _now_and_then(self, per_h: float, do: Callable[[], None]) -> None:
        while True:
            await asyncio.sleep(self._dice.expovariate(per_h / HOUR_S))
            if self._world.luck.over:
                return
            if self._world.luck.strikes():
                do()

    def _any_tenant(self) -> int:
        return self._dice.choice(list(self._world.processes))

    # Engines

    def _kill_one(self) -> None:
        process = self._world.processes[self._any_tenant()]
        self._world.note(f"kill engine of {process.tenant}")
        self._world.kill(process)

    def end_running_owner(self, tenant: int) -> None:
        """Engines that run are replaced by ending them; only one that stands still is left. The owner may be one that
        was replaced and woke, and was the first to open the shard after a failover had lost its successor's opening."""
        owner = self._world.checks.owners.get(tenant)
        if owner is not None and not owner.frozen:
            self._world.kill(owner)

    def engine_began(self, process: Process) -> None:
        """Perhaps it dies in the middle of its recovery."""
        if self._world.luck.chance(self._weather.kill_again):
            self._world.note(f"new engine of {process.tenant} dies soon")
            asyncio.get_running_loop().call_later(
                self._dice.uniform(*KILL_AGAIN_S), self._world.kill, process, context=WORLD
            )

    def _pause_one(self) -> None:
        """An engine stands still; when that is longer than the lease, another takes its shard meanwhile."""
        process = self._world.processes[self._any_tenant()]
        if process.dead or process.frozen:
            return
        seconds = self._dice.uniform(*self._weather.pause_s)
        self._world.note(f"engine of {process.tenant} stands still for {seconds:.1f}")
        process.frozen = True
        self._world.spawn(self._pause(process, self._world.engines[process.tenant], seconds))

    async def _pause(self, process: Process, engine: Engine, seconds: float) -> None:
        await asyncio.sleep(min(seconds, LEASE_S))
        if seconds > LEASE_S and not process.dead and self._world.processes[process.tenant] is process:
            self._world.note(f"another engine takes {process.tenant}")
            self._world.start_engine(process.tenant)
            self.replaced += 1
            await asyncio.sleep(seconds - LEASE_S)
        if process.dead:
            return
        replaced = self._world.processes[process.tenant] is not process
        tenant = process.tenant
        owns = self._world.checks.owners.get(tenant) is process  # also when a failover has lost its opening
        owns = owns or self._world.store.tenants[tenant].fence == process.fence
        if replaced and (owns or not engine.running):
            # One of the two has not got the shard yet, and would take it from one that lives: it has to go.
            self._world.kill(process)
            return
        self._world.note(f"engine of {process.tenant} wakes")
        self._world.wake(process)

    # The PBX and the way to it

    def restart_pbx(self) -> None:
        world = self._world
        world.note("pbx restarts")
        for line in list(world.lines.values()):
            world.spawn(line.cut(2.0))
        world.pbx.restart()
        for agent in world.agents.values():
            if agent.here:
                asyncio.get_running_loop().call_later(4.0, agent.link)

    def _cut_one(self) -> None:
        tenant, seconds = self._any_tenant(), self._dice.uniform(*self._weather.link_cut_s)
        self._world.note(f"cut link of {tenant} for {seconds:.1f}")
        self._world.spawn(self._world.lines[tenant].cut(seconds))

    def _silence_one(self) -> None:
        tenant, seconds = self._any_tenant(), self._dice.uniform(*UNNOTICED_S)
        self._world.note(f"link of {tenant} is silent for {seconds:.1f}")
        self._world.spawn(self._world.lines[tenant].fall_silent(seconds))

    def _swizzle(self) -> None:
        lines = list(self._world.lines.values())
        chosen = self._dice.sample(lines, self._dice.randint(1, len(lines)))
        self._world.note(f"swizzle {[line.tenant for line in chosen]}")
        self._world.spawn(self._swizzled(chosen))

    async def _swizzled(self, lines: list[Line]) -> None:
        for line in lines:
            line.go_down()
            await asyncio.sleep(self._dice.uniform(*SWIZZLE_STEP_S))
        self._dice.shuffle(lines)
        for line in lines:
            await line.come_back()
            await asyncio.sleep(self._dice.uniform(*SWIZZLE_STEP_S))

    # The store, the clock, the zones

    def _lose_store(self) -> None:
        seconds = self._dice.uniform(*self._weather.store_outage_s)
        self._world.note(f"store away for {seconds:.1f}")
        self._world.spawn(self._outage(seconds))

    async def _outage(self, seconds: float) -> None:
        self._world.outages += 1
        await asyncio.sleep(seconds)
        self._world.outages -= 1

    def _fail_over(self) -> None:
        """A standby falls behind, and takes over; of the engines some may die with the old server's machine."""
        if not self._world.failover.under_way:
            behind_s, away_s = self._dice.uniform(0.0, BEHIND_MAX_S), self._dice.uniform(*PROMOTED_S)
            dying = [tenant for tenant in self._world.processes if self._dice.random() < DIES_WITH_IT]
            self._world.note(f"the store fails over, {behind_s:.1f} s behind, away {away_s:.1f}; engines die: {dying}")
            self._world.failover.happen(behind_s, away_s, dying)

    def _jump(self) -> None:
        seconds = self._dice.uniform(-1.0, 1.0) * self._weather.clock_jump_s
        self._world.spawn(self._wrong_clock(seconds, self._dice.uniform(*CLOCK_WRONG_S)))

    async def _wrong_clock(self, by_s: float, for_s: float) -> None:
        """It jumps, and is put right again: those of one machine do not wander off for ever."""
        for seconds in (by_s, -by_s):
            self._world.note(f"clock jumps by {seconds:+.1f}")
            self._world.jump(seconds)
            await asyncio.sleep(for_s)

    def _lose_zone(self) -> None:
        """A callee's, or that of the campaign that keeps hours: a name that newer zone data do not have any more."""
        tenant, seconds = self._any_tenant(), self._dice.uniform(*GONE_S)
        rows = self._world.store.tenants[tenant]
        if not rows.runs:
            return
        callees = [one for one in rows.members.values() if rows.runs[one.run_id].campaign_id == ZONED]
        if self._dice.random() < 0.5:
            self._world.note(f"the zone of a campaign of {tenant} is gone for {seconds:.1f}")
            self._world.spawn(self._campaign_without_zone(tenant, seconds))
        else:
            member = self._dice.choice(callees)
            self._world.note(f"the zone of {member.number} is gone for {seconds:.1f}")
            self._world.spawn(self._callee_without_zone(member, seconds))

    async def _campaign_without_zone(self, tenant: int, seconds: float) -> None:
        self._change(tenant, ZONED, time_zone=NO_ZONE, active_hours=NEARLY_ALWAYS)
        await asyncio.sleep(seconds)
        self._change(tenant, ZONED, time_zone="UTC", active_hours=Hours())

    async def _callee_without_zone(self, member: Any, seconds: float) -> None:
        known, member.zones = member.zones, (*member.zones[:1], NO_ZONE)
        await asyncio.sleep(seconds)
        member.zones = known

    # Administrators

    async def _administer_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._dice.expovariate(self._weather.admin_acts_per_h / HOUR_S))
            if self._world.luck.over:
                return
            self._administer()

    def _administer(self) -> None:
        tenant = self._any_tenant()
        rows = self._world.store.tenants[tenant]
        if not rows.runs:
            return  # a tenant that only takes calls
        run = self._dice.choice(list(rows.runs.values()))
        act = self._dice.choice(["pause", "unpause", "unpause", "dnc", "edit"])
        self._world.note(f"administrator of {tenant}: {act}")
        if act == "dnc":
            member = rows.members[self._dice.randrange(1, len(rows.members) + 1)]
            self._world.add_dnc(tenant, member.number)
            self._world.tell_quietly(tenant, e.NumbersListed(numbers=(member.number,)))
        elif act == "pause":
            self._world.spawn(self._pause_for_a_while(tenant, run.run_id))
        elif act == "unpause":
            self._world.spawn(self._world.unpause_run(tenant, run.run_id))
        else:
            self._edit(tenant, run.campaign_id)

    async def _pause_for_a_while(self, tenant: int, run_id: int) -> None:
        await self._world.pause_run(tenant, run_id)
        await asyncio.sleep(self._dice.uniform(*RUN_PAUSED_S))
        await self._world.unpause_run(tenant, run_id)

    def _edit(self, tenant: int, campaign_id: int) -> None:
        ring_timeout_s, max_concurrent = self._dice.choice([6.0, 10.0, 14.0]), self._dice.choice([3, 6, 40])
        self._change(tenant, campaign_id, ring_timeout_s=ring_timeout_s, max_concurrent=max_concurrent)

    def _change(self, tenant: int, campaign_id: int, **settings: object) -> None:
        rows = self._world.store.tenants[tenant]
        changed = rows.campaigns[campaign_id] = msgspec.structs.replace(rows.campaigns[campaign_id], **settings)
        self._world.tell_quietly(tenant, e.CampaignChanged(campaign=changed))
