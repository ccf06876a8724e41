/** MessagePack in requests and responses, by the package @msgpack/msgpack. */

import { encode } from '@msgpack/msgpack'
import { assertUnencoded } from './exceptions/common.ts'
import { HTTPException } from './exceptions.ts'
import type { Headers } from './http/headers.ts'
import { mediaTypeOf } from './http/mediatypes.ts'
import { handled } from './internal/handled.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { type DecodeOptions, decodeMsgPack } from './msgpack/decode.ts'
import type { BodyOptions } from './requests.ts'
import { Response } from './responses/response.ts'

export interface MsgPackOptions extends BodyOptions, DecodeOptions {
  /** Accept any content type, or none (false). */
  anyContentType?: boolean
}

/** The properties of a `Request` that `msgpack()` uses. */
export interface MsgPackSource {
  readonly headers: Headers
  bytes(options?: BodyOptions): Promise<Uint8Array>
}

/**
 * Decodes the body of a request as MessagePack.
 *
 * Only `application/vnd.msgpack`, `application/msgpack` and `application/x-msgpack` are accepted. Byte
 * strings become Uint8Arrays, timestamps become dates, and map keys may be text or numbers.
 *
 * @throws HTTPException 415 if the content type is another one, or the body is compressed, 400 if the body is invalid or exceeds
 * `maxDepth` or `maxValues`; and as `request.bytes()` does.
 * @example
 * Route('/', async (request) => new MsgPackResponse(await msgpack(request, { maxDepth: 10 })), {
 *   methods: ['POST'],
 * })
 */
export function msgpack(request: MsgPackSource, options: MsgPackOptions = {}): Promise<unknown> {
  return handled(read(request, options)) // it may be awaited later, after other work
}

async function read(request: MsgPackSource, options: MsgPackOptions): Promise<unknown> {
  const { maxSize, anyContentType, ...decoding } = options
  knownOptions('msgpack', options, 'maxSize anyContentType maxDepth maxValues bigInt64')
  if (!anyContentType && !isMsgPack(request.headers.get('content-type'))) {
    throw new HTTPException(415, 'The request body must be of the type application/vnd.msgpack.')
  }
  assertUnencoded(request.headers.get('content-encoding'))
  return decodeMsgPack(await request.bytes(maxSize === undefined ? {} : { maxSize }), decoding)
}

function isMsgPack(contentType: string | null): boolean {
  return /^application\/(?:vnd\.|x-)?msgpack$/.test(mediaTypeOf(contentType))
}

/**
 * A response with a value as MessagePack. Unlike JSON, it supports bytes (Uint8Array) and dates.
 *
 * Undefined fields of objects are omitted, as in JSON. `msgpack(request)` reads such a body.
 *
 * @throws TypeError if the value has no MessagePack form: undefined, a function, a symbol, a bigint, or
 * more than 100 nested levels, as in a cycle.
 * @example
 * new MsgPackResponse({ id: 7, at: new Date(), hash: new Uint8Array(32) })
 */
export class MsgPackResponse extends Response<unknown> {
  static override readonly optionNames: string = 'status headers mediaType background'

  static override readonly mediaType: string = 'application/vnd.msgpack'

  override render(content: unknown): Uint8Array {
    if (content === undefined) throw unfit('undefined was given')
    try {
      return encode(content, { ignoreUndefined: true })
    } catch (cause) {
      throw unfit(`"${(cause as Error).message}" is what was found in it`, cause)
    }
  }
}

function unfit(what: string, cause?: unknown): TypeError {
  return new TypeError(
    `MsgPackResponse: the content must have a MessagePack form, ${what}. Pass null for "nothing", Number or String for a bigint.`,
    { cause },
  )
}
