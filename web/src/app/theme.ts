// The look, with contrast that passes WCAG 2.2 AA in both schemes (Mantine's own does not).
import { createTheme, defaultCssVariablesResolver, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: 8, // one shade for both schemes: autoContrast looks at one only
  autoContrast: true,
  luminanceThreshold: 0.18,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
});

const HUES = [
  'blue', 'green', 'red', 'orange', 'yellow', 'gray', 'teal', 'violet', 'cyan', 'pink', 'grape', 'indigo', 'lime',
];

export const resolver: CSSVariablesResolver = (given) => {
  const variables = defaultCssVariablesResolver(given);
  for (const hue of HUES) {
    const dark = `color-mix(in srgb, var(--mantine-color-${hue}-9), black 30%)`;
    variables.light[`--mantine-color-${hue}-light-color`] = dark;
    variables.light[`--mantine-color-${hue}-text`] = dark;
    variables.dark[`--mantine-color-${hue}-light-color`] = `var(--mantine-color-${hue}-2)`;
    variables.dark[`--mantine-color-${hue}-text`] = `var(--mantine-color-${hue}-3)`;
  }
  Object.assign(variables.light, {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-9)',
    '--control-edge': 'var(--mantine-color-gray-6)',
  });
  Object.assign(variables.dark, {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
    '--mantine-color-placeholder': 'color-mix(in srgb, var(--mantine-color-dark-1) 40%, var(--mantine-color-dark-2))',
    '--control-edge': 'var(--mantine-color-dark-2)',
  });
  return variables;
};
