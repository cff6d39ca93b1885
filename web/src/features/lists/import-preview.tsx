// The first rows as they would be read; the way of reading can be changed.
import { Alert, Badge, Button, Card, Group, List, Select, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { numberColumns } from '@/features/lists/number-column';
import type { Preview, Reading } from '@/features/lists/lists-api';
import { bytes, count } from '@/lib/format';

const DELIMITER_NAMES: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };
const DELIMITERS = Object.keys(DELIMITER_NAMES);
const ENCODINGS = ['utf-8', 'utf-8-sig', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'utf-16', 'cp1250', 'cp1251', 'shift_jis', 'gb18030'];
const FORMATS = ['csv', 'native'];
const WORKBOOKS = new Set(['xlsx', 'xls', 'ods']);

interface Props {
  preview: Preview;
  file: File;
  sent: number | null;
  onReading: (change: Partial<Reading>) => void;
  onStart: () => void;
  onBack: () => void;
}

const withOwn = (all: string[], own: string | null) => (own && !all.includes(own) ? [own, ...all] : all);

export function ImportPreview({ preview, file, sent, onReading, onStart, onBack }: Props) {
  const { t } = useTranslation();
  const columns = preview.columns.map((column) => (typeof column === 'string' ? column : column.name));
  return (
    <Stack>
      <Text>
        <strong>{file.name}</strong> · {bytes(file.size)}
        {preview.rows_total != null && ` · ${t('import.lines', { count: preview.rows_total, shown: count(preview.rows_total) })}`}
      </Text>
      <ReadingChoice preview={preview} onReading={onReading} />
      {preview.faults.length > 0 && (
        <Alert color="orange" title={t('import.faults')}>
          <List size="sm">
            {preview.faults.map((fault) => {
              const text = typeof fault === 'string' ? fault : `${fault.line === undefined ? '' : `${t('import.line')} ${fault.line}: `}${fault.reason ?? fault.text ?? ''}`;
              return <List.Item key={text}>{text}</List.Item>;
            })}
          </List>
        </Alert>
      )}
      <Sample columns={columns} rows={preview.rows} />
      <Group>
        <Button onClick={onStart} loading={sent !== null} disabled={preview.rows.length === 0}>{t('import.start')}</Button>
        <Button variant="default" onClick={onBack}>{t('import.other')}</Button>
      </Group>
    </Stack>
  );
}

function ReadingChoice({ preview, onReading }: Pick<Props, 'preview' | 'onReading'>) {
  const { t } = useTranslation();
  const text = !WORKBOOKS.has(preview.format);
  return (
    <Card withBorder padding="sm">
      <Group align="flex-end">
        <Select label={t('import.format')} value={preview.format} data={text ? withOwn(FORMATS, preview.format) : [preview.format]} onChange={(format) => format !== null && onReading({ format, delimiter: '', encoding: '' })} allowDeselect={false} w={160} />
        {text && Boolean(preview.delimiter) && (
          <Select
            label={t('import.delimiter')}
            value={preview.delimiter}
            data={withOwn(DELIMITERS, preview.delimiter).map((value) => ({ value, label: t(`delimiter.${DELIMITER_NAMES[value] ?? value}`, { defaultValue: value }) }))}
            onChange={(delimiter) => delimiter !== null && onReading({ delimiter })}
            allowDeselect={false}
            w={160}
          />
        )}
        {text && Boolean(preview.encoding) && (
          <Select label={t('import.encoding')} value={preview.encoding} data={withOwn(ENCODINGS, preview.encoding)} onChange={(encoding) => encoding !== null && onReading({ encoding })} searchable allowDeselect={false} w={180} />
        )}
        <Text size="sm" c="dimmed">{t('import.detected')}</Text>
      </Group>
    </Card>
  );
}

function Sample({ columns, rows }: { columns: string[]; rows: string[][] }) {
  const { t } = useTranslation();
  const numbers = numberColumns(columns, rows);
  return (
    <Table.ScrollContainer minWidth={500} maxHeight={420} scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': t('import.sample') } }}>
      <Table withTableBorder striped verticalSpacing={4} aria-label={t('import.sample')}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, index) => (
              <Table.Th key={`${index} ${column}`}>
                {column || t('import.column', { number: index + 1 })} {numbers[index] && <Badge size="sm" tt="none" variant="light" color="green">{t('import.number')}</Badge>}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, line) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines of a file have no other name
            <Table.Tr key={line}>
              {columns.map((column, index) => <Table.Td key={`${index} ${column}`}>{row[index] ?? ''}</Table.Td>)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
