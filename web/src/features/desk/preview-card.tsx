// A contact before the call: the agent looks, then dials, or skips it with one of the campaign's reasons.
import { Badge, Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Until } from '@/components/timer';
import { NumberButtons } from '@/features/desk/number-buttons';
import { usePreviewDial, usePreviewSkip, type ContactInHand } from '@/features/desk/desk-api';
import { useOffer } from '@/lib/actions';
import { phone } from '@/lib/format';
import type { CallView } from '@/lib/views';

const KEYS_MAX = 9;

const NONE: string[] = [];

export function PreviewCard({ call, inHand }: { call: CallView; inHand: ContactInHand | undefined }) {
  const { t } = useTranslation();
  const campaign = inHand?.campaign;
  const looking = call.decide_until_utc_s !== null;
  return (
    <Stack gap="md" className="arrives" key={call.call}>
      <Group justify="space-between" align="flex-start" mih={120}>
        <div className="grow">
          <Text size="sm" c="dimmed">{campaign?.name ?? ''}</Text>
          <Title order={2}>{call.contact_name || phone(call.number)}</Title>
          <Text size="lg" className="nums">{phone(call.number)}</Text>
          <Text size="sm" c="dimmed">{t('desk.attempt', { number: call.attempt_no })}</Text>
        </div>
        <Stack gap={6} align="flex-end">
          {looking && <Text size="28px" fw={650}><Until utcS={call.decide_until_utc_s!} /></Text>}
          <Badge size="lg" tt="none" variant="light" color={looking ? 'yellow' : 'blue'}>
            {t(looking ? `preview.then.${campaign?.preview_timeout_action ?? 'give_back'}` : 'preview.phone')}
          </Badge>
        </Stack>
      </Group>
      {looking && <Decide call={call} reasons={campaign?.skip_reasons ?? NONE} numbers={inHand?.contact.numbers ?? NONE} />}
    </Stack>
  );
}

function Decide({ call, reasons, numbers }: { call: CallView; reasons: string[]; numbers: string[] }) {
  const { t } = useTranslation();
  const { mutate: dial, isPending: dialing } = usePreviewDial();
  const { mutate: skip, isPending: skipping } = usePreviewSkip();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) first.current?.focus(); // Enter dials
  }, []);
  const offered = useMemo(
    () => [
      { id: 'preview dial', label: t('preview.dial'), group: t('preview.title'), keys: 'mod+shift+C', perform: () => dial({ call: call.call }) },
      ...reasons.slice(0, KEYS_MAX).map((reason, index) => ({
        id: `preview skip ${reason}`,
        label: t('preview.skipFor', { reason }),
        group: t('preview.title'),
        keys: String(index + 1),
        perform: () => skip({ call: call.call, reason }),
      })),
    ],
    [t, dial, skip, call.call, reasons],
  );
  useOffer(offered);
  const others = useMemo(() => numbers.filter((number) => number !== call.number), [numbers, call.number]);
  const dialOther = useCallback((number: string) => dial({ call: call.call, number }), [dial, call.call]);
  return (
    <Stack gap="sm" role="group" aria-label={t('preview.title')}>
      <Group>
        <Button ref={first} size="md" color="green" leftSection={<Icon name="phone" />} onClick={() => dial({ call: call.call })} loading={dialing} disabled={skipping} title="Ctrl + Shift + C" aria-keyshortcuts="Control+Shift+C">
          {t('preview.dial')}
        </Button>
      </Group>
      <NumberButtons numbers={others} label={t('numbers.instead')} disabled={dialing || skipping} onDial={dialOther} />
      <Group gap="xs" role="group" aria-label={t('preview.skip')}>
        <Text size="sm">{t('preview.why')}</Text>
        {reasons.map((reason, index) => (
          <Button key={reason} variant="default" disabled={dialing || skipping} onClick={() => skip({ call: call.call, reason })} leftSection={index < KEYS_MAX ? <Kbd size="xs">{index + 1}</Kbd> : undefined}>
            {reason}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
