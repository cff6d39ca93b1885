import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/notify';
import { api } from '@/lib/api';
import i18n from '@/lib/i18n';
import type { Campaign, CampaignRow, CampaignStatus, ListRole, RunRow } from '@/lib/records';

export interface CampaignEdit {
  campaign: Campaign;
  status: CampaignStatus;
  lists: { list_id: number; role: ListRole }[];
}

const KEY = ['/api/campaigns'];

export function useCampaign(id: number | null) {
  return useQuery({ queryKey: [...KEY, id], queryFn: () => api.get<CampaignRow>(`/api/campaigns/${id}`), enabled: id !== null, staleTime: 0 });
}

export function useSaveCampaign() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (edit: CampaignEdit) =>
      edit.campaign.campaign_id === 0
        ? api.post<CampaignRow>('/api/campaigns', edit)
        : api.put<CampaignRow>(`/api/campaigns/${edit.campaign.campaign_id}`, edit),
    onSuccess: () => {
      done(i18n.t('common.saved'));
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function useDeleteCampaign() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.delete<void>(`/api/campaigns/${id}`),
    onError: failed,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useStart() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.post<RunRow>(`/api/campaigns/${id}/start`),
    onError: failed,
    onSuccess: (run) => {
      done(i18n.t('campaigns.started', { name: run.campaign_name }));
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export type RunOrder = 'pause' | 'unpause' | 'remove';

export function useRunOrder() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ runId, order }: { runId: number; order: RunOrder }) => api.post<RunRow>(`/api/runs/${runId}/${order}`),
    onError: failed,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
