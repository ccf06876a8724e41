/** Writes the body of a request, and reads that of a response. */
import { pairsOf } from './address.ts'
import { eventsOf, valuesOf } from './streams.ts'

/** The options for a body; a call has at most one of them. */
export interface SentBodies {
  readonly body?: unknown
  readonly form?: object
  readonly multipart?: object
  readonly text?: string
  readonly bytes?: BodyInit
}

/** The body of a request, and its content type if fetch does not set it. */
export function sentBody(given: SentBodies): [body: BodyInit | undefined, type?: string] {
  const { form, multipart, text, bytes } = given
  if (form !== undefined) return [new URLSearchParams(pairsOf(form) as [string, string][])]
  if (multipart !== undefined) {
    const data = new FormData()
    // The types have separate overloads for text and files.
    for (const [name, value] of pairsOf(multipart)) data.append(name, value as string)
    return [data]
  }
  if (text !== undefined) return [text, 'text/plain']
  if (bytes !== undefined) {
    const hasType = bytes instanceof Blob && bytes.type !== ''
    return hasType ? [bytes] : [bytes, 'application/octet-stream']
  }
  if (given.body === undefined) return [undefined]
  return [JSON.stringify(given.body), 'application/json']
}

/**
 * Reads the body of a response, by its content type. Event streams and JSON lines become async iterables.
 * Bodies that are neither text nor JSON are returned as streams.
 */
export async function receivedBody(response: Response): Promise<unknown> {
  const { body, headers } = response
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (!body || !type) return null
  if (type === 'text/event-stream') return eventsOf(body)
  if (type === 'application/jsonl') return valuesOf(body)
  if (!/^text\/|[/+]json$/.test(type)) return body
  const text = await response.text()
  if (type.startsWith('text/')) return text
  return text ? JSON.parse(text) : null
}
