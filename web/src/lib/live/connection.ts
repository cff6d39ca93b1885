// A WebSocket that keeps itself open: back-off with jitter, and a new connection when a message was missed.
import { applyMessage, EMPTY_FEED, type Feed } from '@/lib/live/reducer';
import type { FeedMessage } from '@/lib/views';

export type FeedStatus = 'connecting' | 'open' | 'lost' | 'taken';

export interface FeedSink {
  feed: (feed: Feed) => void;
  status: (status: FeedStatus) => void;
  /** The server refused us: the session is over. */
  refused: () => void;
}

const PING_EVERY_MS = 5_000;
const SILENCE_MAX_MS = 16_000;
const BACKOFF_FIRST_MS = 400;
const BACKOFF_MAX_MS = 8_000;
const REFUSED_CODES = new Set([1008, 4401, 4403]);
const TAKEN_CODES = new Set([4001]);

/** How long to wait before try number `attempt` (from 0); `dice` in [0, 1) spreads a crowd that lost its server. */
export function backoffMs(attempt: number, dice: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 10));
  return full * (0.5 + dice / 2);
}

export function socketUrl(path: string): string {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${window.location.host}${path}`;
}

/** Opens the feed at `path` and keeps it open. `flushMs` > 0 gathers changes, so that a busy floor redraws seldom. */
export function openFeed(path: string, sink: FeedSink, flushMs = 0): () => void {
  let socket: WebSocket | null = null;
  let feed = EMPTY_FEED;
  let attempt = 0;
  let closed = false;
  let heardAt = 0;
  let pongs = false;
  let retryTimer = 0;
  let flushTimer = 0;

  function show() {
    if (flushMs === 0) return sink.feed(feed);
    if (flushTimer === 0) {
      flushTimer = window.setTimeout(() => {
        flushTimer = 0;
        sink.feed(feed);
      }, flushMs);
    }
  }

  function hear(text: string) {
    heardAt = performance.now();
    const message = JSON.parse(text) as FeedMessage | { type: 'pong' };
    if (message.type === 'pong') {
      pongs = true;
      return;
    }
    if (message.type !== 'snapshot' && message.type !== 'changes') return;
    const next = applyMessage(feed, message);
    if (next === null) {
      socket?.close();
      return;
    }
    feed = next;
    attempt = 0;
    if (message.type === 'snapshot') sink.status('open');
    show();
  }

  function connect() {
    feed = EMPTY_FEED;
    pongs = false;
    heardAt = performance.now();
    const mine = new WebSocket(socketUrl(path));
    socket = mine;
    mine.addEventListener('message', (event) => mine === socket && hear(String(event.data)));
    mine.addEventListener('close', (event) => {
      if (mine !== socket || closed) return;
      if (TAKEN_CODES.has(event.code)) return sink.status('taken');
      sink.status('lost');
      if (REFUSED_CODES.has(event.code)) sink.refused();
      retryTimer = window.setTimeout(connect, backoffMs(attempt, Math.random()));
      attempt += 1;
    });
  }

  const pingTimer = window.setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (pongs && performance.now() - heardAt > SILENCE_MAX_MS) socket.close();
    else socket.send('{"type":"ping"}');
  }, PING_EVERY_MS);

  // A laptop that wakes up, or a network that returns, should not wait for the back-off.
  function hurry() {
    if (socket?.readyState === WebSocket.CLOSED && !closed) {
      window.clearTimeout(retryTimer);
      connect();
    }
  }
  window.addEventListener('online', hurry);

  sink.status('connecting');
  connect();
  return () => {
    closed = true;
    window.removeEventListener('online', hurry);
    window.clearInterval(pingTimer);
    window.clearTimeout(retryTimer);
    window.clearTimeout(flushTimer);
    socket?.close();
  };
}
