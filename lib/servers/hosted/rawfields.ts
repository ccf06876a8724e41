/** The fields of a request as the parser read them, or as a synthetic request states them. */
import { isHeaderName, isHeaderValue } from '../../http/headers.ts'
import type { HeaderList } from '../../types.ts'
import type { HostedRequest } from './mountpoint.ts'

/**
 * `rawHeaders`, which Node's parser fills.
 *
 * A request that was made of an event, as by serverless-http, has only `headers`, or numbers and lists
 * among the values, and nothing has checked its fields.
 *
 * Undefined for a field that no message may have.
 */
export function rawFieldsOf(request: HostedRequest): HeaderList | undefined {
  const { rawHeaders, headers } = request
  if (!isFilled(rawHeaders)) {
    // By Node's parser, one is empty only if the other is.
    const isBare = rawHeaders !== undefined && Object.keys(headers).length === 0
    return isBare ? [] : checked(fieldsOf(Object.entries(headers)))
  }
  const isParsed = rawHeaders.every((text) => typeof text === 'string')
  return isParsed ? rawHeaders : checked(rawHeaders.map(String))
}

function isFilled(rawHeaders: readonly string[] | undefined): rawHeaders is readonly string[] {
  return rawHeaders !== undefined && rawHeaders.length > 0
}

function fieldsOf(entries: readonly (readonly [string, unknown])[]): HeaderList {
  const fields = entries.flatMap(([name, value]) => fieldOf(name.toLowerCase(), value))
  const hasHost = fields.some((name, index) => index % 2 === 0 && name === 'host')
  // HTTP/1.1 wants a host, which no connection was asked for here. An empty one names none.
  return hasHost ? fields : [...fields, 'host', '']
}

function fieldOf(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return [name, String(value)]
  if (name === 'cookie') return [name, value.join('; ')]
  return value.flatMap((one) => [name, String(one)])
}

function checked(fields: HeaderList): HeaderList | undefined {
  const isField = (text: string, index: number): boolean =>
    index % 2 === 0 ? isHeaderName(text.toLowerCase()) : isHeaderValue(text)
  return fields.every(isField) ? fields : undefined
}
