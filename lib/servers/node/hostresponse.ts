/** Writes a response that belongs to a host: its middleware may have added fields or wrapped the response. */
import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'

/** Fields for which the values of the host and of the app are both sent. Any other field has the app's value. */
const SHARED = new Set(['set-cookie', 'vary', 'link'])

/**
 * Writes the head of a response. Each field is set by `setHeader`, because the middleware of hosts reads and
 * changes fields with `getHeader` and `setHeader`, and much of it ignores a list that is passed to `writeHead`.
 */
export function writeHosted(response: ServerResponse, status: number, headers: HeaderList): void {
  for (const [name, values] of groupByName(headers)) {
    const all = SHARED.has(name) ? [...valuesOf(response.getHeader(name)), ...values] : values
    // A single value is set as a string, because most middleware does not expect a list of one value.
    response.setHeader(name, all.length === 1 ? (all[0] ?? '') : all)
  }
  response.writeHead(status)
}

/** Writes the head and the body. The body is a Buffer, because some middleware accepts only strings and Buffers. */
export function endHosted(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: Uint8Array,
): void {
  writeHosted(response, status, headers)
  const { buffer, byteOffset, byteLength } = body
  if (byteLength === 0) response.end()
  else response.end(Buffer.from(buffer, byteOffset, byteLength))
}

function groupByName(headers: HeaderList): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const value = headers[index + 1] ?? ''
    const values = fields.get(name)
    if (values === undefined) fields.set(name, [value])
    else values.push(value)
  }
  return fields
}

function valuesOf(value: number | string | string[] | undefined): string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [String(value)]
}
