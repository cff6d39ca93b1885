// Dialing by hand, for agents who may: a campaign, a number, and what came of the last one.
import { Button, Card, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useCallback, useMemo, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from '@/components/error-note';
import { Icon } from '@/components/icon';
import { useDialByHand, useDialChoice, useTriedContact } from '@/features/desk/desk-api';
import { NumberButtons } from '@/features/desk/number-buttons';
import { moment, phone } from '@/lib/format';
import type { AgentView, TriedView } from '@/lib/views';

const NUMBER_MAX = 64;
const PASSED_OVER = new Set(['skipped', 'time_over', 'given_back']);

export function ManualDial({ me }: { me: AgentView }) {
  const choice = useDialChoice(me.campaign_ids);
  if (choice.data === undefined || !choice.data.may_dial) return null;
  return <DialForm campaigns={choice.data.campaigns} tried={me.tried} />;
}

function DialForm({ campaigns, tried }: { campaigns: { campaign_id: number; name: string }[]; tried: TriedView | null }) {
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
              {tried !== null && !PASSED_OVER.has(tried.result) && campaigns.some((one) => one.campaign_id === tried.campaign_id) && <OthersOf tried={tried} disabled={dial.isPending} onDial={dial.mutate} />}
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

/** Nobody answered there: perhaps at another number of theirs. */
function OthersOf({ tried, disabled, onDial }: { tried: TriedView; disabled: boolean; onDial: ReturnType<typeof useDialByHand>['mutate'] }) {
  const { t } = useTranslation();
  const contact = useTriedContact(tried).data;
  const others = useMemo(() => contact?.numbers.filter((one) => one !== tried.number) ?? [], [contact, tried.number]);
  const dialOther = useCallback(
    (number: string) => onDial({ campaign_id: tried.campaign_id, contact_id: tried.contact_id, number }),
    [onDial, tried.campaign_id, tried.contact_id],
  );
  return <NumberButtons numbers={others} label={t('numbers.of', { name: tried.name || phone(tried.number) })} disabled={disabled} onDial={dialOther} />;
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
