// Two lines over the last minutes. The figures beside it say the same in text.
import { useEffect, useRef, useState } from 'react';

export interface Sample {
  up: number;
  talking: number;
}

const EVERY_MS = 2_000;
const SAMPLES_MAX = 90;

export function useHistory(up: number, talking: number): Sample[] {
  const latest = useRef({ up, talking });
  useEffect(() => {
    latest.current = { up, talking };
  }, [up, talking]);
  const [history, setHistory] = useState<Sample[]>([]);
  useEffect(() => {
    const timer = window.setInterval(() => setHistory((old) => [...old, latest.current].slice(-SAMPLES_MAX)), EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return history;
}

const WIDTH = 180;
const HEIGHT = 40;

export function Sparkline({ history, label }: { history: Sample[]; label: string }) {
  const top = Math.max(1, ...history.map((sample) => sample.up));
  const line = (key: keyof Sample) =>
    history.map((sample, index) => `${((index + SAMPLES_MAX - history.length) / (SAMPLES_MAX - 1)) * WIDTH},${HEIGHT - 2 - (sample[key] / top) * (HEIGHT - 4)}`).join(' ');
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" height={HEIGHT} preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline className="spark-calls" points={line('up')} />
      <polyline className="spark-talk" points={line('talking')} />
    </svg>
  );
}
