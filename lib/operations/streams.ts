/** Streaming responses, whose items are validated and written one by one. */
import { Mapped } from '../internal/mapped.ts'
import type { Source } from '../internal/sources.ts'
import type { ServerSentEvent } from '../responses/events.ts'
import type { Response, ResponseOptions } from '../responses/response.ts'
import { EventSourceResponse } from '../responses/sse.ts'
import { StreamingResponse } from '../responses/streaming.ts'
import type { AnySchema } from '../types/schemas.ts'
import { type ReplySettings, toJSON } from './encode.ts'
import { ServerSentEventOf } from './responses.ts'
import { type Validated, validate } from './schemas.ts'

/** How the items of a stream are checked and written. */
interface Mapping extends ReplySettings {
  readonly schema: AnySchema | undefined
  /** Returns the error for an item that does not match the schema. */
  readonly unfit: (result: Validated) => Error
}

/** Returns a response that streams pieces of text or bytes unchanged. */
export function pieceStream(
  source: Source<string | Uint8Array>,
  options: ResponseOptions,
): Response {
  return new StreamingResponse(source, options) as unknown as Response
}

/** Returns a response of JSON lines. */
export function lineStream(
  source: Source<unknown>,
  options: ResponseOptions,
  mapping: Mapping,
): Response {
  const lines = new Mapped(source, async (item) => `${await writeItem(item, mapping)}\n`)
  return new StreamingResponse(lines, options) as unknown as Response
}

/** Returns a response of server-sent events, whose data is JSON. */
export function eventStream(
  source: Source<unknown>,
  options: ResponseOptions,
  mapping: Mapping,
): Response {
  const { mediaType: _own, ...others } = options
  const events = new Mapped(source, (item) => eventOf(item, mapping))
  return new EventSourceResponse(events, others) as unknown as Response
}

async function eventOf(item: unknown, mapping: Mapping): Promise<ServerSentEvent> {
  if (!(item instanceof ServerSentEventOf)) return { data: await writeItem(item, mapping) }
  return { ...item.fields, data: await writeItem(item.fields.data, mapping) }
}

async function writeItem(
  item: unknown,
  { schema, validates, encode, unfit }: Mapping,
): Promise<string> {
  if (schema === undefined || !validates) return toJSON(item, encode)
  const result = await validate(schema, item)
  if (result.issues !== undefined) throw unfit(result)
  return toJSON(result.value, encode)
}
