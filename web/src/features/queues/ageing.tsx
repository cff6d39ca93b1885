// Of all queues together: how much waiting is worth beside priority, and how long agents usually work after a call.
import { Button, Group, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { done, failed } from '@/components/notify';
import { Loaded } from '@/components/page';
import { Section } from '@/components/section';
import { api } from '@/lib/api';

interface InboundSettings {
  ageing_s: number;
  acw_s: number;
}

const PATH = '/api/inbound';

export function Ageing({ writes }: { writes: boolean }) {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: [PATH], queryFn: () => api.get<InboundSettings>(PATH) });
  return (
    <Section title={t('ageing.title')} text={t('ageing.text')}>
      <Loaded query={settings}>{(known) => <Setting key={`${known.ageing_s} ${known.acw_s}`} known={known} writes={writes} />}</Loaded>
    </Section>
  );
}

function Setting({ known, writes }: { known: InboundSettings; writes: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState(known);
  const same = form.ageing_s === known.ageing_s && form.acw_s === known.acw_s;
  const save = useMutation({
    mutationFn: () => api.put<InboundSettings>(PATH, form),
    onError: failed,
    onSuccess: () => {
      done(t('common.saved'));
      return client.invalidateQueries({ queryKey: [PATH] });
    },
  });
  return (
    <Group align="flex-end">
      <NumberInput label={t('ageing.seconds')} description={t('ageing.secondsText')} min={0} max={3600} w={360} disabled={!writes} value={form.ageing_s} onChange={(value) => setForm({ ...form, ageing_s: Number(value) })} />
      <NumberInput label={t('ageing.acw')} description={t('ageing.acwText')} min={0} max={7200} w={360} disabled={!writes} value={form.acw_s} onChange={(value) => setForm({ ...form, acw_s: Number(value) })} />
      {writes && <Button variant="default" loading={save.isPending} disabled={same} onClick={() => save.mutate()}>{t('common.save')}</Button>}
    </Group>
  );
}
