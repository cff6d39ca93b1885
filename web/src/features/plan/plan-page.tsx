// What if: more agents, another dial mode, another limit. The server plays it, and a plot and a table show what came out.
import { Alert, Button, Loader, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ErrorNote } from '@/components/error-note';
import { Empty, Loaded, Page } from '@/components/page';
import { usePlan, type Plan } from '@/features/plan/plan-api';
import { PlanForm } from '@/features/plan/plan-form';
import { PlanPlot, type Measure } from '@/features/plan/plan-plot';
import { PlanTable } from '@/features/plan/plan-table';
import { useRowsOf } from '@/lib/crud';
import { percent } from '@/lib/format';
import type { CampaignRow } from '@/lib/records';

export default function PlanPage() {
  const { t } = useTranslation();
  const campaigns = useRowsOf<CampaignRow>('/api/campaigns');
  const plan = usePlan();
  return (
    <Page title={t('nav.plan')} text={t('plan.text')}>
      <Loaded query={campaigns}>
        {(rows) => (
          <Stack gap="md">
            <PlanForm campaigns={rows} busy={plan.isPending} onAsk={(asked) => plan.mutate(asked)} />
            <ErrorNote error={plan.error} />
            {plan.isPending && <Loader aria-label={t('plan.busy')} />}
            {!plan.isPending && (plan.data === undefined ? <First known={rows.length > 0} /> : <Found plan={plan.data} />)}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function First({ known }: { known: boolean }) {
  const { t } = useTranslation();
  return (
    <Empty text={t(known ? 'plan.first' : 'plan.firstOfAll')}>
      {!known && <Button component={Link} to="/campaigns/new" variant="light">{t('campaigns.create')}</Button>}
    </Empty>
  );
}

function Found({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const [measure, setMeasure] = useState<Measure>('utilisation');
  const place = useRef<HTMLDivElement>(null);
  const { means } = plan;
  const text = t('plan.people', { chance: percent(means.answer_chance, 1), ring: Math.round(means.ring_s), talk: Math.round(means.talk_s), wrap: Math.round(means.wrap_s) });
  return (
    <Stack gap="md" ref={place} component="section" aria-label={t('plan.found')}>
      <Text role="status">{text} {plan.learned ? t('plan.learned', { name: plan.name }) : t('plan.given')}</Text>
      {plan.missing > 0 && <Alert color="yellow">{t('plan.missing', { count: plan.missing })}</Alert>}
      {plan.points.length > 0 && <PlanPlot points={plan.points} measure={measure} onMeasure={setMeasure} />}
      {plan.points.length > 0 && <PlanTable points={plan.points} />}
    </Stack>
  );
}
