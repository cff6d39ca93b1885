// How a campaign with agents paces its calls, beside the limits that hold for all dial modes.
import { Checkbox, NumberInput, Radio, SimpleGrid, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Campaign, FirstLeg, Pacing } from '@/lib/records';

const FIRST_LEGS: FirstLeg[] = ['customer', 'agent'];

export function PacingInput({ campaign, set }: { campaign: Campaign; set: (change: Partial<Campaign>) => void }) {
  const { t } = useTranslation();
  const { dial_mode: mode, pacing } = campaign;
  const change = (more: Partial<Pacing>) => set({ pacing: { ...pacing, ...more } });
  if (mode !== 'progressive' && mode !== 'ratio' && mode !== 'predictive') return null;
  return (
    <Stack gap="sm">
      {mode === 'ratio' && <NumberInput label={t('campaignPacing.ratio')} description={t('campaignPacing.ratioText')} min={0.1} max={20} step={0.1} decimalScale={2} value={pacing.ratio} onChange={(value) => change({ ratio: Number(value) })} />}
      {mode === 'progressive' && (
        <Radio.Group label={t('campaignPacing.first')} value={pacing.first_leg} onChange={(leg) => change({ first_leg: leg as FirstLeg })}>
          <Stack gap="xs" mt={4}>
            {FIRST_LEGS.map((leg) => <Radio key={leg} value={leg} label={t(`campaignPacing.firstLeg.${leg}`)} />)}
          </Stack>
        </Radio.Group>
      )}
      {mode !== 'progressive' && (
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput label={t('campaignPacing.waiting')} description={t('campaignPacing.waitingText')} min={0} max={1000} allowDecimal={false} value={pacing.waiting_max ?? ''} onChange={(value) => change({ waiting_max: value === '' ? null : Number(value) })} />
          <NumberInput label={t('campaignPacing.atOnce')} description={t('common.zeroNoLimit')} min={0} max={1000} allowDecimal={false} value={pacing.at_once_max} onChange={(value) => change({ at_once_max: Number(value) })} />
          <NumberInput label={t('campaignPacing.perAgent')} description={t('common.zeroNoLimit')} min={0} max={100} decimalScale={1} value={pacing.per_agent_max} onChange={(value) => change({ per_agent_max: Number(value) })} />
          <NumberInput label={t('campaignPacing.correction')} description={t('campaignPacing.correctionText')} suffix=" %" min={25} max={400} decimalScale={1} value={pacing.correction} onChange={(value) => change({ correction: Number(value) })} />
        </SimpleGrid>
      )}
      {mode === 'predictive' && (
        <>
          <Checkbox label={t('campaignPacing.lateCancel')} description={t('campaignPacing.lateCancelText')} checked={pacing.late_cancel} onChange={(event) => change({ late_cancel: event.currentTarget.checked })} />
          <Checkbox label={t('campaignPacing.chances')} description={t('campaignPacing.chancesText')} checked={pacing.chances} onChange={(event) => change({ chances: event.currentTarget.checked })} />
        </>
      )}
    </Stack>
  );
}
