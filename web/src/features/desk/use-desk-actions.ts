// All that an agent can do on the desk, as actions: buttons, keys and the palette share them.
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOrder, usePause, type ConsultStep, type Desk } from '@/features/desk/desk-api';
import { allowSound } from '@/features/desk/phone/beep';
import { openMicrophone } from '@/features/desk/phone/microphone';
import { answerPhone, resumeSound, setMuted, usePhone } from '@/features/desk/phone/phone';
import { useOffer, type Action } from '@/lib/actions';
import { stepsOf } from '@/features/desk/consult-steps';
import type { AgentView, CallView } from '@/lib/views';

export interface DeskActions {
  ready: () => void;
  pause: (reason: string) => void;
  logOff: () => void;
  answer: () => void;
  hangUp: () => void;
  mute: () => void;
  hold: () => void;
  finish: () => void;
  keypad: boolean;
  toggleKeypad: () => void;
  /** The form to send the caller on is open. */
  transfer: boolean;
  toggleTransfer: () => void;
  closeTransfer: () => void;
  consult: (step: ConsultStep) => void;
  park: () => void;
  busy: boolean;
}

export function useDeskActions(desk: Desk, me: AgentView | null, call: CallView | null): DeskActions {
  const { t } = useTranslation();
  const { mutate: order, isPending: ordering } = useOrder();
  const { mutate: pause, isPending: pausing } = usePause();
  const [keypadOf, setKeypadOf] = useState<string | null>(null); // the next call begins without it
  const [transferOf, setTransferOf] = useState<string | null>(null);
  const browser = desk.agent.phone_kind === 'browser';
  const held = call?.held ?? false;
  const callId = call?.call ?? null;

  const acts = useMemo(
    () => ({
      ready: () => {
        allowSound();
        void resumeSound();
        if (browser) void openMicrophone().then((voice) => voice !== null && order('ready'));
        else order('ready');
      },
      pause: (reason: string) => pause(reason),
      logOff: () => order('logoff'),
      answer: () => void answerPhone(),
      hangUp: () => order('hangup'),
      mute: () => setMuted(!usePhone.getState().muted),
      hold: () => order(held ? 'resume' : 'hold'),
      finish: () => order('wrapup/end'),
      toggleKeypad: () => setKeypadOf((open) => (open === callId ? null : callId)),
      consult: (step: ConsultStep) => order(`consult/${step}`),
      park: () => order('park'),
      closeTransfer: () => setTransferOf(null),
      toggleTransfer: () => setTransferOf((open) => (open === callId ? null : callId)),
    }),
    [browser, held, callId, order, pause],
  );

  const talking = me?.state === 'on_contact';
  const consult = me?.consult ?? null;
  const dialing = me?.state === 'reserved' && call !== null && call.decide_until_utc_s === null;
  const readyNow = me?.state === 'available' || (me !== null && me.state !== 'not_ready' && me.state !== 'offline' && me.next_pause === null);
  const firstReason = desk.pause_reasons[0]?.name ?? null;
  const offered = useMemo(() => {
    const group = t('desk.keysGroup');
    const one = (id: string, keys: string | null, label: string, perform: () => void): Action => ({ id: `desk ${id}`, keys, label, group, perform });
    const list = [
      one('ready', 'mod+shift+R', t('desk.readyPause'), () => (readyNow && firstReason !== null ? acts.pause(firstReason) : acts.ready())),
      one('answer', 'mod+shift+A', t('desk.answer'), acts.answer),
    ];
    if (talking || dialing) list.push(one('hangup', 'mod+shift+E', t('desk.hangUp'), acts.hangUp));
    if (talking) {
      list.push(
        one('hold', 'mod+shift+H', t('desk.holdResume'), acts.hold),
        one('mute', 'mod+shift+M', t('desk.muteUnmute'), acts.mute),
        one('keypad', 'mod+shift+K', t('desk.keypad'), acts.toggleKeypad),
      );
      if (consult === null && callId !== null) {
        list.push(one('transfer', 'mod+shift+F', t('transfer.title'), acts.toggleTransfer), one('park', 'mod+shift+Y', t('park.button'), acts.park));
      }
      for (const { step, keys } of stepsOf(consult)) list.push(one(`consult ${step}`, `mod+shift+${keys}`, t(`consult.${step}`), () => acts.consult(step)));
    }
    for (const reason of desk.pause_reasons) {
      list.push(one(`pause ${reason.name}`, null, t('desk.pauseFor', { reason: reason.name }), () => acts.pause(reason.name)));
    }
    return list;
  }, [t, acts, talking, callId, consult, dialing, readyNow, firstReason, desk.pause_reasons]);
  useOffer(offered);

  const open = (of: string | null) => talking && of !== null && of === callId;
  return { ...acts, keypad: open(keypadOf), transfer: consult === null && open(transferOf), busy: ordering || pausing };
}
