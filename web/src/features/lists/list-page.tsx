import { Anchor, Button, Group, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { contactsOf, useList } from '@/features/lists/lists-api';
import { count, phone } from '@/lib/format';
import type { Contact, ContactList } from '@/lib/records';

const FORMATS = ['csv', 'xlsx', 'native'];
const SEARCH_WAIT_MS = 300;

export default function ListPage() {
  const list = useList(Number(useParams().id));
  return <Loaded query={list}>{(found) => <Contacts list={found} />}</Loaded>;
}

function Contacts({ list }: { list: ContactList }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), SEARCH_WAIT_MS);
  const query = useInfiniteQuery({
    queryKey: ['lists', list.list_id, 'contacts', search],
    queryFn: ({ pageParam }) => contactsOf(list.list_id, search, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const add = <Button component={Link} to={`/lists/${list.list_id}/import`}>{t('import.do')}</Button>;
  return (
    <Page title={list.name} text={t('lists.counts', { contacts: count(list.contacts), numbers: count(list.numbers) })} actions={add}>
      <Group justify="space-between" align="flex-end">
        <TextInput label={t('lists.search')} type="search" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} w={300} maw="100%" />
        <Group gap="xs" role="group" aria-label={t('common.download')}>
          {FORMATS.map((format) => (
            <Button key={format} component="a" href={`/api/lists/${list.list_id}/export?format=${format}`} download variant="default" size="xs">{t(`download.${format}`)}</Button>
          ))}
        </Group>
      </Group>
      <Loaded query={{ data: query.data, error: query.error, isPending: query.isPending }}>
        {() => (rows.length === 0 ? <Empty text={t(search === '' ? 'lists.emptyList' : 'lists.nothingFound')}>{search === '' && add}</Empty> : <ContactRows name={list.name} rows={rows} />)}
      </Loaded>
      {query.hasNextPage && <Button variant="default" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>{t('common.more')}</Button>}
    </Page>
  );
}

const ATTRIBUTES_MAX = 6;

function ContactRows({ name, rows }: { name: string; rows: Contact[] }) {
  const { t } = useTranslation();
  const attributes = [...new Set(rows.flatMap((contact) => Object.keys(contact.attributes)))].slice(0, ATTRIBUTES_MAX);
  return (
    <Rows
      name={name}
      rows={rows}
      id={(contact) => contact.contact_id}
      columns={[
        { title: t('contact.name'), cell: (contact) => <Anchor component={Link} to={`/contacts/${contact.contact_id}`} underline="always">{contact.name || phone(contact.numbers[0] ?? '')}</Anchor> },
        { title: t('contact.numbers'), cell: (contact) => <span className="nums">{contact.numbers.map(phone).join(', ')}</span> },
        ...attributes.map((key) => ({ title: key, cell: (contact: Contact) => contact.attributes[key] ?? '' })),
      ]}
    />
  );
}
