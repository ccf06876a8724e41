/** Writes the body of a request, and reads that of an answer. */
import { pairsOf } from './address.ts'
import { eventsOf, valuesOf } from './streams.ts'

/** The options that a body is given by, of which a call has one. */
export interface SentBodies {
  readonly body?: unknown
  readonly form?: object
  readonly multipart?: object
  readonly text?: string
  readonly bytes?: BodyInit
}

/** The body of a request, and the content type that fetch would not write by itself. */
export function sentBody(given: SentBodies): [body: BodyInit | undefined, type?: string] {
  const { form, multipart, text, bytes } = given
  if (form !== undefined) return [new URLSearchParams(pairsOf(form) as [string, string][])]
  if (multipart !== undefined) {
    const data = new FormData()
    // A text and a file are added by two overloads.
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

/** The body of an answer, by its content type. Streams are read by their reader. */
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
