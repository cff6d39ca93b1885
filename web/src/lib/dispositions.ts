// Attempts keep a disposition's code; people read its label, while there is one.
import { useRowsOf } from '@/lib/crud';
import type { Disposition } from '@/lib/records';

export function useDispositionLabel(): (code: string | null) => string {
  const dispositions = useRowsOf<Disposition>('/api/dispositions').data;
  return (code) => dispositions?.find((one) => one.code === code)?.label ?? code ?? '';
}
