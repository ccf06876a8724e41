/** A handler that answers message by message. */
import { WebSocketException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { WebSocket, WebSocketData } from '../websockets.ts'
import { Lanes } from './concurrency.ts'
import { assertEncoding, assertFunctions, type Decoded, decode, type Encoding } from './decode.ts'
import { converse, quietly } from './dialogue.ts'

export interface ListenerOptions<
  Kind extends Encoding = 'json',
  Message = Decoded<Kind>,
  Socket = WebSocket,
> {
  /** `text`, `bytes`, or JSON in either kind of message ('json'). */
  encoding?: Kind
  /**
   * Gives the message that the callback gets, or throws when it is not valid: `Order.parse` of a schema
   * library, for instance (as it came).
   */
  parse?: (data: Decoded<Kind>) => Message | Promise<Message>
  /** Deals with what `parse` has thrown; messages go on unless it closes (closes with 1008). */
  onInvalid?: (websocket: Socket, error: unknown) => unknown
  /** How many messages are worked on at once; the order of answers is kept with one only (1). */
  concurrency?: number
  /** Accepts, or refuses (accepts). */
  onConnect?: (websocket: Socket) => unknown
  /** Called at the end with the client's code, or 1011 after an error (nothing). */
  onDisconnect?: (websocket: Socket, code: number) => unknown
}

/**
 * A handler for `WebSocketRoute` that calls a function for each message and sends what it returns:
 * bytes as bytes, and anything else as JSON, or as text where the encoding is not `json`. For undefined
 * nothing is sent.
 *
 * Messages wait while one is worked on; beyond what the server keeps, so does the client. One that is
 * of the wrong kind closes with 1003, one that is no JSON with 1007, one that `parse` throws for with
 * 1008.
 *
 * @throws TypeError for options that can never work.
 * @example
 * const add = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0)
 * WebSocketRoute('/sum', websocketListener(add, {
 *   parse: (data) => {
 *     if (Array.isArray(data) && data.every((item) => typeof item === 'number')) return data
 *     throw new TypeError('a list of numbers is needed')
 *   },
 * }))
 */
export function websocketListener<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
  Kind extends Encoding = 'json',
  Message = Decoded<Kind>,
>(
  onMessage: (message: Message, websocket: WebSocket<Params, State>) => unknown,
  options: ListenerOptions<Kind, Message, WebSocket<Params, State>> = {},
): (websocket: WebSocket<Params, State>) => Promise<void> {
  knownOptions(
    'websocketListener',
    options,
    'encoding parse onInvalid concurrency onConnect onDisconnect',
  )
  const encoding: Encoding = 'encoding' in options ? options.encoding : 'json'
  const { parse = asItCame, onInvalid = refuse, concurrency = 1 } = options
  const { onConnect = accept, onDisconnect = nothing } = options
  assertEncoding('websocketListener', encoding)
  assertFunctions('websocketListener', { onMessage, parse, onInvalid, onConnect, onDisconnect })
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(
      `websocketListener: the concurrency must be a number of messages from 1 on, ${concurrency} was given. Use 1 to keep their order.`,
    )
  }

  const take = async (websocket: WebSocket<Params, State>, data: WebSocketData): Promise<void> => {
    const decoded = decode(data, encoding) as Decoded<Kind>
    let message: Message
    try {
      message = (await parse(decoded)) as Message
    } catch (error) {
      await onInvalid(websocket, error)
      return
    }
    const reply = await onMessage(message, websocket)
    if (reply === undefined || websocket.phase !== 'open') return
    if (reply instanceof Uint8Array) await websocket.sendBytes(reply)
    else if (typeof reply === 'string' && encoding !== 'json') await websocket.sendText(reply)
    else await websocket.sendJSON(reply)
  }

  return (websocket) => {
    const lanes = concurrency === 1 ? undefined : new Lanes(concurrency)
    return converse(websocket, {
      connect: () => onConnect(websocket),
      receive:
        lanes === undefined
          ? (data) => take(websocket, data)
          : (data) => lanes.add(() => quietly(() => take(websocket, data))),
      disconnect: (code) => onDisconnect(websocket, code),
      ...(lanes === undefined ? {} : { finish: () => lanes.drain(), signal: lanes.signal }),
    })
  }
}

export function accept(websocket: Pick<WebSocket, 'accept'>): Promise<void> {
  return websocket.accept()
}

/** Does what a function does that was not given. */
export function nothing(): void {}

function asItCame(data: unknown): unknown {
  return data
}

function refuse(_websocket: unknown, cause: unknown): never {
  if (cause instanceof WebSocketException) throw cause
  throw new WebSocketException(1008, 'The message is not valid.', { cause })
}
