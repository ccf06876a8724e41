// The schemas of the operation scenarios, by zod.

import * as z from 'zod'
import type { Schemas } from './shapes.ts'

const search = z.string().max(100)
const sort = z.enum(['newest', 'oldest'])

export const schemas: Schemas = {
  params: z.object({ id: z.coerce.number<string>().int() }),
  textQuery: z.object({ search, page: z.coerce.number<string>().int().min(1), sort }),
  query: z.object({ search, page: z.number().int().min(1), sort }),
  article: z.object({
    id: z.int(),
    title: z.string(),
    page: z.int(),
    sort,
    tags: z.array(z.string()),
    author: z.object({ name: z.string(), email: z.string() }),
  }),
  order: z.object({
    customer: z.string().min(1),
    lines: z.array(
      z.object({
        article: z.string(),
        quantity: z.int().min(1),
        price: z.number().min(0),
        inStock: z.boolean(),
      }),
    ),
    note: z.string(),
  }),
  receipt: z.object({ customer: z.string(), lines: z.int(), total: z.number() }),
}
