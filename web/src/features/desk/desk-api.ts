// What the desk asks of the server. What happens then comes back by the feed.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { failed } from '@/components/notify';
import type { SipAccess } from '@/features/desk/phone/phone';
import { api, getRows } from '@/lib/api';
import type { DeskCaller, DeskDestinations } from '@/lib/queue-records';
import type { Agent, AttemptRow, Contact, Disposition, PauseReason, PreviewEnd } from '@/lib/records';
import type { RecordWish, TriedView } from '@/lib/views';

export interface Desk {
  agent: Agent;
  sip: SipAccess;
  pause_reasons: PauseReason[];
  dispositions: Disposition[];
}

export interface ContactInHand {
  contact: Contact;
  history: AttemptRow[];
  campaign: { name: string; skip_reasons: string[]; preview_timeout_action: PreviewEnd } & Record<string, unknown>;
  dispositions: Disposition[];
}

/** Each answer carries a secret that replaces the last one: it is fetched once per load, and kept in memory only. */
export function useDesk() {
  return useQuery({
    queryKey: ['desk'],
    queryFn: () => api.get<Desk>('/api/desk'),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
    retry: 8,
  });
}

export function freshSip(): Promise<SipAccess> {
  return api.post<SipAccess | { sip: SipAccess }>('/api/desk/sip').then((answer) => ('sip' in answer ? answer.sip : answer));
}

export function useContactInHand(call: string | null) {
  return useQuery({
    queryKey: ['desk', 'contact', call],
    queryFn: () => api.get<ContactInHand>('/api/desk/contact'),
    enabled: call !== null,
    staleTime: Infinity,
  });
}

/** Who called, and their earlier calls. */
export function useCallerInHand(call: string | null) {
  return useQuery({
    queryKey: ['desk', 'caller', call],
    queryFn: () => api.get<DeskCaller>('/api/desk/caller'),
    enabled: call !== null,
    staleTime: Infinity,
  });
}

/** Where a caller can be sent, asked for when that is about to be done. */
export function useDestinations() {
  return useQuery({ queryKey: ['desk', 'destinations'], queryFn: () => api.get<DeskDestinations>('/api/desk/destinations'), staleTime: 0, refetchInterval: 5_000 });
}

/** A refusal is shown in the form, not as a notice. `done` is called even if the caller has left the desk by then. */
export function useTransfer(done: () => void) {
  return useMutation({ mutationFn: (to: { kind: 'queue' | 'agent' | 'number'; target: string; note: string }) => api.post<unknown>('/api/desk/transfer', to), onSuccess: done });
}

/** Of the talk that is going on. What came of it comes back by the feed. */
export function useRecord() {
  return useMutation({ mutationFn: (wish: RecordWish) => api.post<unknown>('/api/desk/recording', { wish }), onError: failed });
}

/** Asks somebody first; the customer waits. A refusal is shown in the form. */
export function useConsult(done: () => void) {
  return useMutation({ mutationFn: (to: { kind: 'queue' | 'agent' | 'number'; target: string; note: string }) => api.post<unknown>('/api/desk/consult', to), onSuccess: done });
}

export interface Parked {
  slot: number;
  call: string;
  number: string;
  name: string;
  parked_by: string;
  until_utc_s: number;
  mine: boolean;
}

/** All agents' parked customers. The desk's own feed does not tell of others' calls, so it is asked for. */
export function useParked() {
  return useQuery({ queryKey: ['desk', 'parked'], queryFn: () => getRows<Parked>('/api/desk/parked'), staleTime: 0, refetchInterval: 3_000 });
}

export function usePickUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (slot: number) => api.post<unknown>('/api/desk/parked/pickup', { slot }),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: ['desk', 'parked'] }),
  });
}

export type ConsultStep = 'swap' | 'complete' | 'conference' | 'leave' | 'cancel';
export type Order = 'ready' | 'logoff' | 'hangup' | 'hold' | 'resume' | 'wrapup/end' | 'park' | `consult/${ConsultStep}`;

export function useOrder() {
  return useMutation({ mutationFn: (order: Order) => api.post<unknown>(`/api/desk/${order}`), onError: failed });
}

export function usePause() {
  return useMutation({ mutationFn: (reason: string) => api.post<unknown>('/api/desk/pause', { reason }), onError: failed });
}

export function usePreviewDial() {
  return useMutation({ mutationFn: (dial: { call: string; number?: string }) => api.post<unknown>('/api/desk/preview/dial', dial), onError: failed });
}

export function usePreviewSkip() {
  return useMutation({ mutationFn: (skip: { call: string; reason: string }) => api.post<unknown>('/api/desk/preview/skip', skip), onError: failed });
}

export interface DialChoice {
  may_dial: boolean;
  campaigns: { campaign_id: number; name: string; run_id: number; state: string }[];
}

/** Asked again when the agent's campaigns change. */
export function useDialChoice(campaignIds: number[]) {
  return useQuery({ queryKey: ['desk', 'dial', campaignIds], queryFn: () => api.get<DialChoice>('/api/desk/dial') });
}

/** A refusal is shown beside the number, not as a notice. */
export function useDialByHand() {
  return useMutation({ mutationFn: (dial: { campaign_id: number; number: string; contact_id?: number }) => api.post<unknown>('/api/desk/dial', dial) });
}

/** Whom the agent tried last, with all their numbers. */
export function useTriedContact(tried: TriedView) {
  return useQuery({ queryKey: ['desk', 'tried', tried.contact_id, tried.at_utc_s], queryFn: () => api.get<Contact>('/api/desk/tried'), retry: 1 });
}

export interface Choice {
  call: string;
  disposition: string;
  note: string;
}

export function useDispose() {
  return useMutation({ mutationFn: (choice: Choice) => api.post<unknown>('/api/desk/disposition', choice), onError: failed });
}
