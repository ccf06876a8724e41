/** What can be set for the websockets of a server. */
import { knownOptions } from '../../../internal/knownoptions.ts'

export interface WebSocketOptions {
  /** The most bytes of a message; a larger one closes the socket with 1009 (1,048,576). */
  maxMessageSize?: number
  /** How long the app may take to answer a handshake, in ms; then it is a 503 (10,000). */
  handshakeTimeoutMs?: number
  /** How often the client is asked whether it is there, in ms; 0 or null: never (20,000). */
  pingIntervalMs?: number | null
  /** How long it may then be silent, in ms, before it is cut off; 0 or null: for ever (20,000). */
  pingTimeoutMs?: number | null
  /** How long the client may take to answer a close, in ms, before it is cut off (10,000). */
  closeTimeoutMs?: number
  /**
   * How many messages are read ahead of the app (16). What comes behind them is kept as bytes, up to
   * `maxQueuedBytes`, so that pings are answered and a close is noticed; then the client has to wait.
   */
  maxQueuedMessages?: number
  /** How many bytes of messages are read ahead of the app, and how many kept behind them (1,048,576). */
  maxQueuedBytes?: number
  /** The most frames of one message; more close the socket with 1008 (16,384). */
  maxFragments?: number
  /** How many bytes may wait for the client before `send` waits, in each socket (65,536). */
  maxBufferedBytes?: number
  /** Compress messages, for clients that can; see `CompressionOptions` (false). */
  perMessageDeflate?: boolean | CompressionOptions
}

/** Compression costs time, and where its context is kept, some 300 KB of memory for each socket. */
export interface CompressionOptions {
  /** The least bytes of a message that is compressed (1024). */
  threshold?: number
  /** How hard it is tried, from 0 to 9 (6). */
  level?: number
  /** Keep the context from message to message, which compresses better (false). */
  contextTakeover?: boolean
}

/** As `ws` takes it; its own type is in a package that not every user has. */
export interface Compression {
  readonly threshold: number
  readonly zlibDeflateOptions: { readonly level: number }
  readonly serverNoContextTakeover: boolean
  readonly clientNoContextTakeover: boolean
}

export interface WebSocketSettings {
  readonly maxMessageSize: number
  readonly handshakeTimeoutMs: number
  /** Infinity for never, as the next one. */
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
  readonly maxFragments: number
  readonly maxBufferedBytes: number
  readonly compression: Compression | false
}

/** Timers and `ws` count with 31 bits. */
const MOST = 2_147_483_647

/**
 * The options with their defaults.
 *
 * @throws RangeError for one that is no whole number, or out of range.
 */
export function readWebSocketOptions(options: WebSocketOptions): WebSocketSettings {
  knownOptions(
    'serve: websocket',
    options,
    'maxMessageSize handshakeTimeoutMs pingIntervalMs pingTimeoutMs closeTimeoutMs maxQueuedMessages maxQueuedBytes maxFragments maxBufferedBytes perMessageDeflate',
  )
  const { perMessageDeflate = false } = options
  return {
    maxMessageSize: whole('maxMessageSize', options.maxMessageSize ?? 1_048_576, 1),
    handshakeTimeoutMs: whole('handshakeTimeoutMs', options.handshakeTimeoutMs ?? 10_000, 1),
    pingIntervalMs: orNever('pingIntervalMs', options.pingIntervalMs),
    pingTimeoutMs: orNever('pingTimeoutMs', options.pingTimeoutMs),
    closeTimeoutMs: whole('closeTimeoutMs', options.closeTimeoutMs ?? 10_000, 1),
    maxQueuedMessages: whole('maxQueuedMessages', options.maxQueuedMessages ?? 16, 1),
    maxQueuedBytes: whole('maxQueuedBytes', options.maxQueuedBytes ?? 1_048_576, 1),
    maxFragments: whole('maxFragments', options.maxFragments ?? 16_384, 1),
    maxBufferedBytes: whole('maxBufferedBytes', options.maxBufferedBytes ?? 65_536, 1),
    compression: perMessageDeflate === false ? false : readCompression(perMessageDeflate),
  }
}

function readCompression(options: true | CompressionOptions): Compression {
  if (options !== true) {
    knownOptions('serve: perMessageDeflate', options, 'threshold level contextTakeover')
  }
  const { threshold = 1024, level = 6, contextTakeover = false } = options === true ? {} : options
  return {
    threshold: whole('perMessageDeflate.threshold', threshold, 0),
    zlibDeflateOptions: { level: whole('perMessageDeflate.level', level, 0, 9) },
    serverNoContextTakeover: !contextTakeover,
    clientNoContextTakeover: !contextTakeover,
  }
}

function orNever(name: string, given: number | null = 20_000): number {
  return whole(name, given ?? 0, 0) || Number.POSITIVE_INFINITY
}

function whole(name: string, given: number, least: number, most = MOST): number {
  if (Number.isInteger(given) && given >= least && given <= most) return given
  throw new RangeError(
    `serve: websocket.${name} must be a whole number from ${least} to ${most}, ${given} was given. Leave it out for the default.`,
  )
}
