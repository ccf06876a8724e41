/** The responses of an operation: those of its contract, and those for invalid requests. */

import { statusPhrase } from '../http/status.ts'
import type { Contract } from '../operations/contract.ts'
import { type Declared, declaredOf, type ResponseHeader } from '../operations/responses.ts'
import type { JSONSchema } from '../operations/schemas.ts'
import { Problem } from '../problems.ts'
import type { Components, Use } from './components.ts'
import { pascalCase } from './names.ts'
import type { OpenAPIMedia, OpenAPIResponse } from './types.ts'

/** The context for describing responses. */
interface ResponsesContext {
  readonly components: Components
  readonly use: Use
  readonly refusals: Refusals
  /** Whether the version is 3.2, which describes the items of a stream. */
  readonly hasItems: boolean
}

/**
 * The responses of a contract by status.
 *
 * @param refusals The statuses of refused requests that the contract does not declare.
 */
export function responsesOf(
  contract: Contract,
  layered: Readonly<Record<string, unknown>>,
  refusals: readonly number[],
  context: ResponsesContext,
): Record<string, OpenAPIResponse | { readonly $ref: string }> {
  const given = { ...layered, ...contract.responses }
  const declared = Object.entries(given).flatMap(([status, one]) =>
    one === undefined ? [] : [[status, responseOf(status, one, context)] as const],
  )
  const known = new Set(declared.map(([status]) => status))
  const added = refusals
    .filter((status) => !known.has(String(status)))
    .map((status) => [String(status), context.refusals.of(status, context)] as const)
  const all =
    declared.length === 0 ? [...added, ['default', ANYTHING] as const] : [...declared, ...added]
  return Object.fromEntries(all)
}

/** The response of an operation that declares none. */
export const ANYTHING: OpenAPIResponse = { description: 'The response.' }

function responseOf(status: string, given: unknown, context: ResponsesContext): OpenAPIResponse {
  const { use } = context
  const declared = declaredOf('openapi', status, given)
  const { details } = declared
  const description = details?.description ?? phraseOf(status)
  const named: Use = {
    side: 'output',
    where: `${use.where}, the response of ${status}`,
    hint: `${use.hint}Response${status}`,
  }
  const headers = Object.entries(details?.headers ?? {}).map(
    ([name, header]) => [name, headerOf(header, context.components, named)] as const,
  )
  const content = contentOf(declared, { ...context, use: named })
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    content,
  } as OpenAPIResponse
}

function phraseOf(status: string): string {
  return status === 'default'
    ? 'Any other response'
    : (statusPhrase(Number(status)) ?? 'A response')
}

function headerOf(
  { description, required, schema }: ResponseHeader,
  components: Components,
  use: Use,
): object {
  return {
    description,
    required: required || undefined,
    schema: (schema === undefined ? undefined : components.of(schema, use)) ?? { type: 'string' },
  }
}

function contentOf(
  { schema, content, mediaType, details }: Declared,
  { components, use, hasItems }: ResponsesContext,
): Record<string, OpenAPIMedia> | undefined {
  if (mediaType === undefined) return undefined
  const described = schema === undefined ? undefined : components.of(schema, use)
  const isStream = content === 'events' || content === 'lines'
  const plain = { schema: described } as OpenAPIMedia
  const examples = Object.entries(details?.examples ?? {}).map(([name, value]) => [name, { value }])
  return {
    [mediaType]: {
      ...(isStream ? ofItems(content, described, hasItems) : plain),
      ...(examples.length === 0 ? {} : { examples: Object.fromEntries(examples) }),
    },
  }
}

/** The media object of a stream. In version 3.1, a stream is a string. */
function ofItems(
  content: 'events' | 'lines',
  items: OpenAPIMedia['itemSchema'],
  hasItems: boolean,
): OpenAPIMedia {
  if (!hasItems) return { schema: { type: 'string' } }
  if (content === 'events') return { itemSchema: eventWith(items) }
  return { itemSchema: items } as OpenAPIMedia
}

/**
 * The schema of an event: an object of its fields, in which `data` is a string (OpenAPI 3.2.0 section
 * 4.14.4.3).
 */
function eventWith(items: OpenAPIMedia['itemSchema']): JSONSchema {
  return {
    type: 'object',
    properties: {
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: items },
      event: { type: 'string' },
      id: { type: 'string' },
      retry: { type: 'integer', minimum: 0 },
    },
    required: ['data'],
  }
}

/** The responses for refused requests, shared by all operations. */
export class Refusals {
  readonly #byName = new Map<string, OpenAPIResponse>()

  /** A reference to the response of this status. */
  of(status: number, context: ResponsesContext): { readonly $ref: string } {
    const description = phraseOf(String(status))
    const name = pascalCase(description)
    if (!this.#byName.has(name)) this.#byName.set(name, refusalOf(status, description, context))
    return { $ref: `#/components/responses/${name}` }
  }

  /** The responses by name, sorted. */
  get byName(): Record<string, OpenAPIResponse> {
    const sorted = [...this.#byName].sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(sorted)
  }
}

/** The response has a problem document, or text if the application does not use `problemDetails()`. */
function refusalOf(
  status: number,
  description: string,
  { components, use }: ResponsesContext,
): OpenAPIResponse {
  const schema = components.of(Problem, { ...use, side: 'output' }) ?? {}
  const problem = { 'application/problem+json': { schema } }
  const text = { 'text/plain': { schema: { type: 'string' } } }
  return { description, content: status === 422 ? problem : { ...problem, ...text } }
}
