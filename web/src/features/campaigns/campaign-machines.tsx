// Whether answering machines are detected, what becomes of them, and how well the detector does.
import { Card, Checkbox, NumberInput, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Part } from '@/features/campaigns/campaign-sections';
import { useRowsOf } from '@/lib/crud';
import type { DetectorTest, Listening, Machines as Asked, Prompt } from '@/lib/records';

const HOUR_S = 3600;
const ACTIONS = ['hang_up', 'message'] as const;

export function Machines({ edit: { campaign }, set }: Part) {
  const { t } = useTranslation();
  const prompts = useRowsOf<Prompt>('/api/prompts').data ?? [];
  const { machines } = campaign;
  const change = (more: Partial<Asked>) => set({ machines: { ...machines, ...more } });
  const hears = machines.action === 'message';
  return (
    <Card withBorder component="section" aria-label={t('machines.title')}>
      <Stack gap="sm">
        <Title order={2} size="h4">{t('machines.title')}</Title>
        <Checkbox label={t('machines.detection')} description={t('machines.detectionText')} checked={machines.detection} onChange={(event) => change({ detection: event.currentTarget.checked })} />
        {machines.detection && (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <Select label={t('machines.action')} data={ACTIONS.map((action) => ({ value: action, label: t(`machines.actions.${action}`) }))} value={machines.action} onChange={(action) => action !== null && change({ action: action as Asked['action'] })} allowDeselect={false} />
              {hears && <Select label={t('machines.prompt')} data={prompts.map((prompt) => ({ value: prompt.media, label: prompt.name }))} value={machines.message_prompt} onChange={(media) => change({ message_prompt: media })} required clearable clearButtonProps={{ 'aria-label': t('common.clear') }} nothingFoundMessage={t('campaigns.noPrompts')} />}
              <NumberInput label={t('machines.again')} description={t('machines.againText')} min={0} max={72} value={machines.again_s / HOUR_S} onChange={(value) => change({ again_s: Number(value) * HOUR_S })} />
              <NumberInput label={t('machines.check')} description={t('machines.checkText')} min={0} max={1000} allowDecimal={false} value={machines.check_every} onChange={(value) => change({ check_every: Number(value) })} />
            </SimpleGrid>
            <Ear listening={machines.listening} wait={campaign.answer_wait_max_s} set={(more) => change({ listening: { ...machines.listening, ...more } })} />
            <Test test={machines.test} set={(more) => change({ test: { ...machines.test, ...more } })} />
          </>
        )}
      </Stack>
    </Card>
  );
}

function Ear({ listening, wait, set }: { listening: Listening; wait: number; set: (more: Partial<Listening>) => void }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NumberInput label={t('machines.analysis')} description={t('machines.analysisText', { wait })} suffix=" s" min={0.5} max={10} step={0.1} decimalScale={2} value={listening.analysis_max_s} onChange={(value) => set({ analysis_max_s: Number(value) })} />
      <NumberInput label={t('machines.greeting')} suffix=" s" min={0.3} max={10} step={0.1} decimalScale={2} value={listening.greeting_max_s} onChange={(value) => set({ greeting_max_s: Number(value) })} />
      <NumberInput label={t('machines.silence')} suffix=" s" min={0.2} max={2} step={0.1} decimalScale={2} value={listening.silence_s} onChange={(value) => set({ silence_s: Number(value) })} />
      <NumberInput label={t('machines.words')} min={1} max={20} allowDecimal={false} value={listening.words_max} onChange={(value) => set({ words_max: Number(value) })} />
    </SimpleGrid>
  );
}

function Test({ test, set }: { test: DetectorTest; set: (more: Partial<DetectorTest>) => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="group" aria-label={t('machines.test')}>
      <Title order={3} size="h5">{t('machines.test')}</Title>
      <Text size="sm" c="dimmed">{t(test.calls === 0 ? 'machines.untested' : 'machines.tested')}</Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <NumberInput label={t('machines.calls')} min={0} max={100000} allowDecimal={false} value={test.calls} onChange={(value) => set({ calls: Number(value) })} />
        <NumberInput label={t('machines.people')} min={0} max={test.calls} allowDecimal={false} value={test.people} onChange={(value) => set({ people: Number(value) })} />
        <TextInput label={t('machines.on')} type="date" required={test.calls > 0} value={test.on} onChange={(event) => set({ on: event.currentTarget.value })} />
      </SimpleGrid>
      <TextInput label={t('machines.note')} description={t('machines.noteText')} maxLength={500} required={test.calls > 0} value={test.note} onChange={(event) => set({ note: event.currentTarget.value })} />
    </Stack>
  );
}
