// All pages: where they are, who may see them, and the code that is fetched when one is opened.
import type { ComponentType } from 'react';

export interface PageEntry {
  path: string;
  /** Key of its title; null = not in the navigation. */
  title: string | null;
  group: 'work' | 'setup' | null;
  permission: string | null;
  load: () => Promise<{ default: ComponentType }>;
}

/** Shown alone, without the frame around the other pages. */
export const WALLBOARD = '/wallboard';

export const PAGES: readonly PageEntry[] = [
  { path: '/desk', title: 'nav.desk', group: 'work', permission: 'desk:use', load: () => import('@/features/desk/desk-page') },
  { path: '/start', title: 'nav.start', group: 'work', permission: 'campaigns:read', load: () => import('@/features/checklist/checklist-page') },
  { path: '/live', title: 'nav.live', group: 'work', permission: 'live:read', load: () => import('@/features/live/live-page') },
  { path: WALLBOARD, title: null, group: null, permission: 'live:read', load: () => import('@/features/wallboard/wallboard-page') },
  { path: '/campaigns', title: 'nav.campaigns', group: 'work', permission: 'campaigns:read', load: () => import('@/features/campaigns/campaigns-page') },
  { path: '/campaigns/new', title: null, group: null, permission: 'campaigns:write', load: () => import('@/features/campaigns/campaign-page') },
  { path: '/campaigns/:id', title: null, group: null, permission: 'campaigns:read', load: () => import('@/features/campaigns/campaign-page') },
  { path: '/queues', title: 'nav.queues', group: 'work', permission: 'queues:read', load: () => import('@/features/queues/queues-page') },
  { path: '/queues/new', title: null, group: null, permission: 'queues:write', load: () => import('@/features/queues/queue-page') },
  { path: '/queues/:id', title: null, group: null, permission: 'queues:read', load: () => import('@/features/queues/queue-page') },
  { path: '/callers', title: 'nav.callers', group: 'work', permission: 'reports:read', load: () => import('@/features/callers/callers-page') },
  { path: '/callbacks', title: 'nav.callbacks', group: 'work', permission: 'queues:read', load: () => import('@/features/callbacks/callbacks-page') },
  { path: '/recordings', title: 'nav.recordings', group: 'work', permission: 'recordings:read', load: () => import('@/features/recordings/recordings-page') },
  { path: '/lists', title: 'nav.lists', group: 'work', permission: 'lists:read', load: () => import('@/features/lists/lists-page') },
  { path: '/lists/:id', title: null, group: null, permission: 'lists:read', load: () => import('@/features/lists/list-page') },
  { path: '/lists/:id/import', title: null, group: null, permission: 'lists:write', load: () => import('@/features/lists/import-page') },
  { path: '/contacts/:id', title: null, group: null, permission: 'lists:read', load: () => import('@/features/contacts/contact-page') },
  { path: '/attempts', title: 'nav.attempts', group: 'work', permission: 'reports:read', load: () => import('@/features/attempts/attempts-page') },
  { path: '/plan', title: 'nav.plan', group: 'work', permission: 'campaigns:read', load: () => import('@/features/plan/plan-page') },
  { path: '/account', title: null, group: null, permission: null, load: () => import('@/features/session/account-page') },
  { path: '/users', title: 'nav.users', group: 'setup', permission: 'users:read', load: () => import('@/features/users/users-page') },
  { path: '/numbers', title: 'nav.numbers', group: 'setup', permission: 'queues:read', load: () => import('@/features/dialed/numbers-page') },
  { path: '/numbers/new', title: null, group: null, permission: 'queues:write', load: () => import('@/features/dialed/number-page') },
  { path: '/numbers/:id', title: null, group: null, permission: 'queues:read', load: () => import('@/features/dialed/number-page') },
  { path: '/trunks', title: 'nav.trunks', group: 'setup', permission: 'trunks:read', load: () => import('@/features/trunks/trunks-page') },
  { path: '/prompts', title: 'nav.prompts', group: 'setup', permission: 'prompts:read', load: () => import('@/features/prompts/prompts-page') },
  { path: '/dnc', title: 'nav.dnc', group: 'setup', permission: 'dnc:read', load: () => import('@/features/dnc/dnc-page') },
  { path: '/dispositions', title: 'nav.dispositions', group: 'setup', permission: 'campaigns:write', load: () => import('@/features/settings/dispositions-page') },
  { path: '/pause-reasons', title: 'nav.pauseReasons', group: 'setup', permission: 'settings:write', load: () => import('@/features/settings/pause-reasons-page') },
  { path: '/audit', title: 'nav.audit', group: 'setup', permission: 'audit:read', load: () => import('@/features/audit/audit-page') },
  { path: '/system', title: 'nav.system', group: 'setup', permission: 'live:read', load: () => import('@/features/settings/system-page') },
];
