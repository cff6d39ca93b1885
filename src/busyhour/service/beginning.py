"""From what the store and the PBX know to the first event of a floor."""

from collections.abc import Mapping

from busyhour.core import events as e
from busyhour.core.model.fact import Instant
from busyhour.core.model.pictures import PbxPicture
from busyhour.service.ports import FloorPicture


def known_to(picture: FloorPicture) -> list[str]:
    """The calls that the store knows, dialed and come in: what became of each is asked of the PBX."""
    return [*(call.item.call for call in picture.calls), *(caller.call for caller in picture.callers)]


def floor_started(
    picture: FloorPicture, pbx: PbxPicture, *, heard_at: Mapping[str, Instant], ends_heard_at: Mapping[str, Instant]
) -> e.FloorStarted:
    return e.FloorStarted(
        tenant=picture.tenant,
        fence=picture.fence,
        agents=picture.agents,
        trunks=picture.trunks,
        runs=picture.runs,
        calls=picture.calls,
        reservations=picture.reservations,
        queues=picture.queues,
        numbers=picture.numbers,
        callers=picture.callers,
        entries=picture.entries,
        callbacks=picture.callbacks,
        queue_counts=picture.queue_counts,
        served=picture.served,
        lost_lately=picture.lost_lately,
        missed_since_utc_s=picture.missed_since_utc_s,
        recordings=picture.recordings,
        recording_rule=picture.recording_rule,
        listening_shown=picture.listening_shown,
        ageing_s=picture.ageing_s,
        acw_usual_s=picture.acw_usual_s,
        pbx=pbx,
        heard_at=dict(heard_at),
        ends_heard_at=dict(ends_heard_at),
    )
