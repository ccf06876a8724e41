/** Revalidates a stale response with the app (RFC 9111 section 4.3). */
import { joinedField } from '../../http/conditional.ts'
import type { HeaderList, HTTPResponseStartMessage } from '../../types.ts'
import { type Entry, withoutAge } from './entries.ts'
import { type Freshness, freshnessOf, type Times } from './rules.ts'

/** Returns the request fields with the validators of the stored response, or unchanged if it has none. */
export function withValidators(
  headers: HeaderList,
  { headers: kept, revalidate }: Entry,
): HeaderList {
  if (revalidate === undefined) return headers
  const etag = joinedField(kept, 'etag')
  const changed = joinedField(kept, 'last-modified')
  return [
    ...headers,
    ...(etag === null ? [] : ['if-none-match', etag]),
    ...(changed === null ? [] : ['if-modified-since', changed]),
  ]
}

/** Fields of a 304 that do not describe the stored content (RFC 9111 section 3.2). */
const UNCHANGED: ReadonlySet<string> = new Set([
  ...['content-length', 'content-encoding', 'content-type', 'content-range', 'transfer-encoding'],
])

/**
 * Updates a stored response with the fields of a 304.
 *
 * @returns The response for the client, and how it may be cached, if it may.
 */
export function freshenEntry(
  entry: Entry,
  start: HTTPResponseStartMessage,
  times: Times,
  now: number,
): { readonly entry: Entry; readonly freshness: Freshness | undefined } {
  const names = new Set(start.headers.filter((_, index) => index % 2 === 0))
  names.add('date') // the old date would imply the old age
  for (const name of UNCHANGED) names.delete(name)
  const kept = entry.headers.filter(
    (_, index) => !names.has(entry.headers[index - (index % 2)] ?? ''),
  )
  const added = start.headers.filter((_, index) =>
    names.has(start.headers[index - (index % 2)] ?? ''),
  )
  const headers = [...kept, ...added]
  const { status, body } = entry
  const freshness = freshnessOf({ type: 'http.response.start', status, headers }, times, now)
  const { vary, isPublic } = entry
  const plain = { lifetime: 0, age: 0, vary, isPublic }
  return {
    entry: { ...(freshness ?? plain), status, headers: withoutAge(headers), body, time: now },
    freshness,
  }
}
