// A place to drop a file on, with a button for those who do not drag.
import { FileButton, Button, Progress, Stack, Text } from '@mantine/core';
import { useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';

const ACCEPT = '.csv,.tsv,.txt,.xlsx,.xls,.ods';

export function FileDrop({ sent, onFile }: { sent: number | null; onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the button inside does the same
    <div
      className="dropzone"
      role="group"
      aria-label={t('import.choose')}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack align="center" gap="xs">
        <Text size="lg">{t('import.drop')}</Text>
        <FileButton accept={ACCEPT} onChange={(file) => file !== null && onFile(file)} inputProps={{ 'aria-label': t('import.file') }}>
          {(props) => <Button {...props} loading={sent !== null}>{t('import.button')}</Button>}
        </FileButton>
        <Text size="sm" c="dimmed" maw={640}>{t('import.formats')}</Text>
        {sent !== null && <Progress value={sent * 100} w={300} maw="100%" aria-label={t('import.uploading')} />}
      </Stack>
    </div>
  );
}
