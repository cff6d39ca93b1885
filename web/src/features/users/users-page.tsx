// Users and agents: who may log in, and what an agent talks with.
import { Badge, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty, Loaded, Page } from '@/components/page';
import { Rows } from '@/components/rows';
import { UserCreate } from '@/features/users/user-create';
import { UserEditForm } from '@/features/users/user-edit';
import { useRowsOf } from '@/lib/crud';
import { dateTime } from '@/lib/format';
import type { Agent, User } from '@/lib/records';

export default function UsersPage() {
  const { t } = useTranslation();
  const users = useRowsOf<User>('/api/users');
  const agents = useRowsOf<Agent>('/api/agents');
  const [creating, setCreating] = useState(false);
  const [edited, setEdited] = useState<User | null>(null);
  const agentOf = (user: User) => agents.data?.find((agent) => agent.agent_id === user.agent_id) ?? null;
  const add = <Button onClick={() => setCreating(true)}>{t('users.create')}</Button>;
  return (
    <Page title={t('nav.users')} text={t('users.text')} actions={add}>
      <Loaded query={users}>
        {(rows) =>
          rows.length === 0 ? <Empty text={t('users.empty')}>{add}</Empty> : (
            <Rows
              name={t('nav.users')}
              rows={rows}
              id={(user) => user.user_id}
              columns={[
                { title: t('common.name'), cell: (user) => <>{user.name} {user.disabled && <Badge color="gray" variant="light" tt="none">{t('users.disabled')}</Badge>}</> },
                { title: t('session.login'), cell: (user) => user.login },
                { title: t('users.role'), cell: (user) => t(`role.${user.role}`) },
                { title: t('users.phone'), cell: (user) => phoneText(t, agentOf(user)) },
                { title: t('users.skills'), cell: (user) => <Skills agent={agentOf(user)} /> },
                { title: t('common.created'), cell: (user) => dateTime(user.created_utc_s) },
                { title: t('common.actions'), cell: (user) => <Button size="xs" variant="light" onClick={() => setEdited(user)} aria-label={`${t('common.edit')}: ${user.login}`}>{t('common.edit')}</Button> },
              ]}
            />
          )
        }
      </Loaded>
      {creating && <UserCreate onClose={() => setCreating(false)} />}
      {edited !== null && <UserEditForm user={edited} agent={agentOf(edited)} onClose={() => setEdited(null)} />}
    </Page>
  );
}

const SHOWN_MAX = 4;

function Skills({ agent }: { agent: Agent | null }) {
  const skills = Object.entries(agent?.skills ?? {});
  return (
    <Group gap={4}>
      {skills.slice(0, SHOWN_MAX).map(([skill, level]) => <Badge key={skill} variant="light" tt="none" color="gray" miw="max-content">{skill} {level}</Badge>)}
      {skills.length > SHOWN_MAX && <span>+{skills.length - SHOWN_MAX}</span>}
    </Group>
  );
}

function phoneText(t: (key: string) => string, agent: Agent | null): string {
  if (agent === null) return '';
  return `${t(`phoneKind.${agent.phone_kind}`)}, ${t(`legMode.${agent.leg_mode}`)}`;
}
