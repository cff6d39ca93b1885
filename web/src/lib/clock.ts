// One ticking clock for all timers on the page, by the server's time.
import { useSyncExternalStore } from 'react';
import { serverNowS } from '@/lib/api';

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let nowS = Date.now() / 1000;
let timer = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) timer = window.setInterval(tick, TICK_MS);
  nowS = serverNowS();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

function tick(): void {
  nowS = serverNowS();
  for (const listener of listeners) listener();
}

export function useNowS(): number {
  return useSyncExternalStore(subscribe, () => nowS);
}
