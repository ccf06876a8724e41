// Pages have the types of their items, queries those of their cursors.
import * as z from 'zod'
import { cursorPage, offsetPage } from '../../lib/pagination.ts'
import type { SchemaInput, SchemaOutput } from '../../lib/types/schemas.ts'
import type { Assert, Equal } from './assert.ts'

const User = z.object({ id: z.int(), name: z.string().default('') })
const byOffset = offsetPage(User)
const byCursor = cursorPage(User, { cursor: z.object({ after: z.int() }) })
const byAnything = cursorPage(User)

export type Checks = [
  Assert<Equal<SchemaOutput<typeof byOffset.query>['offset'], number>>,
  Assert<Equal<SchemaInput<typeof byOffset.page>['items'][number]['name'], string | undefined>>,
  Assert<Equal<SchemaOutput<typeof byOffset.page>['items'][number]['name'], string>>,
  Assert<Equal<SchemaOutput<typeof byCursor.query>['cursor'], { after: number } | undefined>>,
  Assert<Equal<SchemaInput<typeof byCursor.page>['next'], { after: number } | null>>,
  Assert<Equal<SchemaOutput<typeof byCursor.page>['next'], string | null>>,
  Assert<Equal<SchemaOutput<typeof byAnything.query>['cursor'], unknown>>,
]

export function misuse(): void {
  // @ts-expect-error: there is no such option
  offsetPage(User, { cursor: User })
  // @ts-expect-error: a schema is needed
  cursorPage(7)
}
