// Plays a recording. Keys work while the player has the focus: space, arrows, and the digits of the speed.
import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Loaded } from '@/components/page';
import { pathOf, usePeaks, type RecordingRow } from '@/features/recordings/recordings-api';
import { Waveform } from '@/features/recordings/waveform';
import { clock } from '@/lib/format';

const STEP_S = 5;
const SPEEDS = ['0.75', '1', '1.5', '2'];

export function Player({ row }: { row: RecordingRow }) {
  const { t } = useTranslation();
  const played = useRef<HTMLAudioElement | null>(null);
  const [atS, setAtS] = useState(0);
  const [plays, setPlays] = useState(false);
  const [speed, setSpeed] = useState('1');
  const [broken, setBroken] = useState(false);
  const peaks = usePeaks(row.recording);
  const lengthS = row.length_s ?? 0;

  useEffect(() => {
    const sound = new Audio();
    played.current = sound;
    const listeners: [string, () => void][] = [
      ['timeupdate', () => setAtS(sound.currentTime)],
      ['seeking', () => setAtS(sound.currentTime)],
      ['play', () => setPlays(true)],
      ['pause', () => setPlays(false)],
      ['error', () => setBroken(true)],
    ];
    for (const [name, hear] of listeners) sound.addEventListener(name, hear);
    sound.preload = 'metadata';
    sound.src = `${pathOf(row.recording)}/sound`;
    return () => {
      for (const [name, hear] of listeners) sound.removeEventListener(name, hear);
      sound.pause();
      sound.removeAttribute('src');
      sound.load(); // lets go of the connection
    };
  }, [row.recording]);

  const go = (seconds: number) => {
    const toS = Math.min(Math.max(0, seconds), lengthS);
    if (played.current !== null) played.current.currentTime = toS;
    setAtS(toS);
  };
  const toggle = () => {
    const sound = played.current;
    if (sound === null) return;
    if (sound.paused) void sound.play().catch(() => setBroken(true));
    else sound.pause();
  };
  const setRate = (value: string) => {
    setSpeed(value);
    if (played.current !== null) played.current.playbackRate = Number(value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = { ' ': toggle, ArrowLeft: () => go(atS - STEP_S), ArrowRight: () => go(atS + STEP_S), Home: () => go(0), End: () => go(lengthS) }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * lengthS);
  };

  return (
    <Stack gap="xs">
      <Group gap="lg">
        <Text size="sm"><span className="waveform-dot waveform-dot-customer" aria-hidden="true" /> {t('recordings.customer')}</Text>
        <Text size="sm"><span className="waveform-dot waveform-dot-agent" aria-hidden="true" /> {t('recordings.agent')}</Text>
      </Group>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t('recordings.position')}
        title={t('recordings.waveform')}
        aria-valuemin={0}
        aria-valuemax={Math.round(lengthS)}
        aria-valuenow={Math.round(atS)}
        aria-valuetext={t('recordings.of', { at: clock(atS), length: clock(lengthS) })}
        className="waveform-box"
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
      >
        <Loaded query={peaks}>{(loaded) => <Waveform peaks={loaded} marks={row.marks} lengthS={lengthS} atS={atS} />}</Loaded>
      </div>
      <Group justify="space-between">
        <Group gap="xs">
          <Button leftSection={<Icon name={plays ? 'hold' : 'play'} />} onClick={toggle}>{t(plays ? 'recordings.stop' : 'recordings.play')}</Button>
          <Text className="nums">{t('recordings.of', { at: clock(atS), length: clock(lengthS) })}</Text>
        </Group>
        <SegmentedControl aria-label={t('recordings.speed')} value={speed} onChange={setRate} data={SPEEDS.map((value) => ({ value, label: `${value}×` }))} />
      </Group>
      {broken && <Text c="red" role="alert">{t('recordings.broken')}</Text>}
      <Text size="sm" c="dimmed">{t('recordings.keys')}</Text>
    </Stack>
  );
}
