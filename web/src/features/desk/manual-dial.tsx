// Dialing by hand, for agents who may: a campaign, a number, and what came of the last one.
import { Button, Card, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { Icon } from '@/components/icon';
import { useDialByHand, useDialChoice } from '@/features/desk/desk-api';
import { moment, phone } from '@/lib/format';
import type { AgentView } from '@/lib/views';

const NUMBER_MAX = 64;

export function ManualDial({ me }: { me: AgentView }) {
  const choice = useDialChoice(me.campaign_ids);
  if (choice.data === undefined || !choice.data.may_dial) return null;
  return <DialForm campaigns={choice.data.campaigns} />;
}

function DialForm({ campaigns }: { campaigns: { campaign_id: number; name: string }[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [number, setNumber] = useState('');
  const dial = useDialByHand();
  const ids = campaigns.map((one) => String(one.campaign_id));
  const campaign = chosen !== null && ids.includes(chosen) ? chosen : (ids[0] ?? null);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (campaign !== null && number.trim() !== '') dial.mutate({ campaign_id: Number(campaign), number });
  }
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('manual.title')}>
      <Stack gap="sm">
        <Title order={2} size="h4">{t('manual.title')}</Title>
        {campaigns.length === 0 ? (
          <Text c="dimmed">{t('manual.none')}</Text>
        ) : (
          <form onSubmit={submit}>
            <Stack gap="sm">
              <Group align="flex-end" gap="sm">
                <Select className="grow" label={t('manual.campaign')} data={campaigns.map((one) => ({ value: String(one.campaign_id), label: one.name }))} value={campaign} onChange={setChosen} allowDeselect={false} />
                <TextInput className="grow" label={t('manual.number')} type="tel" autoComplete="off" maxLength={NUMBER_MAX} value={number} onChange={(event) => setNumber(event.currentTarget.value)} />
                <Button type="submit" color="green" leftSection={<Icon name="phone" />} loading={dial.isPending} disabled={number.trim() === ''}>{t('preview.dial')}</Button>
              </Group>
              <ErrorNote error={dial.error} />
            </Stack>
          </form>
        )}
      </Stack>
    </Card>
  );
}

/** What came of the last contact, when nobody was talked with. */
export function LastTried({ me }: { me: AgentView }) {
  const { t } = useTranslation();
  if (me.tried === null) return null;
  const { number, name, result, at_utc_s: at } = me.tried;
  return (
    <Text size="sm" role="status" ta="center" mt="xs">
      {t('tried.last', { who: name || phone(number), at: moment(at), result: t(`tried.${result}`, { defaultValue: t(`outcome.${result}`, { defaultValue: result }) }) })}
    </Text>
  );
}
