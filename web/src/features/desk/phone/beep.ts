// A short rising beep when a call comes. The state is shown and announced too: never sound alone.

let context: AudioContext | null = null;

/** Browsers let a page make sound after a click or key: call this from one. */
export function allowSound(): void {
  context ??= new AudioContext();
  void context.resume();
}

const NOTES_HZ = [660, 990];
const NOTE_S = 0.09;
const LOUDNESS = 0.12;

export function beep(): void {
  context ??= new AudioContext();
  if (context.state !== 'running') void context.resume();
  const start = context.currentTime;
  for (const [index, frequency] of NOTES_HZ.entries()) {
    const tone = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: LOUDNESS });
    tone.connect(gain).connect(context.destination);
    tone.start(start + index * NOTE_S);
    tone.stop(start + (index + 1) * NOTE_S);
  }
}
