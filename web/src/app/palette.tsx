// Ctrl+K: go anywhere, do anything that is offered now.
import { useRef } from 'react';
import { Spotlight } from '@mantine/spotlight';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { PageEntry } from '@/app/pages';
import { keysText, useActions } from '@/lib/actions';

/** Who knows the keys types on at once. While it faded in and waited for a timer to be focused, the first letters went to
 *  the page below, and what was left of them chose another action. */
const INSTANTLY = { duration: 0 };

/** What an action is for is as readable on the chosen line as on the others. */
const CLEAR = { actionDescription: { opacity: 1 } };

export function Palette({ pages }: { pages: PageEntry[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { actions } = useActions();
  const search = useRef<HTMLInputElement>(null);
  const go = pages.map((page) => ({
    id: `go ${page.path}`,
    label: t(page.title!),
    description: t('palette.go'),
    onClick: () => void navigate(page.path),
  }));
  const act = [...actions.values()].map((action) => ({
    id: action.id,
    label: action.label,
    description: action.keys === null ? action.group : `${action.group} · ${keysText(action.keys)}`,
    onClick: action.perform,
  }));
  return (
    <Spotlight
      actions={[...act, ...go]}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      nothingFound={t('palette.nothing')}
      transitionProps={INSTANTLY}
      styles={CLEAR}
      onSpotlightOpen={() => search.current?.focus()}
      searchProps={{ ref: search, placeholder: t('palette.search'), 'aria-label': t('palette.search') }}
      highlightQuery
      scrollable
      maxHeight={420}
    />
  );
}
