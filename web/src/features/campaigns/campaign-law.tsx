// Which law holds for a campaign, and a limit of its own on abandoned calls.
import { Anchor, Card, NumberInput, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Part } from '@/features/campaigns/campaign-sections';
import { useRowsOf } from '@/lib/crud';
import { useAllowed } from '@/lib/session';
import type { Preset, Prompt } from '@/lib/records';

const HOUR_S = 3600;
const YEAR_DAYS = 365;

export function Law({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const presets = useRowsOf<Preset>('/api/compliance/presets').data ?? [];
  const prompts = useRowsOf<Prompt>('/api/prompts').data ?? [];
  const own = campaign.compliance;
  const chosen = presets.find((preset) => preset.key === own.preset);
  const change = (more: Partial<typeof own>) => set({ compliance: { ...own, ...more } });
  return (
    <Card withBorder component="section" aria-label={t('law.title')}>
      <Stack gap="sm">
        <Title order={2} size="h4">{t('law.title')}</Title>
        <Select label={t('law.preset')} description={t('law.presetText')} data={presets.map((preset) => ({ value: preset.key, label: preset.name }))} value={own.preset} onChange={(preset) => preset !== null && change({ preset })} allowDeselect={false} />
        {chosen !== undefined && <Text size="sm" c="dimmed">{t('law.asks', { ring: chosen.ring_min_s, wait: chosen.wait_max_s })}{chosen.abandoned_again_s > 0 && ` ${t('law.asksAgain', { again: chosen.abandoned_again_s / HOUR_S })}`}</Text>}
        {chosen !== undefined && <Text size="sm" c="dimmed">{chosen.source}</Text>}
        {chosen !== undefined && <Kept days={chosen.kept_days} campaign={campaign.campaign_id} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberInput
            label={t('law.limit')}
            description={t('law.limitText')}
            suffix=" %"
            min={0}
            max={100}
            decimalScale={2}
            value={own.limit === null ? '' : own.limit * 100}
            onChange={(value) => change({ limit: value === '' ? null : Number((Number(value) / 100).toFixed(4)) })}
          />
          <NumberInput label={t('law.hours')} min={1} max={30 * 24} allowDecimal={false} disabled={own.limit === null} value={own.window_s / HOUR_S} onChange={(value) => change({ window_s: Number(value) * HOUR_S })} />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t('law.key')} description={t('law.keyText')} maxLength={1} required={chosen?.opt_out_key === true} value={own.opt_out_key} onChange={(event) => change({ opt_out_key: event.currentTarget.value })} />
          <Select label={t('law.keyPrompt')} description={t('law.keyPromptText')} data={prompts.map((prompt) => ({ value: prompt.media, label: prompt.name }))} value={own.opt_out_prompt} onChange={(media) => change({ opt_out_prompt: media })} clearable clearButtonProps={{ 'aria-label': t('common.clear') }} nothingFoundMessage={t('campaigns.noPrompts')} />
        </SimpleGrid>
      </Stack>
    </Card>
  );
}

function Kept({ days, campaign }: { days: number; campaign: number }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  return (
    <Text size="sm" c="dimmed">
      {days > 0 && `${t('law.kept', { count: days / YEAR_DAYS })} `}{t('law.never')}
      {campaign > 0 && allowed('reports:read') && <>{' '}<Anchor underline="always" href={`/api/compliance/export?format=csv&campaign_id=${campaign}`} download>{t('law.export')}</Anchor></>}
    </Text>
  );
}
