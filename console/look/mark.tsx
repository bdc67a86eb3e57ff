/** The name of the product, as it stands in the corner and on the sign-in page. */
import type { ReactElement } from 'react';
import mark from './mark.svg';
import css from './css/mark.module.css';

export function Mark({ large = false }: { readonly large?: boolean }): ReactElement {
  return (
    <span className={css['mark']} data-large={large}>
      <img src={mark} alt="" />
      Edict
    </span>
  );
}
