// Digits for the other side's menus. While it has the focus, the keyboard's digits are sent.
import { Button, SimpleGrid, Text } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { sendDigit } from '@/features/desk/phone/phone';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const SHOWN_MAX = 24;

export function Keypad() {
  const { t } = useTranslation();
  const [sent, setSent] = useState('');
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  function press(digit: string) {
    sendDigit(digit);
    setSent((before) => (before + digit).slice(-SHOWN_MAX));
  }
  function onKeyDown(event: KeyboardEvent) {
    if (!DIGITS.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    press(event.key);
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons inside
    <div role="group" aria-label={t('desk.keypad')} onKeyDown={onKeyDown}>
      <Text className="nums" mt="md" mih={24} aria-live="polite">{sent}</Text>
      <SimpleGrid cols={3} spacing="xs" w={220} maw="100%">
        {DIGITS.map((digit, index) => (
          <Button key={digit} ref={index === 0 ? first : undefined} variant="default" onClick={() => press(digit)}>{digit}</Button>
        ))}
      </SimpleGrid>
    </div>
  );
}
