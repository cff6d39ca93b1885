// Feeds as stores that components read. A feed is open while somebody looks at it.
import { useEffect } from 'react';
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { expireSession } from '@/lib/api';
import { openFeed, type FeedStatus } from '@/lib/live/connection';
import { EMPTY_FEED, type Feed } from '@/lib/live/reducer';

interface FeedStore {
  feed: Feed;
  status: FeedStatus;
  lookers: number;
}

export type UseFeed = UseBoundStore<StoreApi<FeedStore>>;

function feedStore(): UseFeed {
  return create<FeedStore>(() => ({ feed: EMPTY_FEED, status: 'connecting', lookers: 0 }));
}

export const useLive = feedStore();
export const useDeskFeed = feedStore();

const FLUSH_MS = 60;

/** Made once per load: the server tells a reload from a reconnect by it. */
export const TAB = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const closers = new Map<UseFeed, () => void>();

function look(store: UseFeed, path: string, flushMs: number): () => void {
  store.setState((old) => ({ lookers: old.lookers + 1 }));
  if (!closers.has(store)) {
    const sink = {
      feed: (feed: Feed) => store.setState({ feed }),
      status: (status: FeedStatus) => store.setState({ status }),
      refused: expireSession,
    };
    closers.set(store, openFeed(path, sink, flushMs));
  }
  return () => {
    store.setState((old) => ({ lookers: old.lookers - 1 }));
    if (store.getState().lookers > 0) return;
    closers.get(store)?.();
    closers.delete(store);
    store.setState({ feed: EMPTY_FEED, status: 'connecting' });
  };
}

export function useLiveFeed(): void {
  useEffect(() => look(useLive, '/api/live', FLUSH_MS), []);
}

export function useOwnFeed(enabled: boolean): void {
  useEffect(() => (enabled ? look(useDeskFeed, `/api/desk/socket?tab=${TAB}`, 0) : undefined), [enabled]);
}
