// The few icons that we need, drawn here. Always beside a text or an accessible name.

const PATHS = {
  search: 'M10 4a6 6 0 1 0 0 12a6 6 0 0 0 0-12M20 20l-5.5-5.5',
  down: 'M6 9l6 6l6-6',
  phone: 'M5 4h4l2 5l-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2',
  hangup: 'M3 15v-2c5-5 13-5 18 0v2l-4 1l-1.500-3a12 12 0 0 0-7 0L7 16z',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3M5 11a7 7 0 0 0 14 0M12 18v3',
  micOff: 'M3 3l18 18M9 5a3 3 0 0 1 6 1v5M9 9v2a3 3 0 0 0 4.500 2.600M5 11a7 7 0 0 0 11 5.700M19 11a7 7 0 0 1-.6 2.800M12 18v3',
  hold: 'M8 5v14M16 5v14',
  resume: 'M7 5l12 7l-12 7z',
  keypad: 'M5 5h.01M12 5h.01M19 5h.01M5 12h.01M12 12h.01M19 12h.01M5 19h.01M12 19h.01M19 19h.01',
  forward: 'M4 12h15M13 6l6 6l-6 6',
  ask: 'M4 5h12v9H9l-4 4v-4H4zM19 9h1v8h-1v3l-3-3h-4',
  swap: 'M4 8h14M14 4l4 4l-4 4M20 16H6M10 12l-4 4l4 4',
  group: 'M8 11a3 3 0 1 0 0-6a3 3 0 0 0 0 6M16 11a3 3 0 1 0 0-6a3 3 0 0 0 0 6M3 19a5 5 0 0 1 10 0M13 15a5 5 0 0 1 8 4',
  leave: 'M13 4h6v16h-6M9 8l-4 4l4 4M5 12h10',
  park: 'M8 20V4h5a4 4 0 0 1 0 9H8',
  ear: 'M7 9a5 5 0 0 1 10 0c0 4-4 5-4 8a3 3 0 0 1-6 0M10 9a2 2 0 0 1 4 0',
  check: 'M5 12l5 5l9-10',
  up: 'M6 15l6-6l6 6',
  trash: 'M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3',
  plus: 'M12 5v14M5 12h14',
  play: 'M7 5l12 7l-12 7z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={name === 'keypad' ? 3 : 2} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
