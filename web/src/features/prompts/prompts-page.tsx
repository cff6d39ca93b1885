// Prompts: what callers and callees hear, spoken texts and sounds that somebody recorded.
import { Button, FileInput, Group, Progress, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { FormModal } from '@/components/form-modal';
import { done } from '@/components/notify';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { upload } from '@/lib/api';
import { useAllowed } from '@/lib/session';
import { useRemove, useRowsOf, useSave } from '@/lib/crud';
import { span } from '@/lib/format';
import type { Prompt } from '@/lib/records';

export default function PromptsPage() {
  const { t } = useTranslation();
  const prompts = useRowsOf<Prompt>('/api/prompts');
  const remove = useRemove('/api/prompts');
  const writes = useAllowed()('prompts:write');
  const [making, setMaking] = useState<'text' | 'file' | null>(null);
  const add = writes ? (
    <Group gap="xs">
      <Button variant="default" onClick={() => setMaking('file')}>{t('prompts.upload')}</Button>
      <Button onClick={() => setMaking('text')}>{t('prompts.create')}</Button>
    </Group>
  ) : undefined;
  const close = () => setMaking(null);
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
                { title: t('prompts.language'), cell: (prompt) => prompt.language || t('prompts.file') },
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
      {making === 'text' && <PromptForm onClose={close} />}
      {making === 'file' && <FileForm onClose={close} />}
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
      <Select label={t('prompts.speech')} data={languages} value={form.language} onChange={(language) => language !== null && set({ language })} allowDeselect={false} />
      <Textarea label={t('prompts.spoken')} description={t('prompts.spokenText')} required autosize minRows={3} maxRows={10} maxLength={TEXT_MAX} value={form.text} onChange={(event) => set({ text: event.currentTarget.value })} />
    </FormModal>
  );
}

function FileForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState<{ file: File | null; name: string; text: string }>({ file: null, name: '', text: '' });
  const send = useSendSound();
  const set = (change: Partial<typeof form>) => setForm((old) => ({ ...old, ...change }));
  function choose(file: File | null) {
    send.reset();
    set({ file, name: form.name || (file?.name.replace(/\.[^.]*$/, '') ?? '') });
  }
  function submit() {
    if (form.file !== null) send.mutate({ ...form, file: form.file }, { onSuccess: onClose });
  }
  return (
    <FormModal title={t('prompts.upload')} opened error={send.error} busy={send.isPending} onClose={onClose} onSubmit={submit}>
      <FileInput label={t('prompts.sound')} description={t('prompts.soundText')} placeholder={t('prompts.choose')} accept="audio/*,.wav,.mp3,.flac,.ogg,.aiff,.aif" required clearable clearButtonProps={{ 'aria-label': t('common.clear') }} data-autofocus value={form.file} onChange={choose} />
      <TextInput label={t('common.name')} required value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <Textarea label={t('prompts.said')} description={t('prompts.saidText')} autosize minRows={2} maxRows={8} maxLength={TEXT_MAX} value={form.text} onChange={(event) => set({ text: event.currentTarget.value })} />
      {send.isPending && <Progress value={send.sent * 100} animated={send.sent === 1} aria-label={t('prompts.sending')} />}
      {send.isPending && send.sent === 1 && <Text size="sm" c="dimmed">{t('prompts.making')}</Text>}
    </FormModal>
  );
}

/** `sent`: the part of the file that is there, 0 to 1; making it what is played comes after. */
function useSendSound() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [sent, setSent] = useState(0);
  const sending = useMutation({
    mutationFn: ({ file, name, text }: { file: File; name: string; text: string }) => {
      const form = new FormData();
      form.set('name', name);
      form.set('text', text);
      form.set('file', file);
      setSent(0);
      return upload<Prompt>('/api/prompts/file', form, setSent);
    },
    onSuccess: () => {
      done(t('common.saved'));
      return client.invalidateQueries({ queryKey: ['/api/prompts'] });
    },
  });
  return { ...sending, sent };
}
