// The phone in one line, with the microphone's level and choice.
import { Badge, Button, Group, Popover, Select, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { chooseMicrophone, microphoneLevel, openMicrophone, useMicrophone } from '@/features/desk/phone/microphone';
import { usePhone } from '@/features/desk/phone/phone';
import type { PhoneState } from '@/lib/views';

const COLORS: Record<string, string> = { up: 'green', ringing: 'yellow', registered: 'blue', gone: 'red' };

export function PhoneStatus({ browser, phone }: { browser: boolean; phone: PhoneState }) {
  const { t } = useTranslation();
  const registration = usePhone((now) => now.registration);
  const local = browser && registration !== 'registered';
  const key = local ? `registration.${registration}` : `phone.${phone}`;
  return (
    <Group gap="xs">
      <Badge variant="light" size="lg" tt="none" color={local ? 'red' : (COLORS[phone] ?? 'gray')} leftSection={<Icon name="phone" size={14} />}>
        {t(key)}
      </Badge>
      {browser && <MicrophoneButton />}
    </Group>
  );
}

function MicrophoneButton() {
  const { t } = useTranslation();
  const { state, devices, deviceId } = useMicrophone();
  if (state !== 'open') {
    return (
      <Button variant="default" leftSection={<Icon name="micOff" />} loading={state === 'asking'} onClick={() => void openMicrophone()}>
        {t('microphone.allow')}
      </Button>
    );
  }
  return (
    <Popover width={300} withArrow trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Icon name="mic" />} rightSection={<LevelBar width={60} />} aria-label={t('microphone.button')} />
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Select
            label={t('microphone.device')}
            data={devices.map((device, index) => ({ value: device.id, label: device.label || t('microphone.unnamed', { number: index + 1 }) }))}
            value={devices.some((device) => device.id === deviceId) ? deviceId : (devices[0]?.id ?? null)}
            onChange={(id) => id !== null && void chooseMicrophone(id)}
            comboboxProps={{ withinPortal: false }}
            allowDeselect={false}
          />
          <Text size="sm">{t('microphone.level')}</Text>
          <LevelBar />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const LEVEL_EVERY_MS = 80;

function LevelBar({ width }: { width?: number }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (bar.current) bar.current.style.transform = `scaleX(${microphoneLevel().toFixed(3)})`;
    }, LEVEL_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <div className="level" style={{ width }} aria-hidden="true">
      <div ref={bar} style={{ width: '100%', transform: 'scaleX(0)' }} />
    </div>
  );
}
