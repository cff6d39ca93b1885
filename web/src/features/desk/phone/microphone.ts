// The microphone: asked for once, kept open, its level readable at any time, changed without ending the call.
import { create } from 'zustand';

export type MicrophoneState = 'closed' | 'asking' | 'open' | 'denied' | 'missing' | 'insecure' | 'failed';

interface Microphone {
  state: MicrophoneState;
  devices: { id: string; label: string }[];
  deviceId: string;
}

const DEVICE = 'busyhour.microphone';

export const useMicrophone = create<Microphone>(() => ({
  state: 'closed',
  devices: [],
  deviceId: localStorage.getItem(DEVICE) ?? '',
}));

let stream: MediaStream | null = null;
let context: AudioContext | null = null;
let analyser: AnalyserNode | null = null;
let source: MediaStreamAudioSourceNode | null = null;
let opening: Promise<MediaStream | null> | null = null;
const changed = new Set<(track: MediaStreamTrack) => void>();

/** Calls back when another device was chosen: calls replace their track. */
export function onMicrophoneChange(act: (track: MediaStreamTrack) => void): () => void {
  changed.add(act);
  return () => changed.delete(act);
}

export function microphone(): MediaStream | null {
  return stream;
}

/** Opens the microphone, once however often it is asked; null when that is not possible (`state` says why). */
export function openMicrophone(): Promise<MediaStream | null> {
  if (stream !== null) return Promise.resolve(stream);
  opening ??= ask().finally(() => (opening = null));
  return opening;
}

async function ask(): Promise<MediaStream | null> {
  if (!navigator.mediaDevices) {
    useMicrophone.setState({ state: 'insecure' });
    return null;
  }
  useMicrophone.setState({ state: 'asking' });
  try {
    stream = await getAudio(useMicrophone.getState().deviceId);
  } catch (error) {
    useMicrophone.setState({ state: stateOf(error) });
    return null;
  }
  stream.getAudioTracks()[0]?.addEventListener('ended', lost);
  listen(stream);
  useMicrophone.setState({ state: 'open' });
  await listDevices();
  return stream;
}

async function getAudio(deviceId: string): Promise<MediaStream> {
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    const exact = deviceId === '' ? {} : { deviceId: { exact: deviceId } };
    return await navigator.mediaDevices.getUserMedia({ audio: { ...wanted, ...exact } });
  } catch (error) {
    if (deviceId === '' || !(error instanceof DOMException) || error.name === 'NotAllowedError') throw error;
    return navigator.mediaDevices.getUserMedia({ audio: wanted }); // the chosen headset is not plugged in today
  }
}

function stateOf(error: unknown): MicrophoneState {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' ? 'missing' : 'failed';
}

function lost(): void {
  stream = null;
  useMicrophone.setState({ state: 'missing' });
}

async function listDevices(): Promise<void> {
  const found = await navigator.mediaDevices.enumerateDevices();
  const devices = found
    .filter((device) => device.kind === 'audioinput' && device.deviceId !== '')
    .map((device) => ({ id: device.deviceId, label: device.label }));
  useMicrophone.setState({ devices });
}

function listen(to: MediaStream): void {
  context ??= new AudioContext();
  source?.disconnect();
  source = context.createMediaStreamSource(to);
  analyser ??= new AnalyserNode(context, { fftSize: 512 });
  source.connect(analyser);
}

/** How loud it is now, 0 to 1. */
export function microphoneLevel(): number {
  if (analyser === null || stream === null) return 0;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / samples.length) * 4);
}

export async function chooseMicrophone(deviceId: string): Promise<void> {
  localStorage.setItem(DEVICE, deviceId);
  useMicrophone.setState({ deviceId });
  const before = stream;
  stream = null;
  before?.getTracks().forEach((track) => {
    track.removeEventListener('ended', lost);
    track.stop();
  });
  const fresh = await openMicrophone();
  const track = fresh?.getAudioTracks()[0];
  if (track) for (const act of changed) act(track);
}

export function closeMicrophone(): void {
  stream?.getTracks().forEach((track) => {
    track.removeEventListener('ended', lost);
    track.stop();
  });
  stream = null;
  useMicrophone.setState({ state: 'closed' });
}

/** Opens without asking when the browser has allowed it before: a reload needs no click. */
export async function openIfAllowed(): Promise<void> {
  if (!navigator.mediaDevices) {
    useMicrophone.setState({ state: 'insecure' });
    return;
  }
  try {
    const permission = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    if (permission.state === 'granted') await openMicrophone();
    if (permission.state === 'denied') useMicrophone.setState({ state: 'denied' });
  } catch {
    // Some browsers cannot be asked about the microphone: the button is there.
  }
}

navigator.mediaDevices?.addEventListener('devicechange', () => {
  const { state } = useMicrophone.getState();
  if (state === 'open') void listDevices();
  if (state === 'missing') void openMicrophone();
});
