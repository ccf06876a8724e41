/** Reads params, query, header fields and cookies for a contract, and collects their issues. */
import type { IssueInit, IssueSource } from '../exceptions/issues.ts'
import { handled, isThenable } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import type { AnySchema } from '../types/schemas.ts'
import { type Members, membersOf } from './coercion.ts'
import type { Contract } from './contract.ts'
import { issuesOf } from './issues.ts'
import { plainQuery } from './plainquery.ts'
import { type Validated, validate } from './schemas.ts'
import { coerced, coercedAll, objectOf, set } from './texts.ts'

type AnyRequest = Request<never, never>

/** The inputs that are not the body, by their keys in a contract. */
export type SourceKey = 'params' | 'query' | 'headers' | 'cookies'

/** Reads one source of a request, and validates it. */
export interface SourceReader {
  readonly key: SourceKey
  readonly source: IssueSource
  read(request: AnyRequest): Validated | Promise<Validated>
}

const SOURCES: readonly [key: SourceKey, source: IssueSource, reader: Gathering][] = [
  ['params', 'path', paramsOf],
  ['query', 'query', queryOf],
  ['headers', 'header', headersOf],
  ['cookies', 'cookie', cookiesOf],
]

type Gathering = (request: AnyRequest, members: Members | undefined) => Record<string, unknown>

/** The readers that a contract needs. What each schema wants is found out here, once. */
export function sourceReaders(contract: Contract): SourceReader[] {
  return SOURCES.flatMap(([key, source, gather]) => {
    const schema: AnySchema | undefined = contract[key]
    if (schema === undefined) return []
    const members = membersOf(schema)
    return [{ key, source, read: (request) => validate(schema, gather(request, members)) }]
  })
}

/** Convertors have made values of some texts; others are made what the schema wants. */
function paramsOf(
  { pathParams }: AnyRequest,
  members: Members | undefined,
): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(pathParams)) {
    set(params, name, coerced(value, members?.byName.get(name)))
  }
  return params
}

function queryOf(request: AnyRequest, members: Members | undefined): Record<string, unknown> {
  const { queryString } = request.scope
  if (queryString === '') return {}
  return plainQuery(queryString, members) ?? objectOf(request.queryParams, members)
}

/** The fields that the schema names, in its spelling; all of them in lower case if it cannot tell. */
function headersOf({ headers }: AnyRequest, members: Members | undefined): Record<string, unknown> {
  if (members === undefined || members.byName.size === 0) return objectOf(headers, members)
  const fields: Record<string, unknown> = {}
  for (const [name, wanted] of members.byName) {
    const values = headers.getAll(name)
    if (values.length === 0) continue
    // A list is one field, or several of one name (RFC 9110 section 5.3).
    const items = wanted.items === undefined ? values : values.flatMap(elementsOf)
    set(fields, name, coercedAll(items, wanted))
  }
  return fields
}

function elementsOf(value: string): string[] {
  return value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
}

/** Other cookies of the same site are no business of the operation. */
function cookiesOf({ cookies }: AnyRequest, members: Members | undefined): Record<string, unknown> {
  if (members === undefined || members.byName.size === 0) {
    return objectOf(Object.entries(cookies), members)
  }
  const named: Record<string, unknown> = {}
  for (const [name, wanted] of members.byName) {
    const value = cookies[name]
    if (value !== undefined) set(named, name, coercedAll([value], wanted))
  }
  return named
}

/** What the handler will be given, so far, and the issues. */
export interface Gathered {
  readonly values: Record<string, unknown>
  readonly issues: IssueInit[]
}

/** Reads all sources. It waits only for schemas that are async. */
export function gather(
  readers: readonly SourceReader[],
  request: AnyRequest,
): Gathered | Promise<Gathered> {
  const gathered: Gathered = { values: { request, params: request.pathParams }, issues: [] }
  let pending: Promise<unknown>[] | undefined
  for (const { key, source, read } of readers) {
    const result = read(request)
    if (isThenable(result)) {
      pending ??= []
      pending.push(
        handled(Promise.resolve(result).then((settled) => take(gathered, key, source, settled))),
      )
    } else take(gathered, key, source, result)
  }
  return pending === undefined ? gathered : Promise.all(pending).then(() => gathered)
}

/** Takes a validated value, or its issues. */
export function take(
  { values, issues }: Gathered,
  key: string,
  source: IssueSource,
  result: Validated,
): void {
  if (result.issues === undefined) values[key] = result.value
  else issues.push(...issuesOf(source, result))
}
