// Somebody whom this agent asks while the customer waits: how far it is, and what can be done next. Or who asks them.
import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Since } from '@/components/timer';
import { stepsOf } from '@/features/desk/consult-steps';
import type { DeskActions } from '@/features/desk/use-desk-actions';
import { phone } from '@/lib/format';
import type { ConsultView } from '@/lib/views';

const NUMBER = /^\+\d+$/;

export function ConsultCard({ consult, actions }: { consult: ConsultView; actions: DeskActions }) {
  const { t } = useTranslation();
  const name = NUMBER.test(consult.with_name) ? phone(consult.with_name) : consult.with_name;
  const steps = stepsOf(consult);
  return (
    <Card withBorder padding="lg" component="section" aria-label={t('consult.title')} className="arrives">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div className="grow">
          <Title order={2} size="h4">{t(consult.asker ? 'consult.with' : 'consult.asked', { name })}</Title>
          <Text size="sm" role="status">{t(`consult.${consult.asker ? 'asker' : 'colleague'}.${consult.state}`, { name })}</Text>
          {!consult.asker && consult.customer !== '' && <Text size="sm" c="dimmed">{t('consult.about', { customer: consult.customer })}</Text>}
          {consult.note !== '' && <Text size="sm" className="pre" mt={4}><strong>{t('transfer.note')}:</strong> {consult.note}</Text>}
        </div>
        <Stack gap={6} align="flex-end">
          <Text size="lg" fw={600}><Since utcS={consult.since_utc_s} /></Text>
          <Badge size="lg" tt="none" variant="light" color={consult.state === 'conference' ? 'grape' : consult.state === 'ringing' ? 'yellow' : 'blue'}>{t(`consultState.${consult.state}`)}</Badge>
        </Stack>
      </Group>
      {steps.length > 0 && (
        <Group gap="xs" mt="md" role="group" aria-label={t('consult.controls')}>
          {steps.map(({ step, keys, icon }) => (
            <Button
              key={step}
              size="md"
              variant={step === 'complete' || step === 'leave' ? 'filled' : 'default'}
              leftSection={<Icon name={icon} />}
              onClick={() => actions.consult(step)}
              title={`Ctrl + Shift + ${keys}`}
              aria-keyshortcuts={`Control+Shift+${keys}`}
            >
              {t(step === 'swap' ? (consult.state === 'aside' ? 'consult.toColleague' : 'consult.toCustomer') : `consult.${step}`, { name })}
            </Button>
          ))}
        </Group>
      )}
    </Card>
  );
}
