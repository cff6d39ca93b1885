// Time since, or time until, ticking.
import { useNowS } from '@/lib/clock';
import { clock } from '@/lib/format';

export function Since({ utcS }: { utcS: number }) {
  return <span className="nums">{clock(useNowS() - utcS)}</span>;
}

export function Until({ utcS }: { utcS: number }) {
  return <span className="nums">{clock(Math.ceil(utcS - useNowS()))}</span>;
}
