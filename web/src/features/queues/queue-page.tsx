// One queue: made or changed. What is asked first is who serves it; without agents the rest is of no use.
import { Alert, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { ErrorNote } from '@/components/error-note';
import { OpeningInput } from '@/components/opening-input';
import { Loaded, Page } from '@/components/page';
import { RecordForm } from '@/components/record-form';
import { Section } from '@/components/section';
import { freshQueue } from '@/features/queues/queue-draft';
import { CallbackSection } from '@/features/queues/queue-callback';
import { Overflow } from '@/features/queues/queue-overflow';
import { Basics, Missed, Serves, Waiting } from '@/features/queues/queue-sections';
import { useQueue, useSaveQueue } from '@/features/queues/queues-api';
import type { Queue } from '@/lib/queue-records';
import { useAllowed, useSession } from '@/lib/session';

export default function QueuePage() {
  const { id } = useParams();
  const { tenant } = useSession();
  const queue = useQueue(id === undefined ? null : Number(id));
  if (id === undefined) return <Editor stored={freshQueue(tenant.time_zone)} />;
  return <Loaded query={queue}>{(found) => <Editor key={found.queue_id} stored={found} />}</Loaded>;
}

function Editor({ stored }: { stored: Queue }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [queue, setQueue] = useState(stored);
  const save = useSaveQueue();
  const writes = useAllowed()('queues:write');
  const set = (change: Partial<Queue>) => setQueue((old) => ({ ...old, ...change }));
  const part = { queue, set };
  const nobody = queue.skills.length === 0 && queue.members.length === 0;
  return (
    <Page title={stored.queue_id === 0 ? t('queues.create') : stored.name}>
      <RecordForm writes={writes} onSubmit={() => save.mutate(queue, { onSuccess: () => void navigate('/queues') })}>
        <Basics {...part} />
        <Serves {...part} />
        <Waiting {...part} />
        <Section title={t('opening.title')} text={t('opening.text')}>
          <OpeningInput value={queue.opening} onChange={(opening) => set({ opening })} />
        </Section>
        <Overflow {...part} />
        <CallbackSection {...part} />
        <Missed {...part} />
        {nobody && <Alert color="orange">{t('queue.nobody')}</Alert>}
        <ErrorNote error={save.error} />
        <Group><Button type="submit" loading={save.isPending}>{t('common.save')}</Button></Group>
      </RecordForm>
    </Page>
  );
}
