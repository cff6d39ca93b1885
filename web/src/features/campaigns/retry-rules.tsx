// Retry rules: tried in order, the first that fits wins.
import { ActionIcon, Button, Group, NumberInput, Select, Table, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { moved } from '@/features/campaigns/campaign-draft';
import { OUTCOMES, type RetryMode, type RetryRule } from '@/lib/records';

const FRESH: RetryRule = { outcome: 'NO_ANSWER', disposition: null, max_attempts: 2, delay_s: 300, mode: 'fixed' };

export function RetryRules({ rules, onChange }: { rules: RetryRule[]; onChange: (rules: RetryRule[]) => void }) {
  const { t } = useTranslation();
  const change = (index: number, rule: Partial<RetryRule>) => onChange(rules.map((one, at) => (at === index ? { ...one, ...rule } : one)));
  const outcomes = OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }));
  return (
    <>
      <Text size="sm" c="dimmed">{t('retry.text')}</Text>
      {rules.length > 0 && (
        <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': t('campaigns.retries') } }}>
          <Table verticalSpacing={4} aria-label={t('campaigns.retries')}>
            <Table.Thead>
              <Table.Tr>
                {['outcome', 'disposition', 'attempts', 'delay', 'mode', 'order'].map((key) => <Table.Th key={key}>{t(`retry.${key}`)}</Table.Th>)}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rules.map((rule, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- a rule has no name but its place
                <Table.Tr key={index}>
                  <Table.Td><Select aria-label={t('retry.outcome')} data={outcomes} value={rule.outcome} onChange={(outcome) => outcome !== null && change(index, { outcome })} allowDeselect={false} w={170} /></Table.Td>
                  <Table.Td><TextInput aria-label={t('retry.disposition')} placeholder={t('retry.any')} value={rule.disposition ?? ''} onChange={(event) => change(index, { disposition: event.currentTarget.value || null })} w={110} /></Table.Td>
                  <Table.Td><NumberInput aria-label={t('retry.attempts')} min={1} max={100} value={rule.max_attempts} onChange={(value) => change(index, { max_attempts: Number(value) })} w={80} /></Table.Td>
                  <Table.Td><NumberInput aria-label={t('retry.delay')} min={0} value={rule.delay_s} onChange={(value) => change(index, { delay_s: Number(value) })} w={100} /></Table.Td>
                  <Table.Td><Select aria-label={t('retry.mode')} data={['fixed', 'multi'].map((value) => ({ value, label: t(`retryMode.${value}`) }))} value={rule.mode} onChange={(mode) => mode !== null && change(index, { mode: mode as RetryMode })} allowDeselect={false} w={140} /></Table.Td>
                  <Table.Td>
                    <Group gap={4} wrap="nowrap">
                      <ActionIcon variant="default" aria-label={t('retry.up', { number: index + 1 })} disabled={index === 0} onClick={() => onChange(moved(rules, index, -1))}><Icon name="up" /></ActionIcon>
                      <ActionIcon variant="default" aria-label={t('retry.down', { number: index + 1 })} disabled={index === rules.length - 1} onClick={() => onChange(moved(rules, index, 1))}><Icon name="down" /></ActionIcon>
                      <ActionIcon variant="default" aria-label={t('retry.delete', { number: index + 1 })} onClick={() => onChange(rules.filter((_, at) => at !== index))}><Icon name="trash" /></ActionIcon>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => onChange([...rules, FRESH])}>{t('retry.add')}</Button></Group>
    </>
  );
}
