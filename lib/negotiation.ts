/** Content negotiation by the fields of a request (RFC 9110 section 12). */

import type { Connection } from './connections.ts'
import { Problem } from './exceptions/problem.ts'
import { preferredLanguages } from './http/preferredlanguages.ts'
import { preferredTypes } from './http/preferredtypes.ts'
import { check, invalid } from './internal/checks.ts'
import type { AnyResponse } from './responses/response.ts'

/** An object with the fields of a request: a request, or the handshake of a websocket. */
export type Negotiated = Pick<Connection, 'headers'>

/** Makes the response of one media type. */
export type Variant = () => AnyResponse | Promise<AnyResponse>

/**
 * Returns the offered media type that the client prefers, or undefined if it accepts none of them.
 *
 * The types are compared by the client's weights, then by the specificity of its ranges, then by the order
 * of these, then by the order of the list. Without `Accept` it returns the first type. The response
 * depends on `Accept`, so add `Vary`: `response.headers.vary('Accept')`.
 *
 * @throws TypeError if a type is not a media type, such as `text/html`.
 * @example
 * accepts(request, ['application/json', 'text/html']) // 'application/json'
 */
export function accepts<const Type extends string>(
  { headers }: Negotiated,
  types: readonly Type[],
): Type | undefined {
  assertTypes('accepts', types)
  return preferredTypes(headers.getAll('accept').join(','), types)[0]
}

/**
 * Returns the offered language that the client prefers, or undefined if it accepts none of them.
 *
 * `de` in `Accept-Language` includes the offered `de-AT`, and `de-AT` matches the offered `de` (RFC 4647
 * sections 3.3.1 and 3.4). Without the field it returns the first language. The response depends on the
 * field, so add `Vary`: `response.headers.vary('Accept-Language')`.
 *
 * @throws TypeError if a language is not a tag, such as `en` or `pt-BR`.
 * @example
 * language(request, ['en', 'de']) ?? 'en'
 */
export function language<const Tag extends string>(
  { headers }: Negotiated,
  languages: readonly Tag[],
): Tag | undefined {
  const isList = Array.isArray(languages) && languages.length > 0
  check('language', isList, 'it takes a list of languages', languages, "Write ['en', 'de']")
  for (const tag of languages) if (!isTag(tag)) throw wrongTag(tag)
  return preferredLanguages(headers.getAll('accept-language').join(','), languages)[0]
}

/**
 * Calls the function of the media type that the client prefers, and adds `Vary: Accept` to its response.
 *
 * It compares the types like `accepts()`.
 *
 * @param variants Functions by media type. Without `Accept` the first one is called.
 * @throws Problem 406 with the types as `available`, if the client accepts none of them.
 * @throws TypeError if there is no variant, or a key is not a media type.
 * @example
 * Route('/user', (request) => negotiate(request, {
 *   'application/json': () => new JSONResponse({ name: 'Ada' }),
 *   'text/html': () => new HTMLResponse('<h1>Ada</h1>'),
 * }))
 */
export async function negotiate(
  request: Negotiated,
  variants: Readonly<Record<string, Variant>>,
): Promise<AnyResponse> {
  const available = Object.keys(variants)
  assertTypes('negotiate', available)
  const type = preferredTypes(request.headers.getAll('accept').join(','), available)[0]
  const variant = type === undefined ? undefined : variants[type]
  if (variant === undefined) throw notAcceptable(available)
  const response = await variant()
  response.headers.vary('Accept')
  return response
}

function notAcceptable(available: readonly string[]): Problem {
  return new Problem({
    status: 406,
    detail: `It is available as ${available.join(', ')}.`,
    headers: { vary: 'Accept' },
    available,
  })
}

function assertTypes(where: string, types: readonly string[]): void {
  const isList = Array.isArray(types) && types.length > 0
  check(where, isList, 'it takes media types', types, "Name one, such as 'text/html'")
  for (const type of types) {
    if (!isType(type)) throw invalid(where, 'a media type is needed', type, "Write 'text/html'")
  }
}

/** Whether it is a media type without wildcards, with or without parameters. */
function isType(type: unknown): boolean {
  return typeof type === 'string' && /^[^\s/;,*]+\/[^\s/;,*]+(?:\s*;.*)?$/.test(type)
}

/** Whether it is a language tag without wildcards (roughly by RFC 5646 section 2.1). */
function isTag(tag: unknown): boolean {
  return typeof tag === 'string' && /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(tag)
}

function wrongTag(tag: unknown): TypeError {
  return invalid('language', 'a language must be a tag', tag, "Write 'en' or 'pt-BR'")
}
