// Trunks: the lines to the telephone network.
import { Badge, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmButton } from '@/components/confirm-button';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { TrunkForm } from '@/features/trunks/trunk-form';
import { useAllowed } from '@/lib/session';
import { useRemove, useRowsOf } from '@/lib/crud';
import { count } from '@/lib/format';
import type { TrunkRow } from '@/lib/records';

export default function TrunksPage() {
  const { t } = useTranslation();
  const trunks = useRowsOf<TrunkRow>('/api/trunks');
  const remove = useRemove('/api/trunks');
  const writes = useAllowed()('trunks:write');
  const [edited, setEdited] = useState<TrunkRow | 'new' | null>(null);
  const add = writes ? <Button onClick={() => setEdited('new')}>{t('trunks.create')}</Button> : undefined;
  return (
    <Page title={t('nav.trunks')} text={t('trunks.text')} actions={add}>
      <Loaded query={trunks}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('trunks.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.trunks')}
              rows={rows}
              id={(trunk) => trunk.trunk_id}
              columns={[
                { title: t('common.name'), cell: (trunk) => <>{trunk.name} {trunk.demo && <Badge tt="none" variant="light">{t('trunks.demo')}</Badge>}</> },
                { title: t('trunks.host'), cell: (trunk) => trunk.host },
                { title: t('trunks.prefix'), cell: (trunk) => trunk.prefix },
                { title: t('trunks.capacity'), cell: (trunk) => count(trunk.capacity), right: true },
                { title: t('trunks.rate'), cell: (trunk) => (trunk.calls_per_s_max === 0 ? t('common.noLimit') : count(trunk.calls_per_s_max)), right: true },
                ...(writes
                  ? [{
                      title: t('common.actions'),
                      cell: (trunk: TrunkRow) => (
                        <Group gap="xs" wrap="nowrap">
                          <Button size="xs" variant="light" onClick={() => setEdited(trunk)} aria-label={`${t('common.edit')}: ${trunk.name}`}>{t('common.edit')}</Button>
                          <ConfirmButton size="xs" variant="subtle" color="red" label={t('common.delete')} what={trunk.name} question={t('trunks.deleteQuestion', { name: trunk.name })} onConfirm={() => remove.mutate(trunk.trunk_id)} />
                        </Group>
                      ),
                    }]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
      {edited !== null && <TrunkForm trunk={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </Page>
  );
}
