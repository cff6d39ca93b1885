// What the page of recordings asks of the server; the same names as `src/busyhour/service/recording_records.py`.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { failed } from '@/components/notify';
import { api } from '@/lib/api';
import { usePages } from '@/lib/crud';
import type { RecordingPolicy } from '@/lib/views';

export interface RecordingFilters {
  call?: string | null;
  queue_id?: number | null;
  agent_id?: number | null;
  number?: string | null;
  from_utc_s?: number | null;
  until_utc_s?: number | null;
}

/** Nothing was recorded here. */
export interface Mark {
  at_s: number;
  kind: 'hold' | 'pause';
  missing_s: number;
}

export interface RecordingRow {
  recording: string;
  call: string;
  number: string | null;
  agent_id: number | null;
  agent_name: string | null;
  campaign_name: string | null;
  queue_name: string | null;
  why: string;
  fault: string;
  began_utc_s: number;
  ended_utc_s: number | null;
  state: 'open' | 'ended' | 'kept' | 'lost' | 'erasing' | 'erased';
  length_s: number | null;
  size_bytes: number | null;
  marks: Mark[];
  held: boolean;
}

export interface Peaks {
  customer: number[];
  agent: number[];
}

export interface RecordingRule {
  recording: RecordingPolicy;
  recording_days: number;
}

const KEY = ['recordings'];
const RULE = '/api/recordings/rule';

export function useRecordings(filters: RecordingFilters) {
  return usePages<RecordingRow>('recordings', filters);
}

export function usePeaks(recording: string) {
  return useQuery({ queryKey: ['peaks', recording], queryFn: () => api.get<Peaks>(`${pathOf(recording)}/peaks`), staleTime: Infinity });
}

export function useRule() {
  return useQuery({ queryKey: [RULE], queryFn: () => api.get<RecordingRule>(RULE) });
}

export function useSetRule() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (rule: RecordingRule) => api.put<RecordingRule>(RULE, rule), onSuccess: (rule) => client.setQueryData([RULE], rule) });
}

export function useHold() {
  return useChange((row: RecordingRow) => api.put<unknown>(`${pathOf(row.recording)}/held`, { held: !row.held }));
}

export function useErase() {
  return useChange((row: RecordingRow) => api.delete<unknown>(pathOf(row.recording)));
}

function useChange(change: (row: RecordingRow) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onError: failed, onSettled: () => client.invalidateQueries({ queryKey: KEY }) });
}

export const pathOf = (recording: string) => `/api/recordings/${recording}`;
