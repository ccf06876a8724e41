/** Answers in MessagePack; the only part that needs the package @msgpack/msgpack from the start. */
import { encode } from '@msgpack/msgpack'
import { Response } from './responses/response.ts'

/**
 * A value as MessagePack, with what JSON cannot hold: bytes as Uint8Array, and dates.
 *
 * Object fields that are undefined are left out, as in JSON. `request.msgpack()` reads such a body.
 *
 * @throws TypeError for a value that has no MessagePack: undefined, a function, a symbol, a bigint, or
 * more than 100 levels within each other, as in a cycle.
 * @example
 * new MsgPackResponse({ id: 7, at: new Date(), hash: new Uint8Array(32) })
 */
export class MsgPackResponse extends Response<unknown> {
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
