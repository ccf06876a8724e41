/** Makes a websocket handler that answers each message. */
import { WebSocketException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Relaxed } from '../operations/responses.ts'
import { isSchema } from '../operations/schemas.ts'
import type { Schema } from '../types/schemas.ts'
import type { WebSocket, WebSocketData } from '../websockets.ts'
import { ConcurrencyLimit } from './concurrency.ts'
import { type MessageHandler, type MessageTexts, withContract } from './contract.ts'
import { assertEncoding, assertFunctions, type Decoded, decode, type Encoding } from './decode.ts'
import { converse, quietly } from './dialogue.ts'
import { parserOf } from './parsing.ts'
import { assertSends, problemOf, senderOf } from './sending.ts'

export interface ListenerOptions<
  Kind extends Encoding = 'json',
  Message = Decoded<Kind>,
  Socket = WebSocket,
  Sent = unknown,
> extends MessageTexts {
  /** `text`, `bytes`, or `json` in either kind of message ('json'). */
  encoding?: Kind
  /**
   * A Standard Schema of messages, or a function that converts the decoded message for the callback and
   * throws if it is invalid (none: the callback gets the decoded message).
   */
  parse?:
    | Schema<unknown, Message>
    | ((data: Decoded<Kind>) => Made<Message> | Promise<Made<Message>>)
  /**
   * A Standard Schema of the callback's results (none). Its output is sent. A result that does not match is a
   * bug, which closes the websocket with 1011.
   */
  sends?: Schema<Sent, unknown>
  /**
   * Whether a problem document (RFC 9457) is sent before the websocket is closed for an invalid message
   * (false). It has all issues of the schema, or is that of a `Problem` or `ValidationError` that `parse` has
   * thrown.
   */
  sendProblem?: boolean
  /**
   * Called with the error that `parse` has thrown, or the `ValidationError` of the schema (closes with 1008).
   * Unless it closes the websocket, further messages are handled.
   */
  onInvalid?: (websocket: Socket, error: unknown) => unknown
  /**
   * The maximum number of messages that are handled at a time (1). With more than one, answers may be sent in
   * another order.
   */
  concurrency?: number
  /** Accepts or refuses the websocket (accepts). */
  onConnect?: (websocket: Socket) => unknown
  /** Called at the end with the client's close code, or with 1011 after an error (none). */
  onDisconnect?: (websocket: Socket, code: number) => unknown
}

/**
 * Makes a handler for `WebSocketRoute` that calls a function for each message and sends its result. Bytes are
 * sent as bytes and other values as JSON; strings are sent as text if the encoding is not `json`. If the
 * result is undefined, nothing is sent.
 *
 * Messages wait while one is handled; if the server's buffer is full, the client waits too. A message of the
 * wrong kind closes the websocket with 1003, invalid JSON with 1007, and a message that `parse` refuses with
 * 1008.
 *
 * @throws TypeError if an option is unknown or invalid.
 * @example
 * const add = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0)
 * WebSocketRoute('/sum', websocketListener(add, {
 *   parse: z.array(z.number()),
 *   sends: z.number(),
 *   sendProblem: true,
 * }))
 */
export function websocketListener<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
  Kind extends Encoding = 'json',
  Message = Decoded<Kind>,
  Sent = unknown,
  const Reply extends Answered<Sent> = Answered<Sent>,
>(
  onMessage: (message: Message, websocket: WebSocket<Params, State>) => Reply | Promise<Reply>,
  options: ListenerOptions<Kind, Message, WebSocket<Params, State>, Sent> = {},
): MessageHandler<Params, State> {
  knownOptions(
    WHERE,
    options,
    'encoding parse sends sendProblem onInvalid concurrency onConnect onDisconnect summary description',
  )
  const encoding: Encoding = 'encoding' in options ? options.encoding : 'json'
  const { parse, sends, sendProblem = false, onInvalid = refuse, concurrency = 1 } = options
  const { onConnect = accept, onDisconnect = nothing } = options
  assertEncoding(WHERE, encoding)
  const functions = { onMessage, onInvalid, onConnect, onDisconnect }
  assertFunctions(
    WHERE,
    isSchema(parse) || parse === undefined ? functions : { ...functions, parse },
  )
  assertSends(WHERE, sends)
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(
      `websocketListener: the concurrency must be a number of messages from 1 on, ${concurrency} was given. Use 1 to keep their order.`,
    )
  }

  const read = parserOf(parse)
  const send = senderOf(WHERE, sends, encoding !== 'json')
  const explain = async (websocket: WebSocket<Params, State>, error: unknown): Promise<void> => {
    if (sendProblem && websocket.phase === 'open') await websocket.sendJSON(problemOf(error))
  }
  const take = async (websocket: WebSocket<Params, State>, data: WebSocketData): Promise<void> => {
    let decoded: unknown
    try {
      decoded = decode(data, encoding)
    } catch (error) {
      await explain(websocket, error)
      throw error
    }
    const parsed = await read(decoded, data)
    if (parsed.invalid !== undefined) {
      await explain(websocket, parsed.invalid.error)
      await onInvalid(websocket, parsed.invalid.error)
      return
    }
    const reply = await onMessage(parsed.message as Message, websocket)
    if (reply !== undefined && websocket.phase === 'open') await send(websocket, reply)
  }

  const handle = (websocket: WebSocket<Params, State>): Promise<void> => {
    const limit = concurrency === 1 ? undefined : new ConcurrencyLimit(concurrency)
    return converse(websocket, {
      connect: () => onConnect(websocket),
      receive:
        limit === undefined
          ? (data) => take(websocket, data)
          : (data) => limit.add(() => quietly(() => take(websocket, data))),
      disconnect: (code) => onDisconnect(websocket, code),
      ...(limit === undefined ? {} : { finish: () => limit.drain(), signal: limit.signal }),
    })
  }
  const { summary, description } = options
  const receives = isSchema(parse) ? parse : undefined
  const contract = { kind: 'listener', encoding, receives, sends, summary, description } as const
  return withContract({ ...contract, sendsProblem: sendProblem }, handle)
}

/**
 * The message itself. The intersection makes the compiler prefer the type of a schema if the schema is also a
 * function. Those of arktype are: they return a list of errors or the message.
 */
type Made<Message> = Message & (NonNullable<unknown> | null | undefined)

/** The result of a callback: the value to send, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type Answered<Sent> = Relaxed<Sent> | undefined | void

const WHERE = 'websocketListener'

export function accept(websocket: Pick<WebSocket, 'accept'>): Promise<void> {
  return websocket.accept()
}

/** Stands for a callback that was not given. */
export function nothing(): void {}

function refuse(_websocket: unknown, cause: unknown): never {
  if (cause instanceof WebSocketException) throw cause
  throw new WebSocketException(1008, 'The message is not valid.', { cause })
}
