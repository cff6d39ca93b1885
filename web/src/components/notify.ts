// Short notices. They are announced by screen readers as they come.
import { notifications } from '@mantine/notifications';
import i18n from '@/lib/i18n';
import { errorText } from '@/components/error-note';

const closeButtonProps = { 'aria-label': i18n.t('common.close') };

export function done(message: string): void {
  notifications.show({ message, color: 'green', closeButtonProps });
}

export function failed(error: unknown): void {
  notifications.show({ title: i18n.t('common.error'), message: errorText(error), color: 'red', autoClose: 10_000, closeButtonProps });
}
