// The browser phone: registers, answers what our own PBX sends, mutes, sends digits. All else is done by the server,
// so that this file is the only one that knows the SIP library.
import * as JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import { create } from 'zustand';
import { microphone, onMicrophoneChange, openMicrophone } from '@/features/desk/phone/microphone';

export interface SipAccess {
  user: string;
  secret: string;
  realm: string;
  url?: string;
  expires_utc_s: number;
}

export type Registration = 'off' | 'connecting' | 'registered' | 'failed';

interface Phone {
  registration: Registration;
  /** Our end of the line: not the same as being in a conversation, which only the server knows. */
  line: 'none' | 'ringing' | 'up';
  muted: boolean;
  /** The browser wants a click before it plays sound. */
  soundBlocked: boolean;
  cause: string | null;
}

const OFF: Phone = { registration: 'off', line: 'none', muted: false, soundBlocked: false, cause: null };

export const usePhone = create<Phone>(() => OFF);

const REGISTER_EXPIRES_S = 120;
const RECOVERY_MIN_S = 1;
const RECOVERY_MAX_S = 8;
const CANDIDATES_WAIT_MS = 400; // after the first address we do not wait for slow network cards
const REGISTER_RETRY_MS = 3_000;

let agent: JsSIP.UA | null = null;
let session: RTCSession | null = null;
let audio: HTMLAudioElement | null = null;
let retryTimer = 0;

/** Registers and stays registered until `stopPhone`. `renew` is asked for a fresh secret when ours is refused. */
export function startPhone(access: SipAccess, url: string, renew: () => void): void {
  stopPhone();
  const host = access.realm || window.location.hostname;
  const mine = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri: `sip:${access.user}@${host}`,
    authorization_user: access.user,
    password: access.secret,
    register: true,
    register_expires: REGISTER_EXPIRES_S,
    session_timers: false,
    connection_recovery_min_interval: RECOVERY_MIN_S,
    connection_recovery_max_interval: RECOVERY_MAX_S,
    user_agent: 'Busyhour',
  });
  agent = mine;
  usePhone.setState({ ...OFF, registration: 'connecting' });
  mine.on('connecting', () => onlyOf(mine, { registration: 'connecting' }));
  mine.on('disconnected', () => onlyOf(mine, { registration: 'connecting' }));
  mine.on('registered', () => onlyOf(mine, { registration: 'registered', cause: null }));
  mine.on('unregistered', () => onlyOf(mine, { registration: 'connecting' }));
  mine.on('registrationFailed', (event: { cause?: string }) => {
    if (mine !== agent) return;
    usePhone.setState({ registration: 'failed', cause: event.cause ?? null });
    window.clearTimeout(retryTimer);
    retryTimer = window.setTimeout(renew, REGISTER_RETRY_MS);
  });
  mine.on('newRTCSession', (event: { originator: string; session: RTCSession }) => {
    if (event.originator === 'remote') receive(event.session);
  });
  mine.start();
}

function onlyOf(mine: JsSIP.UA, change: Partial<Phone>): void {
  if (mine === agent) usePhone.setState(change);
}

export function stopPhone(): void {
  window.clearTimeout(retryTimer);
  agent?.stop();
  agent = null;
  session = null;
  usePhone.setState(OFF);
}

/** The page goes: say so to the PBX, which would notice only by the silence, many seconds later. */
export function leaveLine(): void {
  if (session !== null && !session.isEnded()) session.terminate();
}

/** A fresh secret, used from the next registration on. */
export function renewSecret(access: SipAccess): void {
  if (agent === null) return;
  agent.set('password', access.secret);
  if (agent.isConnected()) agent.register();
}

/** Only our own PBX can reach this phone. A second call means that it has given up the first one. */
function receive(incoming: RTCSession): void {
  const before = session;
  session = incoming;
  if (before !== null && !before.isEnded()) before.terminate();
  usePhone.setState({ line: 'ringing' });
  incoming.on('peerconnection', (event: { peerconnection: RTCPeerConnection }) => {
    event.peerconnection.addEventListener('track', (track) => play(track.streams[0] ?? new MediaStream([track.track])));
  });
  hurryCandidates(incoming);
  incoming.on('confirmed', () => isLine(incoming) && usePhone.setState({ line: 'up' }));
  const gone = () => {
    if (!isLine(incoming)) return;
    session = null;
    usePhone.setState({ line: 'none', muted: false });
  };
  incoming.on('ended', gone);
  incoming.on('failed', gone);
  void answerPhone();
}

function isLine(one: RTCSession): boolean {
  return one === session;
}

function hurryCandidates(incoming: RTCSession): void {
  let timer = 0;
  incoming.on('icecandidate', (event: { ready: () => void }) => {
    if (timer === 0) timer = window.setTimeout(event.ready, CANDIDATES_WAIT_MS);
  });
}

/** Answers what rings; without a microphone it keeps ringing, and the desk says why. */
export async function answerPhone(): Promise<void> {
  const ringing = session;
  const voice = await openMicrophone();
  if (ringing === null || voice === null || !isLine(ringing) || ringing.isEnded() || ringing.isEstablished()) return;
  if (ringing.isInProgress()) ringing.answer({ mediaStream: voice, pcConfig: { iceServers: [] } });
}

function play(stream: MediaStream): void {
  audio ??= document.body.appendChild(Object.assign(document.createElement('audio'), { id: 'phone-audio', autoplay: true }));
  audio.srcObject = stream;
  void resumeSound();
}

/** From a click, when the browser would not play by itself. */
export async function resumeSound(): Promise<void> {
  try {
    await audio?.play();
    usePhone.setState({ soundBlocked: false });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') usePhone.setState({ soundBlocked: true });
  }
}

export function setMuted(muted: boolean): void {
  if (session === null || !session.isEstablished()) return;
  if (muted) session.mute({ audio: true });
  else session.unmute({ audio: true });
  usePhone.setState({ muted });
}

export function sendDigit(digit: string): void {
  if (!/^[0-9*#A-D]$/.test(digit) || session === null || !session.isEstablished()) return;
  session.sendDTMF(digit, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 as never });
}

onMicrophoneChange((track) => {
  const senders = session?.connection?.getSenders() ?? [];
  track.enabled = !usePhone.getState().muted;
  for (const sender of senders) if (sender.track?.kind === 'audio' || sender.track === null) void sender.replaceTrack(track);
});

export function hasMicrophone(): boolean {
  return microphone() !== null;
}
