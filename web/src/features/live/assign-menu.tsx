// External dispatch by hand: the agents who could take this caller now.
import { Button, Loader, Menu } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failed } from '@/components/notify';
import { api, getRows } from '@/lib/api';
import type { AgentView } from '@/lib/views';

interface Offer {
  call: string;
  agent_ids: number[];
}

export function AssignMenu({ entry, number, queueId, agents }: { entry: string; number: string; queueId: number; agents: Record<string, AgentView> }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const offers = useQuery({ queryKey: ['offers', queueId], queryFn: () => getRows<Offer>(`/api/queues/${queueId}/waiting`), enabled: open, staleTime: 0 });
  const assign = useMutation({ mutationFn: (agent_id: number) => api.post<void>(`/api/callers/${entry}/assign`, { agent_id }), onError: failed });
  const ids = offers.data?.find((one) => one.call === entry)?.agent_ids ?? [];
  return (
    <Menu opened={open} onChange={setOpen}>
      <Menu.Target>
        <Button size="xs" variant="light" loading={assign.isPending} aria-label={`${t('queue.assign')}: ${number}`}>{t('queue.assign')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {offers.isFetching && <Menu.Label><Loader size="xs" aria-label={t('shell.loading')} /></Menu.Label>}
        {ids.map((id) => <Menu.Item key={id} onClick={() => assign.mutate(id)}>{agents[String(id)]?.name ?? id}</Menu.Item>)}
        {!offers.isFetching && ids.length === 0 && <Menu.Label>{t('queue.nobodyFree')}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
