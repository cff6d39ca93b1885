// Ctrl+K: go anywhere, do anything that is offered now.
import { Spotlight } from '@mantine/spotlight';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { PageEntry } from '@/app/pages';
import { keysText, useActions } from '@/lib/actions';

export function Palette({ pages }: { pages: PageEntry[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { actions } = useActions();
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
      searchProps={{ placeholder: t('palette.search'), 'aria-label': t('palette.search') }}
      highlightQuery
      scrollable
      maxHeight={420}
    />
  );
}
