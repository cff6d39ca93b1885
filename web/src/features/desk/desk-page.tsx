// The agent's one screen: state and phone on top, the call in the middle, its contact beside it.
import { Alert, Button, Stack } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/page';
import { CallerCard } from '@/features/desk/caller-card';
import { CallCard } from '@/features/desk/call-card';
import { ConsultCard } from '@/features/desk/consult-card';
import { ContactCard } from '@/features/desk/contact-card';
import { useCallerInHand, useContactInHand, useDesk, type Desk } from '@/features/desk/desk-api';
import { ManualDial } from '@/features/desk/manual-dial';
import { useOneTab } from '@/features/desk/one-tab';
import { ParkedList } from '@/features/desk/parked-list';
import { PhoneNotice } from '@/features/desk/phone-notice';
import { Announcer, useArrival } from '@/features/desk/arrival';
import { TransferForm } from '@/features/desk/transfer-form';
import { TopBar } from '@/features/desk/top-bar';
import { useDeskActions } from '@/features/desk/use-desk-actions';
import { usePhoneLine } from '@/features/desk/use-phone-line';
import { WrapUp } from '@/features/desk/wrap-up';
import { useDeskFeed, useOwnFeed } from '@/lib/live/store';
import type { AgentView, CallView } from '@/lib/views';

export default function DeskPage() {
  const { t } = useTranslation();
  const { place, takeOver } = useOneTab('busyhour-desk');
  useDocumentTitle(`${t('nav.desk')} · Busyhour`);
  if (place === 'waiting') return null;
  if (place === 'elsewhere') return <Elsewhere takeOver={takeOver} />;
  return <Here />;
}

function Elsewhere({ takeOver }: { takeOver: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert title={t('desk.elsewhere')} color="orange">
      <Stack align="flex-start">
        {t('desk.elsewhereText')}
        <Button onClick={takeOver}>{t('desk.takeOver')}</Button>
      </Stack>
    </Alert>
  );
}

function Here() {
  const desk = useDesk();
  return <Loaded query={desk}>{(data) => <Connected desk={data} />}</Loaded>;
}

function Connected({ desk }: { desk: Desk }) {
  const browser = desk.agent.phone_kind === 'browser';
  const taken = useDeskFeed((now) => now.status === 'taken');
  useOwnFeed(true);
  usePhoneLine(browser && !taken ? desk.sip : null);
  const me = useDeskFeed((now) => now.feed.agents[String(desk.agent.agent_id)] ?? Object.values(now.feed.agents)[0] ?? null);
  const call = useDeskFeed((now) => (me?.call == null ? null : (now.feed.calls[me.call] ?? null)));
  if (taken) return <Elsewhere takeOver={() => window.location.reload()} />;
  return <Screen desk={desk} me={me} call={call} browser={browser} />;
}

function Screen({ desk, me, call, browser }: { desk: Desk; me: AgentView | null; call: CallView | null; browser: boolean }) {
  const actions = useDeskActions(desk, me, call);
  const called = call !== null && call.caller !== null;
  const inHand = useContactInHand(called ? null : (call?.call ?? null));
  const caller = useCallerInHand(called ? call.call : null);
  useArrival(me, call);
  const dispositions = (called ? caller.data?.dispositions : inHand.data?.dispositions) ?? desk.dispositions;
  return (
    <Stack gap="md">
      <Announcer me={me} call={call} />
      <div>
        <TopBar desk={desk} me={me} actions={actions} browser={browser} />
        {browser && <PhoneNotice />}
      </div>
      <div className="desk-columns">
        <Stack gap="md">
          <CallCard me={me} call={call} actions={actions} browser={browser} inHand={inHand.data} />
          {me?.consult != null && <ConsultCard consult={me.consult} actions={actions} />}
          {actions.transfer && call !== null && <TransferForm key={`to ${call.call}`} preset={call.caller?.transfer_to ?? ''} caller={called} close={actions.closeTransfer} />}
          {me !== null && call === null && me.consult == null && <ManualDial me={me} />}
          <ParkedList free={me !== null && call === null && me.consult == null && me.state !== 'offline'} />
          {call !== null && me !== null && me.state !== 'reserved' && (
            <WrapUp key={call.call} me={me} call={call} dispositions={dispositions} finish={actions.finish} />
          )}
        </Stack>
        {called ? <CallerCard call={call} query={caller} /> : <ContactCard call={call} query={inHand} />}
      </div>
    </Stack>
  );
}
