// One desk in a browser: two tabs would take the phone from each other for ever.
import { useCallback, useEffect, useState } from 'react';

export type Place = 'waiting' | 'here' | 'elsewhere';

export function useOneTab(name: string): { place: Place; takeOver: () => void } {
  const [place, setPlace] = useState<Place>('locks' in navigator ? 'waiting' : 'here');
  const [steal, setSteal] = useState(0);
  useEffect(() => {
    if (!('locks' in navigator)) return;
    let release: () => void = () => undefined;
    let over = false;
    const hold = (lock: Lock | null) => {
      if (over) return;
      if (lock === null) {
        setPlace('elsewhere');
        return;
      }
      setPlace('here');
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const options = steal > 0 ? { steal: true } : { ifAvailable: true };
    navigator.locks.request(name, options, hold).catch(() => {
      if (!over) setPlace('elsewhere');
    });
    return () => {
      over = true;
      release();
    };
  }, [name, steal]);
  const takeOver = useCallback(() => setSteal((times) => times + 1), []);
  return { place, takeOver };
}
