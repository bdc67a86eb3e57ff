/** Before any schema is used: zod compiles none of them into functions, which the page's policy refuses. */
import { z } from 'zod';

z.config({ jitless: true });
