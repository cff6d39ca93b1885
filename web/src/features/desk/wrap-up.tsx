// What came of the call: a disposition by click or by keys 1-9, a note, done. Saved as it is chosen, so that nothing
// is lost when the time is over.
import { Badge, Button, Card, Group, Kbd, Stack, Text, Textarea, Title } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/components/icon';
import { Until } from '@/components/timer';
import { useDispose } from '@/features/desk/desk-api';
import { useOffer } from '@/lib/actions';
import type { Disposition } from '@/lib/records';
import type { AgentView, CallView } from '@/lib/views';

const KEYS_MAX = 9;
const NOTE_MAX = 4000;

interface Props {
  me: AgentView;
  call: CallView;
  dispositions: Disposition[];
  finish: () => void;
}

export function WrapUp({ me, call, dispositions, finish }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(call.disposition ?? '');
  const [note, setNote] = useState('');
  const [ask, setAsk] = useState(false);
  const [ending, setEnding] = useState(false);
  const queue = useRef(Promise.resolve(true));
  const saved = useRef({ chosen: call.disposition ?? '', note: '' });
  const { mutateAsync } = useDispose();
  const wrapping = me.state === 'acw';
  const heading = useRef<HTMLHeadingElement>(null);
  const doneButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (wrapping && document.activeElement === document.body) (saved.current.chosen === '' ? heading : doneButton).current?.focus();
  }, [wrapping]);

  const before = call.caller?.note ?? ''; // of a colleague, or from sending the caller on: an empty field does not erase it
  const latest = useRef({ chosen, note, before });
  useEffect(() => {
    latest.current = { chosen, note, before };
  }, [chosen, note, before]);
  const acts = useMemo(() => {
    /** One after the other, so that what is saved already is not sent again. */
    function save(code: string): Promise<boolean> {
      queue.current = queue.current.then(() => send(code));
      return queue.current;
    }
    async function send(code: string): Promise<boolean> {
      const now = { chosen: code, note: latest.current.note };
      if (now.chosen === saved.current.chosen && now.note === saved.current.note) return true;
      if (now.chosen === '') {
        setAsk(now.note !== '');
        return now.note === ''; // a note belongs to a disposition
      }
      setAsk(false);
      try {
        await mutateAsync({ call: call.call, disposition: now.chosen, note: now.note || latest.current.before });
        saved.current = now;
        return true;
      } catch {
        return false; // was told by a notice
      }
    }
    return {
      choose: (code: string) => {
        setChosen(code);
        void save(code);
      },
      save: () => void save(latest.current.chosen),
      done: () => {
        setEnding(true);
        void save(latest.current.chosen).then((ok) => {
          setEnding(false);
          if (ok) finish();
        });
      },
    };
  }, [mutateAsync, call.call, finish]);

  const offered = useMemo(
    () => [
      ...dispositions.slice(0, KEYS_MAX).map((one, index) => ({
        id: `disposition ${one.code}`,
        label: one.label,
        group: t('wrapUp.title'),
        keys: String(index + 1),
        perform: () => {
          acts.choose(one.code);
          doneButton.current?.focus(); // a key, then Enter, and the next call is there
        },
      })),
      ...(wrapping ? [{ id: 'wrap-up done', label: t('wrapUp.done'), group: t('wrapUp.title'), keys: 'mod+shift+D', perform: acts.done }] : []),
    ],
    [dispositions, acts, wrapping, t],
  );
  useOffer(offered);

  return (
    <Card withBorder padding="lg" component="section" aria-label={t('wrapUp.title')}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4" ref={heading} tabIndex={-1}>{t('wrapUp.title')}</Title>
          {wrapping && me.deadline_utc_s !== null && <Badge size="lg" tt="none" variant="light" color="violet">{t('wrapUp.left')} <Until utcS={me.deadline_utc_s} /></Badge>}
        </Group>
        {call.outcome !== null && <Text size="sm" c="dimmed">{t('wrapUp.outcome')}: {t(`outcome.${call.outcome}`, { defaultValue: call.outcome })}</Text>}
        <Choices dispositions={dispositions} chosen={chosen} choose={acts.choose} />
        <Textarea label={t('wrapUp.note')} autosize minRows={2} maxRows={6} maxLength={NOTE_MAX} value={note} onChange={(event) => setNote(event.currentTarget.value)} onBlur={acts.save} />
        {ask && <Text c="red" role="alert">{t('wrapUp.ask')}</Text>}
        <Group justify="flex-end">
          <Button ref={doneButton} size="md" onClick={acts.done} disabled={!wrapping} loading={ending} title="Ctrl + Shift + D" aria-keyshortcuts="Control+Shift+D">{t('wrapUp.done')}</Button>
        </Group>
      </Stack>
    </Card>
  );
}

function Choices({ dispositions, chosen, choose }: { dispositions: Disposition[]; chosen: string; choose: (code: string) => void }) {
  const { t } = useTranslation();
  if (dispositions.length === 0) return <Text c="dimmed">{t('wrapUp.none')}</Text>;
  return (
    <Group gap="xs" role="group" aria-label={t('wrapUp.choices')}>
      {dispositions.map((one, index) => {
        const on = one.code === chosen;
        return (
          <Button
            key={one.disposition_id}
            variant={on ? 'filled' : 'default'}
            aria-pressed={on}
            onClick={() => choose(one.code)}
            leftSection={index < KEYS_MAX ? <Kbd size="xs">{index + 1}</Kbd> : undefined}
            rightSection={on ? <Icon name="check" size={14} /> : undefined}
          >
            {one.label}
          </Button>
        );
      })}
    </Group>
  );
}
