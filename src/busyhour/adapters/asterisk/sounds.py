"""What the private PBX has to play from its first start: spoken prompts, a beep, hold music.

Prompts are spoken by the `Voice` given; without one (a PBX run alone) each is a row of tones, so that nobody ever
hears silence. A file is made once, and again when its text or its maker changed.
"""

import hashlib
import io
import json
import math
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from busyhour.service.ports import Voice

RATE_HZ = 8000
FAREWELL = "farewell"
"""Played to an answered callee for whom there is no agent and no engine."""
NOBODY = "nobody"
"""Played to a caller whom no engine takes."""
DEMO_MESSAGE = "demo-message"
BEEP = "beep"


@dataclass(frozen=True, slots=True)
class Line:
    media: str
    language: str
    text: str


DEFAULT_LINES = (
    Line(
        FAREWELL,
        "en-US",
        "Sorry, no agent is free to take this call. We are sorry to have disturbed you. Goodbye.",
    ),
    Line(NOBODY, "en-US", "Sorry, we cannot take your call at the moment. Please call again a little later. Goodbye."),
)

_CALLEE = {
    "hello": "Hello?",
    "short": "Yes, speaking. Thank you for calling. I am only a demonstration, so please tell me something.",
    "interest": "That is interesting. Please go on.",
    "question": "I see. And what happens after that?",
    "echo": "I repeat all that you say. Talk to me, and hear yourself.",
    "bye": "Thank you for calling. Goodbye.",
    "caller": "Hello, I am a demonstration caller. I have a question about my order. Can you help me?",
    "machine": "Hello. I cannot come to the telephone now. Please leave a message after the tone.",
}

DEMO_LINES = (
    Line(
        DEMO_MESSAGE,
        "en-US",
        "Hello. This is a message from the Busyhour demonstration. Your appointment is tomorrow at ten. Goodbye.",
    ),
    *(
        Line(f"demo-{name}-{voice}", language, text)
        for voice, language in (("us", "en-US"), ("gb", "en-GB"))
        for name, text in _CALLEE.items()
    ),
)


async def make_sounds(sounds: Path, music: Path, voice: Voice | None, lines: Sequence[Line]) -> int:
    """Makes what is missing or outdated; answers how many files were made."""
    folder = sounds / "busyhour"
    count = _make_tones(folder, music)
    made = _made_before(folder)
    for line in lines:
        stamp = _stamp(line, spoken=voice is not None)
        if made.get(line.media) == stamp and (folder / f"{line.media}.wav").exists():
            continue
        if voice is not None:
            await voice.speak(line.text, line.language, line.media)
            assert (folder / f"{line.media}.wav").exists(), "the voice writes where the PBX does not look"
        else:
            _write(folder / f"{line.media}.wav", wav(tune(line.media)))
        made[line.media] = stamp
        count += 1
        _write(folder / ".made.json", json.dumps(made).encode())
    return count


def _make_tones(folder: Path, music: Path) -> int:
    missing = [file for file in (folder / f"{BEEP}.wav", music / "hold.wav") if not file.exists()]
    for file in missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, wav(hold_music() if file.parent == music else tone((1000.0,), 0.3, 0.25)))
    return len(missing)


def _stamp(line: Line, *, spoken: bool) -> str:
    return hashlib.sha256(f"{spoken}|{line.language}|{line.text}".encode()).hexdigest()


def _made_before(folder: Path) -> dict[str, str]:
    try:
        made = json.loads((folder / ".made.json").read_text())
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def tone(frequencies_hz: Sequence[float], length_s: float, loudness: float) -> list[float]:
    """Samples of -1 to 1, faded in and out over 10 ms so that they do not click."""
    count = int(length_s * RATE_HZ)
    fade = RATE_HZ // 100
    part = loudness / len(frequencies_hz)
    steps = [2 * math.pi * frequency / RATE_HZ for frequency in frequencies_hz]
    return [
        part * min(1.0, place / fade, (count - place) / fade) * sum(math.sin(step * place) for step in steps)
        for place in range(count)
    ]


def tune(name: str) -> list[float]:
    """A second of notes, always the same for a name."""
    notes = (523.3, 587.3, 659.3, 784.0, 880.0)
    picks = hashlib.sha256(name.encode()).digest()[:4]
    return [sample for pick in picks for sample in tone((notes[pick % len(notes)],), 0.25, 0.2)]


def hold_music() -> list[float]:
    """Twenty-four seconds of quiet broken chords, each note dying away under the next; it repeats without a seam."""
    chords = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))
    note_s, notes_per_chord = 0.5, 12
    count = int(note_s * RATE_HZ)
    total = [0.0] * (count * notes_per_chord * len(chords))
    ring = 3 * count  # each note rings on over the two that follow
    shape = [min(1.0, place / 80) * math.exp(-3.0 * place / ring) * (1 - place / ring) for place in range(ring)]
    for turn in range(notes_per_chord * len(chords)):
        chord = chords[turn // notes_per_chord]
        step = 2 * math.pi * chord[(0, 1, 2, 1)[turn % 4]] / RATE_HZ
        start = turn * count
        for place in range(ring):
            total[(start + place) % len(total)] += 0.06 * shape[place] * math.sin(step * place)
    return total


def wav(samples: Sequence[float]) -> bytes:
    """8 kHz, mono, 16 bits."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(array("h", [max(-32768, min(32767, round(32767 * value))) for value in samples]).tobytes())
    return held.getvalue()


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    fresh.replace(file)
