// Queues on a screen on the wall: big enough to be read from five metres, dark, without anything to click. It finds its
// way back by itself when the connection was lost; Escape leads back to the live page.
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Since } from '@/components/timer';
import { useNowS } from '@/lib/clock';
import { count, hourMinute, share } from '@/lib/format';
import { useLive, useLiveFeed } from '@/lib/live/store';
import type { AgentView, QueueView } from '@/lib/views';

const QUEUES_MAX = 8; // the busiest; more would be too small to be read
const GOOD = 0.8;
const FAIR = 0.6;

export default function WallboardPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t('wallboard.title')} · Busyhour`);
  useLiveFeed();
  useLeave();
  useAwake();
  const { feed, status } = useLive();
  const known = feed.seq >= 0;
  const queues = Object.values(feed.queues);
  return (
    <main className="wallboard" aria-busy={!known}>
      <header>
        <h1>{t('wallboard.title')}</h1>
        <Now />
      </header>
      {status !== 'open' && <p className="wallboard-lost" role="status">{t(`live.${status}`)}</p>}
      {known && queues.length === 0 && <p>{t('wallboard.none')}</p>}
      {known && queues.length > 0 && (
        <>
          <Figures queues={queues} agents={Object.values(feed.agents)} />
          <Table queues={queues} />
        </>
      )}
    </main>
  );
}

function Figures({ queues, agents }: { queues: QueueView[]; agents: AgentView[] }) {
  const { t } = useTranslation();
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting_count, 0);
  const longest = oldest(queues);
  const states = (...names: string[]) => agents.filter((agent) => names.includes(agent.state)).length;
  return (
    <dl className="wallboard-figures">
      <Figure name={t('queue.waiting')} loud={waiting > 0}>{count(waiting)}</Figure>
      <Figure name={t('queue.longest')} loud={longest !== null}>{longest === null ? '–' : <Since utcS={longest} />}</Figure>
      <Figure name={t('wallboard.free')}>{count(states('available'))}</Figure>
      <Figure name={t('wallboard.busy')}>{count(states('on_contact', 'reserved', 'acw'))}</Figure>
    </dl>
  );
}

function Figure({ name, loud = false, children }: { name: string; loud?: boolean; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={loud ? 'nums loud' : 'nums'}>{children}</dd>
    </div>
  );
}

function Table({ queues }: { queues: QueueView[] }) {
  const { t } = useTranslation();
  const busiest = queues.toSorted((a, b) => b.waiting_count - a.waiting_count || a.name.localeCompare(b.name));
  const more = busiest.length - QUEUES_MAX;
  return (
    <>
      <table aria-label={t('nav.queues')}>
        <thead>
          <tr>
            <th scope="col">{t('caller.queue')}</th>
            <th scope="col">{t('queue.waiting')}</th>
            <th scope="col">{t('queue.longest')}</th>
            <th scope="col">{t('queue.agents')}</th>
            <th scope="col">{t('queue.level')}</th>
            <th scope="col">{t('queue.abandoned')}</th>
          </tr>
        </thead>
        <tbody>{busiest.slice(0, QUEUES_MAX).map((queue) => <Row key={queue.queue_id} queue={queue} />)}</tbody>
      </table>
      {more > 0 && <p>{t('wallboard.more', { count: more })}</p>}
    </>
  );
}

function Row({ queue }: { queue: QueueView }) {
  const { t } = useTranslation();
  const level = queue.levels[0];
  const unserved = queue.agents_logged === 0 && queue.waiting_count > 0;
  return (
    <tr>
      <th scope="row">{queue.name}{queue.closed !== '' && <small> {t(`closed.${queue.closed}`)}</small>}</th>
      <td className={queue.waiting_count > 0 ? 'loud' : undefined}>{count(queue.waiting_count)}</td>
      <td>{queue.longest_since_utc_s === null ? '–' : <Since utcS={queue.longest_since_utc_s} />}</td>
      <td className={unserved ? 'bad' : undefined}>{count(queue.agents_free)} / {count(queue.agents_logged)}</td>
      <td className={levelClass(level)}>{share(level) || '–'}</td>
      <td>{count(queue.abandoned)}</td>
    </tr>
  );
}

function levelClass(level: number | null): string | undefined {
  if (level === null) return undefined;
  return level >= GOOD ? 'good' : level >= FAIR ? 'loud' : 'bad';
}

function oldest(queues: QueueView[]): number | null {
  const since = queues.map((queue) => queue.longest_since_utc_s).filter((one) => one !== null);
  return since.length === 0 ? null : Math.min(...since);
}

function Now() {
  return <time className="nums">{hourMinute(useNowS())}</time>;
}

function useLeave(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') void navigate('/live');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate]);
}

/** The screen stays on, where the browser lets us ask for it; asked again whenever the page is seen again. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    const hold = async () => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      lock = await navigator.wakeLock.request('screen').catch(() => null);
    };
    const onSeen = () => void hold();
    onSeen();
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      document.removeEventListener('visibilitychange', onSeen);
      void lock?.release();
    };
  }, []);
}
