// How far an import is, and which lines were left out and why.
import { Alert, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Loaded } from '@/components/page';
import { Rows } from '@/components/rows';
import { useImport, useRejects } from '@/features/lists/lists-api';
import { count } from '@/lib/format';
import type { ContactList, ImportJob } from '@/lib/records';

export function ImportProgress({ id, list, again }: { id: number; list: ContactList; again: () => void }) {
  const client = useQueryClient();
  const job = useImport(id);
  const over = job.data !== undefined && job.data.state !== 'running';
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: ['lists'] });
  }, [over, client]);
  return (
    <Loaded query={job}>
      {(now) => (
        <Stack>
          <State job={now} />
          {over && (
            <Group>
              <Button component={Link} to={`/lists/${list.list_id}`}>{list.name}</Button>
              <ImportAgain again={again} />
            </Group>
          )}
          {over && now.rows_rejected > 0 && <Rejects id={id} />}
        </Stack>
      )}
    </Loaded>
  );
}

function ImportAgain({ again }: { again: () => void }) {
  const { t } = useTranslation();
  return <Button variant="default" onClick={again}>{t('import.again')}</Button>;
}

function State({ job }: { job: ImportJob }) {
  const { t } = useTranslation();
  const counts = { read: count(job.rows_read), added: count(job.contacts_added), rejected: count(job.rows_rejected) };
  if (job.state === 'failed') {
    return <Alert color="red" title={t('import.failed')} role="alert">{job.error}</Alert>;
  }
  if (job.state === 'done') {
    return <Alert color="green" title={t('import.done')} role="status">{t('import.counts', counts)}</Alert>;
  }
  const part = job.rows_total ? (job.rows_read / job.rows_total) * 100 : 100;
  return (
    <div>
      <Text mb={6}>{t('import.running', counts)}</Text>
      <Progress value={part} animated aria-label={t('import.import')} />
    </div>
  );
}

function Rejects({ id }: { id: number }) {
  const { t } = useTranslation();
  const rejects = useRejects(id, true);
  return (
    <Loaded query={rejects}>
      {(rows) => (
        <Stack gap="xs">
          <Group justify="space-between">
            <Title order={2} size="h4">{t('import.rejects')}</Title>
            <Button component="a" href={`/api/imports/${id}/rejects?format=csv`} download size="xs" variant="default">{t('import.downloadRejects')}</Button>
          </Group>
          <Rows
            name={t('import.rejects')}
            rows={rows.slice(0, SHOWN_MAX)}
            id={(reject) => reject.line}
            columns={[
              { title: t('import.line'), cell: (reject) => reject.line, right: true },
              { title: t('import.reason'), cell: (reject) => reject.reason },
              { title: t('import.text'), cell: (reject) => <code className="pre">{reject.text}</code> },
            ]}
          />
          {rows.length > SHOWN_MAX && <Text size="sm" c="dimmed">{t('import.moreRejects', { count: rows.length - SHOWN_MAX })}</Text>}
        </Stack>
      )}
    </Loaded>
  );
}

const SHOWN_MAX = 200;
