// The form around a long record: read only for whoever may not write it.
import { Stack } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';

export function RecordForm({ writes, onSubmit, children }: { writes: boolean; onSubmit: () => void; children: ReactNode }) {
  function submit(event: SyntheticEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <form onSubmit={submit}>
      <fieldset className="record" disabled={!writes}>
        <Stack maw={860}>{children}</Stack>
      </fieldset>
    </form>
  );
}
