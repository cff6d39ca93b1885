// Numbers that callers dial, and where each leads.
import { Anchor, Button, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ConfirmButton } from '@/components/confirm-button';
import { failed } from '@/components/notify';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useDestinationText } from '@/features/dialed/destination-text';
import { api } from '@/lib/api';
import { useRemove, useRowsOf } from '@/lib/crud';
import type { DialedNumberRow, Queue } from '@/lib/queue-records';
import { useAllowed } from '@/lib/session';

export const PATH = '/api/dialed-numbers';

export default function NumbersPage() {
  const { t } = useTranslation();
  const numbers = useRowsOf<DialedNumberRow>(PATH);
  const queues = useRowsOf<Queue>('/api/queues');
  const remove = useRemove(PATH);
  const textOf = useDestinationText();
  const writes = useAllowed()('queues:write');
  const add = writes ? <Button component={Link} to="/numbers/new">{t('numbersDialed.create')}</Button> : undefined;
  const noQueues = queues.data?.length === 0;
  return (
    <Page title={t('nav.numbers')} text={t('numbersDialed.text')} actions={add}>
      <Loaded query={numbers}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty text={t(noQueues ? 'numbersDialed.emptyNoQueue' : 'numbersDialed.empty')}>
              {noQueues ? <Button component={Link} to="/queues/new">{t('queues.create')}</Button> : add}
            </Empty>
          ) : (
            <Rows
              name={t('nav.numbers')}
              rows={rows}
              id={(row) => row.number_id}
              minWidth={760}
              columns={[
                { title: t('numbersDialed.pattern'), cell: (row) => <Anchor component={Link} to={`/numbers/${row.number_id}`} underline="always" className="nums">{row.pattern}</Anchor> },
                { title: t('numbersDialed.label'), cell: (row) => row.label },
                { title: t('numbersDialed.to'), cell: (row) => <Where lines={row.treatment.to.map(textOf)} /> },
                { title: t('numbersDialed.whenClosed'), cell: (row) => <Where lines={row.treatment.when_closed.map(textOf)} /> },
                ...(writes
                  ? [
                      { title: t('queues.emergency'), cell: (row: DialedNumberRow) => <EmergencySwitch row={row} /> },
                      { title: t('common.actions'), cell: (row: DialedNumberRow) => <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={row.pattern} question={t('numbersDialed.deleteQuestion', { name: row.pattern })} onConfirm={() => remove.mutate(row.number_id)} /> },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function Where({ lines }: { lines: string[] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <Text size="sm" c="dimmed">{t('numbersDialed.nowhere')}</Text>;
  return (
    <Stack gap={0} component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
      {lines.map((line, index) => <Text size="sm" component="li" key={`${index} ${line}`}>{lines.length > 1 ? `${index + 1}. ` : ''}{line}</Text>)}
    </Stack>
  );
}

function EmergencySwitch({ row }: { row: DialedNumberRow }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const emergency = useMutation({
    mutationFn: (on: boolean) => api.put<DialedNumberRow>(`${PATH}/${row.number_id}/emergency`, { on }),
    onError: failed,
    onSuccess: () => client.invalidateQueries({ queryKey: [PATH] }),
  });
  return <Switch aria-label={t('queues.emergencyOf', { name: row.pattern })} color="red" checked={row.treatment.opening.emergency} disabled={emergency.isPending} onChange={(event) => emergency.mutate(event.currentTarget.checked)} />;
}
