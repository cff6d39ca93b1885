"""The SIPp scenarios, generated: a telephone network that branches by the called number, and phones that answer.

Every wait is a `recv` with a time-out, never a `pause`: so a BYE or CANCEL that comes at any moment is met by the
scenario, and answered as the RFC says, not by SIPp's defaults.
"""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from busyhour.sim.sipp.numbers import LIGHT_S, PREFIX, STATUS, TALK_S, Behavior

RING_BEFORE_ANSWER_MS: Final = 300
RING_EACH_MS: Final = 500  # by which talkers of each further detail ring longer, where they are told to differ
RING_OUT_MAX_MS: Final = 120_000
SILENT_MS: Final = 40_000  # longer than any caller's transaction timer (32 s)
PHONE_ASKS_EVERY_MS: Final = 10_000  # whether the other side still knows of the call; a killed PBX says no BYE
PHONE_ASKS_FOR_MS: Final = 8_000

_REASONS: Final = {180: "Ringing", 200: "OK", 404: "Not Found", 484: "Address Incomplete", 486: "Busy Here"} | {
    487: "Request Terminated",
    503: "Service Unavailable",
    603: "Decline",
}


@dataclass(frozen=True, kw_only=True)
class Media:
    """Where the RTP of the calls goes, as the SDP says it. `port` is a SIPp keyword or a number.
    `stream`: a headerless mu-law file that SIPp plays in a loop once the call is up."""

    port: str = "[media_port]"
    stream: str | None = None
    ring_apart: bool = False  # talkers ring for different times before they answer, not all for the same

    def ring_ms(self, detail: int) -> int:
        return RING_BEFORE_ANSWER_MS + RING_EACH_MS * detail * self.ring_apart


def carrier_scenario(media: Media) -> str:
    """The telephone network: one branch for each behavior, chosen by the digits after the prefix."""
    branches = [_refusing(behavior, status) for behavior, status in STATUS.items()]
    branches += [_talking(detail, media) for detail in range(len(TALK_S))]
    branches += [_light(detail, media) for detail in range(len(LIGHT_S))]
    branches += [_ringing_out(), _brief(media), _silent()]
    return _document("carrier", [_invite_branching(), *branches, _label("end"), _nop()])


def phone_scenario(media: Media) -> str:
    """A desk phone that answers at once and stays until the other side hangs up, or does not know of the call."""
    parts = [_recv("INVITE", _keep_dialog(), rrs=True), _answer(media), *_up(media)]
    parts += [_label("up"), _recv("BYE", timeout_ms=PHONE_ASKS_EVERY_MS, ontimeout="ask"), _label("bye"), _reply(200)]
    parts += [_nop(to="end"), _label("ask"), _still_there(), _nop(to="up"), _label("end"), _nop()]
    return _document("phone", parts)


def _document(name: str, parts: list[str]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="{name}">\n' + "\n".join(parts) + "\n</scenario>\n"


# Branches


def _branch_name(behavior: Behavior, detail: int | None = None) -> str:
    return behavior.name.lower() if detail is None else f"{behavior.name.lower()}{detail}"


def _choices() -> dict[str, str]:
    """Name of each branch, and the digits that choose it; the benchmark's first, as each test takes SIPp a moment."""
    detailed = {Behavior.LIGHT: len(LIGHT_S), Behavior.TALK: len(TALK_S)}
    choices = {_branch_name(b, d): f"{b.value}{d}" for b, details in detailed.items() for d in range(details)}
    return choices | {_branch_name(b): f"{b.value}" for b in Behavior if b not in detailed}


def _invite_branching() -> str:
    choices = _choices()
    tests = "\n".join(_ereg(f"INVITE sip:[+]?{PREFIX}{digits}", "msg", name) for name, digits in choices.items())
    jumps = "\n".join(_nop(test=name, to=name) for name in choices)
    unknown = _reply(404, tag=True, retrans=True) + "\n" + _acknowledged() + "\n" + _nop(to="end")
    return "\n".join([_recv("INVITE", _keep_dialog() + "\n" + tests, rrs=True), jumps, unknown])


def _refusing(behavior: Behavior, status: int) -> str:
    return _joined(
        _label(_branch_name(behavior)), _reply(status, tag=True, retrans=True), _acknowledged(), _nop(to="end")
    )


def _talking(detail: int, media: Media) -> str:
    me, talk_ms = _branch_name(Behavior.TALK, detail), round(TALK_S[detail] * 1000)
    return _joined(
        _label(me),
        _reply(180, tag=True),
        _recv("CANCEL", timeout_ms=media.ring_ms(detail), ontimeout=f"{me}_answer"),
        _cancelled(),
        _label(f"{me}_answer"),
        _answer(media),
        *_up(media),
        _recv("BYE", timeout_ms=talk_ms, ontimeout=f"{me}_bye"),
        _reply(200),
        _nop(to="end"),
        _label(f"{me}_bye"),
        _hang_up(),
    )


def _ringing_out() -> str:
    return _joined(
        _label(_branch_name(Behavior.RING_OUT)),
        _reply(180, tag=True),
        _recv("CANCEL", timeout_ms=RING_OUT_MAX_MS, ontimeout="end"),
        _cancelled(),
    )


def _brief(media: Media) -> str:
    """Answers and hangs up; media is told but none is sent."""
    ring = _recv("CANCEL", timeout_ms=RING_BEFORE_ANSWER_MS, ontimeout="brief_answer")
    name = _branch_name(Behavior.BRIEF)
    quiet = Media(port=media.port)
    return _joined(
        _label(name),
        _reply(180, tag=True),
        ring,
        _cancelled(),
        _label("brief_answer"),
        _answer(quiet),
        _acknowledged(),
        _hang_up(),
    )


def _silent() -> str:
    never = _recv("CANCEL", timeout_ms=SILENT_MS, ontimeout="end")
    return _joined(_label(_branch_name(Behavior.SILENT)), never, _cancelled())


def _light(detail: int, media: Media) -> str:
    me, stay_ms = _branch_name(Behavior.LIGHT, detail), round(LIGHT_S[detail] * 1000)
    stay = (
        _joined(_recv("BYE", timeout_ms=stay_ms, ontimeout=f"{me}_bye"), _reply(200), _nop(to="end")) if stay_ms else ""
    )
    return _joined(_label(me), _answer(Media(port=media.port)), _acknowledged(), stay, _label(f"{me}_bye"), _hang_up())


def _cancelled() -> str:
    return _joined(_reply(200), _reply_to_invite(487), _acknowledged(), _nop(to="end"))


def _up(media: Media) -> list[str]:
    steps = [_acknowledged()]
    if media.stream is not None:
        stream = quoteattr(f"{media.stream},-1,0")
        steps.append(f"<nop><action><exec rtp_stream={stream}/></action></nop>")
    return steps


def _in_dialog(method: str, cseq: str) -> str:
    """SIPp's own branch is that of the place in the scenario: a loop would seem to send one request again."""
    return f"""
      {method} [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{method}-[clock_tick]
      Max-Forwards: 70
      From: [$to];tag=[pid]t[call_number]
      To: [$from]
      Call-ID: [call_id]
      CSeq: {cseq} {method}
      Content-Length: 0
"""


def _hang_up() -> str:
    bye = _in_dialog("BYE", "1")
    return _joined(_send(bye, retrans=True), '<recv response="200" timeout="10000" ontimeout="end"/>', _nop(to="end"))


def _still_there() -> str:
    """Else a phone would talk for ever to a PBX that was killed, and to whoever gets its ports after it."""
    return _joined(
        _send(_in_dialog("OPTIONS", "[cseq]")),
        '<recv request="BYE" optional="true" next="bye"/>',
        *(f'<recv response="{status}" optional="true" next="end"/>' for status in (404, 408, 481, 500)),
        f'<recv response="200" timeout="{PHONE_ASKS_FOR_MS}" ontimeout="end"/>',
    )


# Single elements


def _joined(*parts: str) -> str:
    return "\n".join(parts)


def _label(name: str) -> str:
    return f'<label id="{name}"/>'


def _nop(*, test: str | None = None, to: str | None = None) -> str:
    attributes = (f' test="is_{test}"' if test else "") + (f' next="{to}"' if to else "")
    return f"<nop{attributes}/>"


def _ereg(regexp: str, where: str, name: str) -> str:
    return f'<ereg regexp={quoteattr(regexp)} search_in="{where}" assign_to="is_{name}"/>'


def _keep_dialog() -> str:
    """What later messages of the dialog need of the INVITE."""
    headers = {"via": "Via:", "from": "From:", "to": "To:"}
    lines = [f'<ereg regexp=".*" search_in="hdr" header="{h}" assign_to="{v}"/>' for v, h in headers.items()]
    lines.append('<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>')
    used = '<log message="[$via][$from][$to][$cseq]"/>'  # SIPp refuses variables that are set and never used
    return "\n".join([*lines, used])


def _acknowledged() -> str:
    """A caller who got an answer late has sent the INVITE again: on a busy machine that is no reason to give up."""
    return _joined('<recv request="INVITE" optional="true"/>', '<recv request="ACK"/>')


def _recv(
    request: str, actions: str = "", *, timeout_ms: int | None = None, ontimeout: str | None = None, rrs: bool = False
) -> str:
    attributes = f' request="{request}"' + (' rrs="true"' if rrs else "")
    if timeout_ms is not None:
        attributes += f' timeout="{timeout_ms}" ontimeout="{ontimeout}"'
    return f"<recv{attributes}><action>\n{actions}\n</action></recv>" if actions else f"<recv{attributes}/>"


def _send(message: str, *, retrans: bool = False) -> str:
    attribute = ' retrans="500"' if retrans else ""
    return f"<send{attribute}><![CDATA[\n{message}\n]]></send>"


def _reply(status: int, *, tag: bool = False, retrans: bool = False) -> str:
    """To the message just received. `tag`: it is the INVITE, whose To has no tag yet."""
    to_tag = ";tag=[pid]t[call_number]" if tag else ""
    message = f"""
      SIP/2.0 {status} {_REASONS[status]}
      [last_Via:]
      [last_From:]
      [last_To:]{to_tag}
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>
      Content-Length: 0
"""
    return _send(message, retrans=retrans)


def _reply_to_invite(status: int) -> str:
    """To the INVITE, after other messages have come."""
    message = f"""
      SIP/2.0 {status} {_REASONS[status]}
      Via: [$via]
      From: [$from]
      To: [$to];tag=[pid]t[call_number]
      Call-ID: [call_id]
      CSeq: [$cseq] INVITE
      Content-Length: 0
"""
    return _send(message, retrans=True)


def _answer(media: Media) -> str:
    message = f"""
      SIP/2.0 200 OK
      Via: [$via]
      From: [$from]
      To: [$to];tag=[pid]t[call_number]
      Call-ID: [call_id]
      CSeq: [$cseq] INVITE
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>
      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=sim [pid] 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio {media.port} RTP/AVP 0 101
      a=rtpmap:0 PCMU/8000
      a=rtpmap:101 telephone-event/8000
      a=fmtp:101 0-16
      a=ptime:20
      a=sendrecv
"""
    return _send(message, retrans=True)
