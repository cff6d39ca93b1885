// Contact lists and imports.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { done, failed } from '@/components/notify';
import { api, getRows, query, upload } from '@/lib/api';
import i18n from '@/lib/i18n';
import type { Contact, ContactList, ImportJob, Page, Reject } from '@/lib/records';

export function useLists() {
  return useQuery({ queryKey: ['lists'], queryFn: () => getRows<ContactList>('/api/lists') });
}

export function useList(id: number) {
  return useQuery({ queryKey: ['lists', id], queryFn: () => api.get<ContactList>(`/api/lists/${id}`) });
}

export function useCreateList() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api.post<ContactList>('/api/lists', { name }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['lists'] }),
  });
}

export function useDeleteList() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => api.delete<void>(`/api/lists/${id}`),
    onError: failed,
    onSuccess: () => {
      done(i18n.t('lists.deleted'));
      return client.invalidateQueries({ queryKey: ['lists'], exact: true });
    },
  });
}

const PAGE_ROWS = 100;

export function contactsOf(listId: number, search: string, cursor: string | null): Promise<Page<Contact>> {
  return api.get(`/api/lists/${listId}/contacts${query({ search, cursor, limit: PAGE_ROWS })}`);
}

export interface Preview {
  format: string;
  delimiter: string | null;
  encoding: string | null;
  columns: (string | { name: string; number?: boolean })[];
  rows: string[][];
  rows_total?: number | null;
  faults: (string | { line?: number; reason?: string; text?: string })[];
}

export interface Reading {
  format: string;
  delimiter: string;
  encoding: string;
}

function formOf(file: File, reading: Partial<Reading>): FormData {
  const form = new FormData();
  form.set('file', file);
  for (const [name, value] of Object.entries(reading)) if (value) form.set(name, value);
  return form;
}

export function previewImport(file: File, reading: Partial<Reading>, progress: (part: number) => void): Promise<Preview> {
  return upload('/api/imports/preview', formOf(file, reading), progress);
}

export function startImport(listId: number, file: File, reading: Partial<Reading>, progress: (part: number) => void): Promise<ImportJob> {
  return upload(`/api/lists/${listId}/imports`, formOf(file, reading), progress);
}

const POLL_MS = 400;

export function useImport(id: number | null) {
  return useQuery({
    queryKey: ['imports', id],
    queryFn: () => api.get<ImportJob>(`/api/imports/${id}`),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? POLL_MS : false),
  });
}

export function useRejects(id: number, enabled: boolean) {
  return useQuery({ queryKey: ['imports', id, 'rejects'], queryFn: () => getRows<Reject>(`/api/imports/${id}/rejects?format=json`), enabled });
}
