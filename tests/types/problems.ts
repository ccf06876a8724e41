// A problem is the schema of its document, and a class to throw.
import {
  type IssueInit,
  Problem,
  type ProblemDocument,
  ValidationError,
} from '../../lib/problems.ts'
import type { SchemaInput, SchemaOutput } from '../../lib/types/schemas.ts'
import type { Assert, Equal } from './assert.ts'

export type Checks = [
  Assert<Equal<SchemaOutput<typeof Problem>, ProblemDocument>>,
  Assert<Equal<SchemaInput<typeof Problem>, ProblemDocument>>,
]

declare function take(document: SchemaOutput<typeof Problem>): void

export function documents(): void {
  take({ title: 'No such user' })
  take({ title: 'x', status: 404, balance: 30, more: [1] })
  // @ts-expect-error: the title is missing
  take({ status: 404 })
  // @ts-expect-error: a status is a number
  take({ title: 'x', status: '404' })
}

export function thrown(issues: readonly IssueInit[]): never {
  // @ts-expect-error: the status is missing
  new Problem({ title: 'x' })
  // @ts-expect-error: there is no such source
  new ValidationError([{ source: 'json', message: 'x' }])
  throw new ValidationError(issues, { status: 400 })
}
