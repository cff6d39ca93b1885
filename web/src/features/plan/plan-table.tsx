// Every figure of a plan.
import { useTranslation } from 'react-i18next';
import { Rows } from '@/components/rows';
import type { PlanPoint } from '@/features/plan/plan-api';
import { shown } from '@/features/plan/plan-plot';

const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });

export function PlanTable({ points }: { points: PlanPoint[] }) {
  const { t } = useTranslation();
  return (
    <Rows
      name={t('plan.figures')}
      rows={points}
      id={(point) => `${point.agents} ${point.mode} ${point.limit}`}
      minWidth={760}
      columns={[
        { title: t('plan.agents'), cell: (point) => point.agents, right: true },
        { title: t('plan.modes'), cell: (point) => t(`plan.mode.${point.mode}`) },
        { title: t('plan.limit'), cell: (point) => (point.mode === 'progressive' ? '' : SHARE.format(point.limit)), right: true },
        { title: t('plan.utilisation'), cell: (point) => shown('utilisation', point.utilisation), right: true },
        { title: t('plan.wait_s'), cell: (point) => shown('wait_s', point.wait_s), right: true },
        { title: t('plan.abandonment'), cell: (point) => SHARE.format(point.abandonment), right: true },
        { title: t('plan.prompt'), cell: (point) => SHARE.format(point.prompt), right: true },
        { title: t('plan.calls_per_agent_hour'), cell: (point) => shown('calls_per_agent_hour', point.calls_per_agent_hour), right: true },
        { title: t('plan.dials_per_agent_hour'), cell: (point) => shown('calls_per_agent_hour', point.dials_per_agent_hour), right: true },
      ]}
    />
  );
}
