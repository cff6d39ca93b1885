// One recording: its player, what is missing of it, and what may be done with it.
import { Alert, Button, Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { known, Pairs, type Pair } from '@/components/pairs';
import { Player } from '@/features/recordings/player';
import { pathOf, useErase, useHold, type RecordingRow } from '@/features/recordings/recordings-api';
import { clock, dateTime, phone } from '@/lib/format';
import { useAllowed } from '@/lib/session';

export function RecordingDrawer({ row, onClose }: { row: RecordingRow | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={row !== null} onClose={onClose} position="right" size="xl" title={t('recordings.one')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {row !== null && <Details row={row} onGone={onClose} />}
    </Drawer>
  );
}

function Details({ row, onGone }: { row: RecordingRow; onGone: () => void }) {
  const { t } = useTranslation();
  const allowed = useAllowed();
  const { mutate: erase, isPending: erasing } = useErase();
  const { mutate: hold, isPending: holding } = useHold();
  const kept = row.state === 'kept';
  const rows: Pair[] = [
    [t('attempt.number'), row.number === null || row.number === '' ? t('caller.withheld') : phone(row.number)],
    [t('attempt.agent'), row.agent_name ?? ''],
    [t('caller.queue'), row.queue_name ?? ''],
    [t('nav.campaigns'), row.campaign_name ?? ''],
    [t('recordings.began'), dateTime(row.began_utc_s)],
    [t('recordings.why'), row.why],
    [t('attempt.id'), row.call],
  ];
  return (
    <Stack>
      {row.fault !== '' && <Alert color="orange" title={t('recordings.fault')}>{row.fault}</Alert>}
      {row.held && <Alert color="blue">{t('recordings.heldText')}</Alert>}
      {kept && allowed('recordings:listen') ? <Player key={row.recording} row={row} /> : <Text>{t(`recordings.stateText.${row.state}`)}</Text>}
      {row.marks.length > 0 && (
        <Table aria-label={t('recordings.missing')}>
          <Table.Tbody>
            {row.marks.map((mark) => (
              <Table.Tr key={`${mark.at_s} ${mark.kind}`}>
                <Table.Th scope="row" className="nums">{clock(mark.at_s)}</Table.Th>
                <Table.Td>{t(`recordings.mark.${mark.kind}`)}</Table.Td>
                <Table.Td ta="right" className="nums">{clock(mark.missing_s)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Pairs rows={known(rows)} framed />
      <Group>
        {kept && allowed('recordings:download') && <Button component="a" href={`${pathOf(row.recording)}/file`} download variant="default">{t('recordings.download')}</Button>}
        {allowed('recordings:delete') && <Button variant="default" loading={holding} onClick={() => hold(row)}>{t(row.held ? 'recordings.release' : 'recordings.hold')}</Button>}
        {kept && !row.held && allowed('recordings:delete') && (
          <ConfirmButton variant="light" color="red" label={t('recordings.erase')} question={t('recordings.eraseText')} loading={erasing} onConfirm={() => { erase(row); onGone(); }} />
        )}
      </Group>
    </Stack>
  );
}
