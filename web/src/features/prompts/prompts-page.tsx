// Prompts: texts that are spoken to the people called.
import { Button, Group, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { FormModal } from '@/components/form-modal';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { useAllowed } from '@/lib/session';
import { useRemove, useRowsOf, useSave } from '@/lib/crud';
import { span } from '@/lib/format';
import type { Prompt } from '@/lib/records';

export default function PromptsPage() {
  const { t } = useTranslation();
  const prompts = useRowsOf<Prompt>('/api/prompts');
  const remove = useRemove('/api/prompts');
  const writes = useAllowed()('prompts:write');
  const [creating, setCreating] = useState(false);
  const add = writes ? <Button onClick={() => setCreating(true)}>{t('prompts.create')}</Button> : undefined;
  return (
    <Page title={t('nav.prompts')} text={t('prompts.text')} actions={add}>
      <Loaded query={prompts}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('prompts.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.prompts')}
              rows={rows}
              id={(prompt) => prompt.prompt_id}
              columns={[
                { title: t('common.name'), cell: (prompt) => prompt.name },
                { title: t('prompts.spoken'), cell: (prompt) => <Text size="sm" lineClamp={3}>{prompt.text}</Text> },
                { title: t('prompts.language'), cell: (prompt) => prompt.language },
                { title: t('prompts.length'), cell: (prompt) => span(prompt.duration_s * 1000), right: true },
                {
                  title: t('common.actions'),
                  cell: (prompt) => (
                    <Group gap="xs" wrap="nowrap">
                      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the text stands beside it */}
                      <audio controls preload="none" src={`/api/prompts/${prompt.prompt_id}/audio`} aria-label={t('prompts.play', { name: prompt.name })} style={{ height: 36, width: 230 }} />
                      {writes && <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={prompt.name} question={t('prompts.deleteQuestion', { name: prompt.name })} onConfirm={() => remove.mutate(prompt.prompt_id)} />}
                    </Group>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {creating && <PromptForm onClose={() => setCreating(false)} />}
    </Page>
  );
}

const TEXT_MAX = 2000;

function PromptForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ name: '', text: '', language: 'en-US' });
  const languages = useRowsOf<string>('/api/prompts/languages').data ?? ['en-US'];
  const save = useSave<typeof form>('/api/prompts');
  const set = (change: Partial<typeof form>) => setForm((old) => ({ ...old, ...change }));
  return (
    <FormModal title={t('prompts.create')} opened error={save.error} busy={save.isPending} onClose={onClose} onSubmit={() => save.mutate({ id: null, body: form }, { onSuccess: onClose })}>
      <TextInput label={t('common.name')} required data-autofocus value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <Select label={t('prompts.language')} data={languages} value={form.language} onChange={(language) => language !== null && set({ language })} allowDeselect={false} />
      <Textarea label={t('prompts.spoken')} description={t('prompts.spokenText')} required autosize minRows={3} maxRows={10} maxLength={TEXT_MAX} value={form.text} onChange={(event) => set({ text: event.currentTarget.value })} />
    </FormModal>
  );
}
