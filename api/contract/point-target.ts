/** What enforcement points are, and what they take. */
import { z } from 'zod';

export const PointKind = z.enum(['opa', 'nftables']);
export const PointTarget = z.enum(['rego', 'rego-access', 'nftables']);
