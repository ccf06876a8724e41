// A problem is the schema of its document, and a class to throw.
import { Application } from '../../lib/index.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import {
  type IssueInit,
  Problem,
  type ProblemDocument,
  problemDetails,
  problemResponse,
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

class OutOfStock extends Error {
  readonly item: string = 'tea'
}

export function handlers(): void {
  Application({
    exceptionHandlers: [
      [
        OutOfStock,
        (request, error) => {
          error.item satisfies string
          return problemResponse(request, new Problem({ status: 409 }))
        },
      ],
      ...problemDetails({ types: [[404, '/missing']] }),
    ],
  })
  exceptions([...problemDetails()])
  // @ts-expect-error: a key is a status or a class
  problemDetails({ types: [['404', '/missing']] })
}
