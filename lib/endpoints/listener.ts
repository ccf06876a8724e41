/** A handler that answers message by message. */
import { WebSocketException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Relaxed } from '../operations/responses.ts'
import { isSchema } from '../operations/schemas.ts'
import type { Schema } from '../types/schemas.ts'
import type { WebSocket, WebSocketData } from '../websockets.ts'
import { Lanes } from './concurrency.ts'
import { contracted, type MessageHandler, type MessageTexts } from './contract.ts'
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
  /** `text`, `bytes`, or JSON in either kind of message ('json'). */
  encoding?: Kind
  /**
   * A Standard Schema of messages, or a function that gives the message that the callback gets, and
   * throws when it is invalid (as it came).
   */
  parse?:
    | Schema<unknown, Message>
    | ((data: Decoded<Kind>) => Made<Message> | Promise<Made<Message>>)
  /**
   * A Standard Schema of what the callback returns. What it drops is not sent, and what does not fit is
   * a bug, which closes with 1011 (none).
   */
  sends?: Schema<Sent, unknown>
  /**
   * Whether a problem document (RFC 9457) is sent before it closes for an invalid message: with all
   * issues by the schema, or that of a `Problem` or `ValidationError` that `parse` has thrown (false).
   */
  sendProblem?: boolean
  /**
   * Deals with what `parse` has thrown, or the `ValidationError` of the schema; messages go on unless it
   * closes (closes with 1008).
   */
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
 * of the wrong kind closes with 1003, one that is no JSON with 1007, one that is invalid by `parse` with
 * 1008.
 *
 * @throws TypeError for options that can never work.
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
  const { summary, description } = options
  const receives = isSchema(parse) ? parse : undefined
  const contract = { kind: 'listener', encoding, receives, sends, summary, description } as const
  return contracted({ ...contract, sendsProblem: sendProblem }, handle)
}

/**
 * The message itself. As an intersection, the compiler prefers the type of a schema that is a function
 * too, as those of arktype, which return a list of errors or the message.
 */
type Made<Message> = Message & (NonNullable<unknown> | null | undefined)

/** What a callback may return: what is sent, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type Answered<Sent> = Relaxed<Sent> | undefined | void

const WHERE = 'websocketListener'

export function accept(websocket: Pick<WebSocket, 'accept'>): Promise<void> {
  return websocket.accept()
}

/** Does what a function does that was not given. */
export function nothing(): void {}

function refuse(_websocket: unknown, cause: unknown): never {
  if (cause instanceof WebSocketException) throw cause
  throw new WebSocketException(1008, 'The message is not valid.', { cause })
}
