// Promises to call back: whom, since when they hold their place, and what they wait for.
import { Badge, Button, Group, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ConfirmButton } from '@/components/confirm-button';
import { done, failed } from '@/components/notify';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { Since } from '@/components/timer';
import { api, getRows, query } from '@/lib/api';
import { useRowsOf } from '@/lib/crud';
import { moment, phone } from '@/lib/format';
import type { Callback, CallbackState, Queue } from '@/lib/queue-records';
import { useAllowed } from '@/lib/session';

const REFRESH_MS = 5_000;
const LIMIT = 500;
const KEY = 'callbacks';
const COLORS: Record<CallbackState, string> = { waiting: 'orange', dialing: 'blue', put_off: 'yellow', done: 'green', given_up: 'red' };
const OPEN = new Set<CallbackState>(['waiting', 'dialing', 'put_off']);

export default function CallbacksPage() {
  const { t } = useTranslation();
  const [ended, setEnded] = useState(false);
  const callbacks = useQuery({
    queryKey: [KEY, ended],
    queryFn: () => getRows<Callback>(`/api/callbacks${query({ open_only: !ended, limit: LIMIT })}`),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
  const queues = useRowsOf<Queue>('/api/queues').data ?? [];
  const cancels = useAllowed()('callers:write');
  const cancel = useCancel();
  const nameOf = (id: number) => queues.find((queue) => queue.queue_id === id)?.name ?? '';
  return (
    <Page title={t('nav.callbacks')} text={t('callbacks.text')} actions={<Switch label={t('callbacks.ended')} checked={ended} onChange={(event) => setEnded(event.currentTarget.checked)} />}>
      <Loaded query={callbacks}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('callbacks.empty')}><Button component={Link} to="/queues">{t('nav.queues')}</Button></Empty> : (
            <Rows
              name={t('nav.callbacks')}
              rows={rows}
              id={(row) => row.callback}
              minWidth={900}
              columns={[
                { title: t('attempt.number'), cell: (row) => <span className="nums line">{phone(row.number)}</span> },
                { title: t('common.name'), cell: (row) => row.name },
                { title: t('caller.queue'), cell: (row) => nameOf(row.queue_id) },
                { title: t('queues.state'), cell: (row) => <Badge variant="light" tt="none" miw="max-content" color={COLORS[row.state]}>{t(`callbackState.${row.state}`)}</Badge> },
                { title: t('callbacks.source'), cell: (row) => t(`callbackSource.${row.source}`) },
                { title: t('callbacks.why'), cell: (row) => row.why },
                { title: t('callbacks.promised'), cell: (row) => <span className="line">{moment(row.promised_utc_s)}</span> },
                { title: t('callbacks.place'), cell: (row) => (OPEN.has(row.state) ? <Since utcS={row.since_utc_s} /> : ''), right: true },
                { title: t('callbacks.attempts'), cell: (row) => `${row.attempts} / ${row.rule.attempts_max}`, right: true },
                { title: t('callbacks.due'), cell: (row) => <span className="line">{moment(row.due_utc_s)}</span> },
                ...(cancels
                  ? [{
                      title: t('common.actions'),
                      cell: (row: Callback) =>
                        OPEN.has(row.state) && (
                          <Group gap="xs">
                            <ConfirmButton size="xs" variant="subtle" color="red" label={t('callbacks.cancel')} what={phone(row.number)} question={t(row.source === 'lost' ? 'callbacks.cancelLostQuestion' : 'callbacks.cancelQuestion', { number: phone(row.number) })} onConfirm={() => cancel.mutate(row.callback)} />
                          </Group>
                        ),
                    }]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function useCancel() {
  const client = useQueryClient();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: (callback: string) => api.delete<void>(`/api/callbacks/${encodeURIComponent(callback)}`),
    onError: failed,
    onSuccess: () => {
      done(t('callbacks.canceled'));
      return client.invalidateQueries({ queryKey: [KEY] });
    },
  });
}
