/** Content negotiation by the fields of a request (RFC 9110 section 12). */

import type { Connection } from './connections.ts'
import { Problem } from './exceptions/problem.ts'
import { preferredLanguages } from './http/preferredlanguages.ts'
import { preferredTypes } from './http/preferredtypes.ts'
import { must, wrong } from './internal/must.ts'
import type { AnyResponse } from './responses/response.ts'

/** What has the fields of a request: a request, or a websocket's handshake. */
export type Negotiated = Pick<Connection, 'headers'>

/** Makes the response of one media type. */
export type Variant = () => AnyResponse | Promise<AnyResponse>

/**
 * The offered media type that the client prefers, or undefined if it accepts none of them.
 *
 * The client's weights decide, then how specifically it names a type, then its order, then that of the
 * list. A request without `Accept` prefers the first. The response depends on `Accept` then, so add
 * `Vary`: `response.headers.vary('Accept')`.
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
 * The offered language that the client prefers, or undefined if it accepts none of them.
 *
 * `de` in `Accept-Language` includes `de-AT`, and for `de-AT` there, `de` will do (RFC 4647 sections
 * 3.3.1 and 3.4). A request without the field prefers the first. The response depends on the field then,
 * so add `Vary`: `response.headers.vary('Accept-Language')`.
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
  must('language', isList, 'it takes a list of languages', languages, "Write ['en', 'de']")
  for (const tag of languages) if (!isTag(tag)) throw wrongTag(tag)
  return preferredLanguages(headers.getAll('accept-language').join(','), languages)[0]
}

/**
 * Calls the function of the media type that the client prefers, and adds `Vary: Accept` to its response.
 *
 * The order is that of `accepts()`.
 *
 * @param variants Functions by media type; without `Accept` the first is called.
 * @throws Problem 406 with the types as `available`, if the client accepts none of them.
 * @throws TypeError if there is no variant, or the name of one is not a media type.
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
  must(where, isList, 'it takes media types', types, "Name one, such as 'text/html'")
  for (const type of types) {
    if (!isType(type)) throw wrong(where, 'a media type is needed', type, "Write 'text/html'")
  }
}

/** A media type without wildcards, perhaps with parameters. */
function isType(type: unknown): boolean {
  return typeof type === 'string' && /^[^\s/;,*]+\/[^\s/;,*]+(?:\s*;.*)?$/.test(type)
}

/** A language tag without wildcards (RFC 5646 section 2.1, roughly). */
function isTag(tag: unknown): boolean {
  return typeof tag === 'string' && /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(tag)
}

function wrongTag(tag: unknown): TypeError {
  return wrong('language', 'a language must be a tag', tag, "Write 'en' or 'pt-BR'")
}
