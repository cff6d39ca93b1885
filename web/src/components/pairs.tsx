// What is known of one thing, a name and a value a line.
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export type Pair = [name: string, value: ReactNode];

export function Pairs({ rows, framed = false }: { rows: readonly Pair[]; framed?: boolean }) {
  return (
    <Table variant="vertical" layout="fixed" withTableBorder={framed}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="38%" style={{ overflowWrap: 'anywhere' }}>{name}</Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Those that have a value. */
export const known = (rows: readonly Pair[]): Pair[] => rows.filter(([, value]) => value !== '' && value !== null);
