// An action is one object: what it is called, its keys, when it is offered, what it does. Buttons, shortcuts, the
// list behind `?` and the palette behind Ctrl+K all use it.
import { useEffect } from 'react';
import { create } from 'zustand';

export interface Action {
  id: string;
  label: string;
  group: string;
  /** `mod+shift+M` or a single character; null = only in the palette. */
  keys: string | null;
  perform: () => void;
}

interface Actions {
  actions: Map<string, Action>;
  singleKeys: boolean;
}

const SINGLE_KEYS = 'busyhour.singleKeys';

function stored(): boolean {
  try {
    return localStorage.getItem(SINGLE_KEYS) !== 'off';
  } catch {
    return true;
  }
}

export const useActions = create<Actions>(() => ({ actions: new Map(), singleKeys: stored() }));

/** Single characters as shortcuts can be switched off (WCAG 2.1.4). */
export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off');
  useActions.setState({ singleKeys: on });
}

/** Offers the actions while the calling component is shown. */
export function useOffer(offered: readonly Action[]): void {
  useEffect(() => {
    useActions.setState((old) => {
      const actions = new Map(old.actions);
      for (const action of offered) actions.set(action.id, action);
      return { actions };
    });
    return () =>
      useActions.setState((old) => {
        const actions = new Map(old.actions);
        for (const action of offered) actions.delete(action.id);
        return { actions };
      });
  }, [offered]);
}

export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** Does `event` mean `keys`? Pure, so that it can be tested. */
export function matches(
  keys: string,
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1)!;
  const mod = parts.includes('mod');
  if (event.altKey || mod !== (event.ctrlKey || event.metaKey)) return false;
  // A character like `?` needs Shift on some keyboards and not on others.
  if (mod && parts.includes('shift') !== event.shiftKey) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

function hear(event: KeyboardEvent): void {
  const { actions, singleKeys } = useActions.getState();
  for (const action of actions.values()) {
    if (action.keys === null || !matches(action.keys, event)) continue;
    const single = !action.keys.includes('+');
    const inTheWay = document.querySelector('[role="dialog"]') !== null;
    if (single && (!singleKeys || isTextField(event.target) || inTheWay || event.repeat)) continue;
    event.preventDefault();
    if (!event.repeat) action.perform();
    return;
  }
}

/** Called once by the app. */
export function listenForKeys(): () => void {
  window.addEventListener('keydown', hear);
  return () => window.removeEventListener('keydown', hear);
}

export function keysText(keys: string): string {
  return keys.replace('mod', 'Ctrl').replace('shift', 'Shift').replaceAll('+', ' + ');
}
