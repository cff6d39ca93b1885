// Skills with their levels, one in a row.
import { ActionIcon, Autocomplete, Button, Group, NumberInput, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { LEVEL_MAX, type SkillNeed } from '@/lib/queue-records';

interface Props {
  label: string;
  /** Names to choose from; others can be typed. */
  known: string[];
  value: SkillNeed[];
  onChange: (skills: SkillNeed[]) => void;
}

export function SkillsInput({ label, known, value, onChange }: Props) {
  const { t } = useTranslation();
  const change = (index: number, part: Partial<SkillNeed>) => onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Stack gap="xs" role="group" aria-label={label}>
      {value.map((need, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a skill's name changes while it is typed
        <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
          <Autocomplete className="grow" maw={280} label={t('skills.name')} data={known} maxLength={40} value={need.skill} onChange={(skill) => change(index, { skill })} />
          <NumberInput label={t('skills.level')} min={1} max={LEVEL_MAX} allowDecimal={false} w={90} value={need.level} onChange={(level) => change(index, { level: Number(level) })} />
          <ActionIcon variant="default" mb={4} aria-label={t('skills.remove', { name: need.skill })} onClick={() => onChange(value.filter((_, at) => at !== index))}><Icon name="trash" /></ActionIcon>
        </Group>
      ))}
      <Group><Button variant="default" leftSection={<Icon name="plus" />} onClick={() => onChange([...value, { skill: '', level: 1 }])}>{t('skills.add')}</Button></Group>
    </Stack>
  );
}
