// From a file to contacts in three steps: choose, look, import. Nothing is stored before the last step.
import { Stack, Stepper } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ErrorNote } from '@/components/error-note';
import { Loaded, Page } from '@/components/page';
import { FileDrop } from '@/features/lists/file-drop';
import { ImportPreview } from '@/features/lists/import-preview';
import { ImportProgress } from '@/features/lists/import-progress';
import { previewImport, startImport, useList, type Preview, type Reading } from '@/features/lists/lists-api';
import type { ContactList } from '@/lib/records';

export default function ImportPage() {
  const list = useList(Number(useParams().id));
  return <Loaded query={list}>{(found) => <Wizard key={found.list_id} list={found} />}</Loaded>;
}

function Wizard({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [reading, setReading] = useState<Partial<Reading>>({});
  const [preview, setPreview] = useState<Preview | null>(null);
  const [importId, setImportId] = useState<number | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);

  async function attempt(act: () => Promise<void>) {
    setError(null);
    setSent(0);
    try {
      await act();
    } catch (fault) {
      setError(fault);
    }
    setSent(null);
  }

  function look(chosen: File, as: Partial<Reading>) {
    setFile(chosen);
    setReading(as);
    void attempt(async () => setPreview(await previewImport(chosen, as, setSent)));
  }

  function start() {
    if (file === null) return;
    void attempt(async () => setImportId((await startImport(list.list_id, file, reading, setSent)).import_id));
  }

  function again() {
    setFile(null);
    setPreview(null);
    setImportId(null);
    setReading({});
  }

  const step = importId !== null ? 2 : preview !== null ? 1 : 0;
  return (
    <Page title={t('import.title', { list: list.name })}>
      <Stepper active={step} size="sm" allowNextStepsSelect={false}>
        <Stepper.Step label={t('import.choose')} />
        <Stepper.Step label={t('import.look')} />
        <Stepper.Step label={t('import.import')} />
      </Stepper>
      <Stack>
        <ErrorNote error={error} />
        {step === 0 && <FileDrop sent={sent} onFile={(chosen) => look(chosen, {})} />}
        {step === 1 && preview !== null && file !== null && (
          <ImportPreview preview={preview} file={file} sent={sent} onReading={(change) => look(file, { ...reading, ...change })} onStart={start} onBack={again} />
        )}
        {importId !== null && <ImportProgress id={importId} list={list} again={again} />}
      </Stack>
    </Page>
  );
}
