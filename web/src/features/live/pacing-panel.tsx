// Why this many calls are placed now: what is free and expected, what rings and its chance, the price, the windows.
import { Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { count } from '@/lib/format';
import type { PacingView } from '@/lib/views';

const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function PacingPanel({ pacing, name }: { pacing: PacingView; name: string }) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure(true);
  const mode = (one: string) => t(`pacing.mode.${one}`, { defaultValue: one });
  return (
    <Stack gap={6} mt="sm" component="section" aria-label={`${t('pacing.title')}: ${name}`}>
      <UnstyledButton onClick={toggle} aria-expanded={opened}>
        <Group gap={6}>
          <Icon name={opened ? 'up' : 'down'} size={14} />
          <Text size="sm" fw={600}>{t('pacing.title')}</Text>
          <Text size="sm">{pacing.start === 0 ? t('pacing.startNone') : t('pacing.start', { count: pacing.start })}</Text>
        </Group>
      </UnstyledButton>
      {!opened && <Text size="sm">{pacing.words}</Text>}
      <Collapse expanded={opened}>
        <Stack gap={6}>
          <Text size="sm">
            {pacing.paced === pacing.dial_mode ? t('pacing.asAsked', { paced: mode(pacing.paced) }) : t('pacing.instead', { asked: mode(pacing.dial_mode), paced: mode(pacing.paced) })}
            {pacing.want > pacing.start && pacing.limit !== 'wanted' && ` ${t('pacing.wanted', { want: count(pacing.want), limit: pacing.limit })}.`}
          </Text>
          {pacing.reason !== '' && <Text size="sm">{pacing.reason}</Text>}
          <Figures pacing={pacing} />
          <Windows pacing={pacing} />
        </Stack>
      </Collapse>
    </Stack>
  );
}

type Figure = [string, string];

function Figures({ pacing }: { pacing: PacingView }) {
  const { t } = useTranslation();
  const within = Math.round(pacing.horizon_s);
  const always: Figure[] = [
    [t('pacing.free'), count(pacing.agents_free)],
    [t('pacing.waiting'), count(pacing.waiting)],
    [t('pacing.ringing'), count(pacing.dialing)],
  ];
  const model: Figure[] = [
    [t('pacing.freeExpected', { within }), NUMBER.format(pacing.free_expected)],
    [t('pacing.answersExpected', { within }), NUMBER.format(pacing.answers_expected)],
    [t('pacing.chance'), SHARE.format(pacing.answer_chance)],
    [t('pacing.drift'), `× ${NUMBER.format(pacing.answer_drift)}`],
    [t('pacing.risk'), SHARE.format(pacing.risk)],
    [t('pacing.price'), SHARE.format(pacing.price)],
    [t('pacing.aim'), SHARE.format(pacing.aim)],
    [t('pacing.given_up'), count(pacing.given_up)],
  ];
  return (
    <dl className="figures">
      {[...always, ...(pacing.paced === 'predictive' ? model : [])].map(([title, value]) => (
        <div key={title}>
          <Text size="xs" c="dimmed" component="dt">{title}</Text>
          <Text fw={600} className="nums" component="dd" m={0}>{value}</Text>
        </div>
      ))}
    </dl>
  );
}

function Windows({ pacing }: { pacing: PacingView }) {
  const { t } = useTranslation();
  if (pacing.windows.length === 0) return null;
  return (
    <Stack gap={2} role="group" aria-label={t('pacing.windows')}>
      {pacing.windows.map((window) => (
        <Text key={`${window.window} ${window.limit}`} size="sm" fw={window.window === pacing.window ? 600 : undefined}>
          {t('pacing.use', { window: window.window, aim: SHARE.format(window.aim), limit: SHARE.format(window.limit) })}
        </Text>
      ))}
    </Stack>
  );
}
