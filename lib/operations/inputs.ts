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

/** The keys of a contract for all inputs except the body. */
type SourceKey = 'params' | 'query' | 'headers' | 'cookies'

/** Reads and validates one source of a request. */
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

/** Returns the readers for a contract. The types of each schema are read here, once. */
export function sourceReaders(contract: Contract): SourceReader[] {
  return SOURCES.flatMap(([key, source, gather]) => {
    const schema: AnySchema | undefined = contract[key]
    if (schema === undefined) return []
    const members = membersOf(schema)
    return [{ key, source, read: (request) => validate(schema, gather(request, members)) }]
  })
}

/** Convertors have converted some texts already. The other texts are converted to the types of the schema. */
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

/** Returns the fields that the schema lists, with its spelling; without a list, all fields in lower case. */
function headersOf({ headers }: AnyRequest, members: Members | undefined): Record<string, unknown> {
  if (members === undefined || members.byName.size === 0) return objectOf(headers, members)
  const fields: Record<string, unknown> = {}
  for (const [name, wanted] of members.byName) {
    const values = headers.getAll(name)
    if (values.length === 0) continue
    // A list may be sent as one field or as several fields of one name (RFC 9110 section 5.3).
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

/** Returns only the cookies that the schema lists, because a site may have others. */
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

/** The inputs for the handler, and the issues found so far. */
export interface GatheredInputs {
  readonly values: Record<string, unknown>
  readonly issues: IssueInit[]
}

/** Reads all sources. It awaits only async schemas. */
export function gather(
  readers: readonly SourceReader[],
  request: AnyRequest,
): GatheredInputs | Promise<GatheredInputs> {
  const gathered: GatheredInputs = { values: { request, params: request.pathParams }, issues: [] }
  let pending: Promise<unknown>[] | undefined
  for (const reader of readers) {
    const result = reader.read(request)
    if (isThenable(result)) {
      pending ??= []
      const taken = Promise.resolve(result).then((settled) => addInput(gathered, reader, settled))
      pending.push(handled(taken))
    } else addInput(gathered, reader, result)
  }
  return pending === undefined ? gathered : Promise.all(pending).then(() => gathered)
}

/** Adds a validated value, or its issues. */
function addInput(
  { values, issues }: GatheredInputs,
  { key, source }: SourceReader,
  result: Validated,
): void {
  if (result.issues === undefined) values[key] = result.value
  else issues.push(...issuesOf(source, result))
}
