// Says when what is on the screen may be old.
import { Alert } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FeedStatus } from '@/lib/live/connection';
import { useDeskFeed, useLive } from '@/lib/live/store';

const PATIENCE_MS = 1_500; // a short break that mends itself is not worth a word

const isLost = (now: { lookers: number; status: FeedStatus }) => now.lookers > 0 && now.status === 'lost';

/** True when it stays lost for a while. */
function useLate(lost: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!lost) return;
    const timer = window.setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
      setLate(false);
    };
  }, [lost]);
  return late;
}

export function ConnectionBanner() {
  const { t } = useTranslation();
  const live = useLate(useLive(isLost));
  const desk = useLate(useDeskFeed(isLost));
  return (
    <div aria-live="assertive">
      {(live || desk) && (
        <Alert color="red" variant="filled" mb="md" title={t('shell.lost')}>
          {t(desk ? 'shell.lostDesk' : 'shell.lostLive')}
        </Alert>
      )}
    </div>
  );
}
