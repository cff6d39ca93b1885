// One of the prompts, or none.
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRowsOf } from '@/lib/crud';
import type { Prompt } from '@/lib/records';

interface Props {
  label: string;
  text?: string;
  value: string | null;
  /** What is heard when none is chosen; nothing, else. */
  none?: string;
  required?: boolean;
  onChange: (media: string | null) => void;
}

export function PromptSelect({ label, text, value, none, required = false, onChange }: Props) {
  const { t } = useTranslation();
  const prompts = useRowsOf<Prompt>('/api/prompts').data ?? [];
  return (
    <Select
      label={label}
      description={text}
      data={prompts.map((prompt) => ({ value: prompt.media, label: prompt.name }))}
      value={value}
      onChange={onChange}
      required={required}
      clearable={!required}
      clearButtonProps={{ 'aria-label': t('common.clear') }}
      placeholder={required ? undefined : none ?? t('prompts.silent')}
      nothingFoundMessage={t('campaigns.noPrompts')}
    />
  );
}
