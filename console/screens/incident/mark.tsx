/** The glyph of an entry, by its sort. */
import IconBell from '@tabler/icons-react/icons/IconBell';
import IconBolt from '@tabler/icons-react/icons/IconBolt';
import IconGavel from '@tabler/icons-react/icons/IconGavel';
import IconMessage from '@tabler/icons-react/icons/IconMessage';
import IconRoute from '@tabler/icons-react/icons/IconRoute';
import IconUser from '@tabler/icons-react/icons/IconUser';
import type { ReactElement } from 'react';
import type { Entry, Sort } from './story.ts';

const marks: Readonly<Record<Sort, ReactElement>> = {
  signals: <IconBell size={14} />,
  decisions: <IconGavel size={14} />,
  steps: <IconRoute size={14} />,
  effects: <IconBolt size={14} />,
  comments: <IconMessage size={14} />,
  work: <IconUser size={14} />,
};

export function markOf({ sort }: Entry): ReactElement {
  return marks[sort];
}
