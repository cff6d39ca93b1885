// What an agent may do with a contact before the call, and for how long.
import { NumberInput, Radio, SimpleGrid, Stack, TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Campaign, Preview, PreviewEnd } from '@/lib/records';

const ENDS: PreviewEnd[] = ['give_back', 'dial'];

export function PreviewInput({ campaign, set }: { campaign: Campaign; set: (change: Partial<Campaign>) => void }) {
  const { t } = useTranslation();
  const { dial_mode: mode, preview } = campaign;
  const change = (more: Partial<Preview>) => set({ preview: { ...preview, ...more } });
  if (mode === 'manual') {
    return <TagsInput label={t('campaignPreview.countries')} description={t('campaignPreview.countriesText')} maxTags={50} value={campaign.dial_countries} onChange={(countries) => set({ dial_countries: countries.map((one) => one.toUpperCase()) })} />;
  }
  if (mode !== 'preview') return null;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label={t('campaignPreview.timeout')} min={5} max={3600} allowDecimal={false} value={preview.timeout_s} onChange={(value) => change({ timeout_s: Number(value) })} />
        <TagsInput label={t('campaignPreview.reasons')} description={t('campaignPreview.reasonsText')} maxTags={20} value={preview.skip_reasons} onChange={(skip_reasons) => change({ skip_reasons })} />
      </SimpleGrid>
      <Radio.Group label={t('campaignPreview.then')} value={preview.timeout_action} onChange={(action) => change({ timeout_action: action as PreviewEnd })}>
        <Stack gap="xs" mt={4}>
          {ENDS.map((end) => <Radio key={end} value={end} label={t(`campaignPreview.${end}`)} />)}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
