// What whoever asks a colleague can do next, by how far it has come. One list for buttons and keys.
import type { IconName } from '@/components/icon';
import type { ConsultStep } from '@/features/desk/desk-api';
import type { ConsultView } from '@/lib/views';

export interface Step {
  step: ConsultStep;
  /** With Ctrl and Shift. */
  keys: string;
  icon: IconName;
}

const CANCEL: Step = { step: 'cancel', keys: 'X', icon: 'hangup' };
const BOTH: Step[] = [
  { step: 'swap', keys: 'S', icon: 'swap' },
  { step: 'conference', keys: 'G', icon: 'group' },
  { step: 'complete', keys: 'F', icon: 'forward' },
  CANCEL,
];
const STEPS: Record<ConsultView['state'], Step[]> = {
  ringing: [CANCEL],
  talking: BOTH,
  aside: BOTH,
  conference: [{ step: 'leave', keys: 'L', icon: 'leave' }, CANCEL],
};

/** Who is asked can only hang up. */
export function stepsOf(consult: ConsultView | null): Step[] {
  return consult === null || !consult.asker ? [] : STEPS[consult.state];
}
