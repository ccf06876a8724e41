/** Reads the fields of a request, from the parser or from a synthetic request. */
import { isHeaderName, isHeaderValue } from '../../http/headers.ts'
import type { HeaderList } from '../../types.ts'
import type { HostedRequest } from './mountpoint.ts'

/**
 * Returns the fields of a request: `rawHeaders` if Node's parser has filled it.
 *
 * A request that was made from an event, as by serverless-http, may have only `headers`, or numbers and lists
 * as values. Its fields are validated here.
 *
 * Undefined if a field is invalid.
 */
export function rawFieldsOf(request: HostedRequest): HeaderList | undefined {
  const { rawHeaders, headers } = request
  if (!isFilled(rawHeaders)) {
    // With Node's parser, one is empty only if the other is.
    const isBare = rawHeaders !== undefined && Object.keys(headers).length === 0
    return isBare ? [] : checkFields(fieldsOf(Object.entries(headers)))
  }
  const isParsed = rawHeaders.every((text) => typeof text === 'string')
  return isParsed ? rawHeaders : checkFields(rawHeaders.map(String))
}

function isFilled(rawHeaders: readonly string[] | undefined): rawHeaders is readonly string[] {
  return rawHeaders !== undefined && rawHeaders.length > 0
}

function fieldsOf(entries: readonly (readonly [string, unknown])[]): HeaderList {
  const fields = entries.flatMap(([name, value]) => fieldOf(name.toLowerCase(), value))
  const hasHost = fields.some((name, index) => index % 2 === 0 && name === 'host')
  // HTTP/1.1 requires a Host field, which a synthetic request may lack. An empty value means that the host is
  // unknown.
  return hasHost ? fields : [...fields, 'host', '']
}

function fieldOf(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return [name, String(value)]
  if (name === 'cookie') return [name, value.join('; ')]
  return value.flatMap((one) => [name, String(one)])
}

function checkFields(fields: HeaderList): HeaderList | undefined {
  const isField = (text: string, index: number): boolean =>
    index % 2 === 0 ? isHeaderName(text.toLowerCase()) : isHeaderValue(text)
  return fields.every(isField) ? fields : undefined
}
