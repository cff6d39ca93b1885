// What keeps the phone from working, and what to do about it.
import { Alert, Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { openMicrophone, useMicrophone } from '@/features/desk/phone/microphone';
import { answerPhone, resumeSound, usePhone } from '@/features/desk/phone/phone';

const FAULTS = new Set(['denied', 'missing', 'insecure', 'failed']);

export function PhoneNotice() {
  const { t } = useTranslation();
  const microphone = useMicrophone((now) => now.state);
  const { soundBlocked, line, registration, cause } = usePhone();
  const tryAgain = () => void openMicrophone().then((voice) => (voice !== null && line === 'ringing' ? answerPhone() : undefined));
  return (
    <div aria-live="polite" className="notices">
      {FAULTS.has(microphone) && (
        <Alert color="red" title={t(`microphone.${microphone}`)}>
          <Group justify="space-between">
            <span className="grow">{t(`microphone.${microphone}Text`)}</span>
            <Button onClick={tryAgain}>{t('microphone.again')}</Button>
          </Group>
        </Alert>
      )}
      {soundBlocked && (
        <Alert color="orange" title={t('phone.blocked')}>
          <Button onClick={() => void resumeSound()}>{t('phone.listen')}</Button>
        </Alert>
      )}
      {registration === 'failed' && (
        <Alert color="orange" title={t('phone.failed')}>{t('phone.failedText', { cause: cause ?? '' })}</Alert>
      )}
    </div>
  );
}
