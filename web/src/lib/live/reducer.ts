// The live state: a snapshot, then numbered changes. One pure function; a gap in the numbers is told, not papered over.
import type { Change, FeedMessage, LiveState } from '@/lib/views';

export interface Feed extends LiveState {
  seq: number;
}

export const EMPTY_FEED: Feed = { seq: -1, agents: {}, calls: {}, runs: {}, queues: {}, system: {} };

/** The state after `message`, or null when a message in between was missed: ask for a new snapshot. */
export function applyMessage(feed: Feed, message: FeedMessage): Feed | null {
  if (message.type === 'snapshot') {
    return { ...EMPTY_FEED, ...message.state, seq: message.seq };
  }
  if (message.seq !== feed.seq + 1) return null;
  return { ...applyChanges(feed, message.changes), seq: message.seq };
}

/** Copies each kind that is touched once, whatever the number of its changes. Kinds of a newer server are kept. */
function applyChanges(feed: Feed, changes: Change[]): Feed {
  const next = { ...feed } as unknown as Record<string, Record<string, unknown>>;
  const copied = new Set<string>();
  for (const [kind, id, view] of changes) {
    if (!copied.has(kind)) {
      next[kind] = { ...next[kind] };
      copied.add(kind);
    }
    if (view === null) delete next[kind]![id];
    else next[kind]![id] = view;
  }
  return next as unknown as Feed;
}
