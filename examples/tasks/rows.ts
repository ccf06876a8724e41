// Reads a page of what a query selects, and counts all of it.
import type { SelectQueryBuilder } from 'kysely'
import type { OffsetQuery } from 'stellula/pagination'

export async function pageOf<Tables, From extends keyof Tables, Row>(
  rows: SelectQueryBuilder<Tables, From, Row>,
  { limit, offset }: OffsetQuery,
) {
  const items = await rows.limit(limit).offset(offset).execute()
  const count = rows
    .clearSelect()
    .clearOrderBy()
    .select(({ fn }) => fn.countAll().as('total'))
  const { total } = await count.$castTo<{ total: number }>().executeTakeFirstOrThrow()
  return { items, limit, offset, total }
}
