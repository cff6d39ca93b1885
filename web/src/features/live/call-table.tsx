// Calls, only those in sight drawn: a floor has thousands.
import { Badge } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Since } from '@/components/timer';
import { phone } from '@/lib/format';
import type { AgentView, CallView } from '@/lib/views';

const ROW_PX = 36;
const HEIGHT_MAX_PX = 420;
const COLUMNS = 'minmax(90px, 1fr) minmax(130px, 1.2fr) minmax(120px, 1.5fr) minmax(120px, 1.2fr) 60px 80px';

export function CallTable({ calls, agents }: { calls: CallView[]; agents: Record<string, AgentView> }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => calls.toSorted((a, b) => a.placed_utc_s - b.placed_utc_s), [calls]);
  // oxlint-disable-next-line react/incompatible-library -- the compiler that cannot memoise it is not used
  const rows = useVirtualizer({ count: sorted.length, getScrollElement: () => frame.current, estimateSize: () => ROW_PX, overscan: 8 });
  const titles = ['state', 'number', 'contact', 'agent', 'attempt', 'since'];
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
    <div ref={frame} className="scroll" style={{ maxHeight: HEIGHT_MAX_PX }} tabIndex={0} role="region" aria-label={t('live.calls')}>
      <div role="table" aria-rowcount={sorted.length + 1} aria-label={t('live.calls')} style={{ minWidth: 700 }}>
        <div role="row" style={{ ...GRID, fontWeight: 600, position: 'sticky', top: 0, background: 'var(--mantine-color-body)', zIndex: 1 }}>
          {titles.map((key) => <div role="columnheader" key={key}>{t(`call.${key}`)}</div>)}
        </div>
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((item) => {
            const call = sorted[item.index]!;
            return (
              <div role="row" aria-rowindex={item.index + 2} key={call.call} style={{ ...GRID, position: 'absolute', top: item.start, left: 0, right: 0 }}>
                <div role="cell"><Badge variant="light" tt="none" color={COLORS[call.state] ?? 'gray'}>{t(`callState.${call.state}`)}</Badge></div>
                <div role="cell" className="nums clip">{phone(call.number)}</div>
                <div role="cell" className="clip">{call.caller === null ? call.contact_name : call.caller.shown}</div>
                <div role="cell" className="clip">{call.agent_id === null ? '' : (agents[String(call.agent_id)]?.name ?? '')}</div>
                <div role="cell" className="nums">{call.caller === null ? call.attempt_no : ''}</div>
                <div role="cell"><Since utcS={call.joined_utc_s ?? call.answered_utc_s ?? call.placed_utc_s} /></div>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const GRID = { display: 'grid', gridTemplateColumns: COLUMNS, gap: 8, height: ROW_PX, alignItems: 'center' } as const;
const COLORS: Record<string, string> = { dialing: 'yellow', waiting: 'orange', offered: 'orange', talking: 'blue', held: 'violet', message: 'teal', farewell: 'red', orphaned: 'red' };
