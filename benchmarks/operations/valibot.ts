// The schemas of the operation scenarios, by valibot.

import { toStandardJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Schemas } from './shapes.ts'

const search = v.pipe(v.string(), v.maxLength(100))
const sort = v.picklist(['newest', 'oldest'])
const int = v.pipe(v.number(), v.integer())
const page = v.pipe(int, v.minValue(1))
const number = v.pipe(v.string(), v.transform(Number), int)

export const schemas: Schemas = {
  params: v.object({ id: number }),
  textQuery: v.object({ search, page: v.pipe(number, v.minValue(1)), sort }),
  // Those of Stellula alone can tell what they want, which makes a number of a text; it is the same schema.
  query: toStandardJsonSchema(v.object({ search, page, sort })),
  article: toStandardJsonSchema(
    v.object({
      id: int,
      title: v.string(),
      page: int,
      sort,
      tags: v.array(v.string()),
      author: v.object({ name: v.string(), email: v.string() }),
    }),
  ),
  order: toStandardJsonSchema(
    v.object({
      customer: v.pipe(v.string(), v.minLength(1)),
      lines: v.array(
        v.object({
          article: v.string(),
          quantity: page,
          price: v.pipe(v.number(), v.minValue(0)),
          inStock: v.boolean(),
        }),
      ),
      note: v.string(),
    }),
  ),
  receipt: toStandardJsonSchema(v.object({ customer: v.string(), lines: int, total: v.number() })),
}
