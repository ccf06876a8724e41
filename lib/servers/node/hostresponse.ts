/** Writes the head of a response that a host, and what it has put around the response, share. */
import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { HeaderList } from '../../types.ts'

/** Fields that the host and the app may both send. Of any other, the app's stands. */
const SHARED = new Set(['set-cookie', 'vary', 'link'])

/**
 * One field after the other, where a server of our own passes the whole list at once: what hosts put
 * around a response reads and changes it by `getHeader` and `setHeader`, and much of it knows no
 * lists.
 */
export function writeHosted(response: ServerResponse, status: number, headers: HeaderList): void {
  for (const [name, values] of grouped(headers)) {
    const all = SHARED.has(name) ? [...valuesOf(response.getHeader(name)), ...values] : values
    // A single value as a text, since few expect a list where there is one.
    response.setHeader(name, all.length === 1 ? (all[0] ?? '') : all)
  }
  response.writeHead(status)
}

/** Head and body; the bytes as a Buffer, which is all that some of it takes besides text. */
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

function grouped(headers: HeaderList): Map<string, string[]> {
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
