// A call arrives: a beep, the tab's title, a spoken announcement, and a warning before the page is left.
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { beep } from '@/features/desk/phone/beep';
import { setMuted } from '@/features/desk/phone/phone';
import type { AgentView, CallView } from '@/lib/views';

/** As it is said: a caller with their queue. */
function shownOf(call: CallView): string {
  return call.caller?.shown || call.contact_name || call.number;
}

export function useArrival(me: AgentView | null, call: CallView | null): void {
  const { t } = useTranslation();
  const onContact = me?.state === 'on_contact';
  const id = onContact ? (call?.call ?? null) : null;
  const last = useRef<string | null>(null);
  useEffect(() => {
    if (id === null || id === last.current) return;
    last.current = id;
    setMuted(false); // nobody should begin a conversation muted
    beep();
  }, [id]);

  const title = me === null ? '' : t(`state.${me.state}`);
  const name = call === null ? '' : shownOf(call);
  useEffect(() => {
    document.title = `${onContact ? `☎ ${name}` : title} · Busyhour`;
  }, [onContact, name, title]);

  useEffect(() => {
    if (!onContact) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [onContact]);
}

export function Announcer({ me, call }: { me: AgentView | null; call: CallView | null }) {
  const { t } = useTranslation();
  const arrives = me?.state === 'on_contact' && call !== null;
  const looking = me?.state === 'reserved' && call?.state === 'reserved';
  return (
    <VisuallyHidden>
      <div role="alert">{arrives ? t('desk.announce', { name: shownOf(call) }) : ''}</div>
      <div role="status">{looking ? t('preview.announce', { name: shownOf(call) }) : me !== null && !arrives ? t(`state.${me.state}`) : ''}</div>
    </VisuallyHidden>
  );
}
