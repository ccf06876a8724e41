/** The options of a server's websockets. */
import { knownOptions } from '../../../internal/knownoptions.ts'

export interface WebSocketOptions {
  /** The maximum size of a message in bytes; a larger one closes the websocket with 1009 (1,048,576). */
  maxMessageSize?: number
  /** How long the app may take to answer a handshake, in ms; then the server answers with 503 (10,000). */
  handshakeTimeoutMs?: number
  /** How often the client is pinged, in ms; 0 or null: never (20,000). */
  pingIntervalMs?: number | null
  /** How long the client may then be silent, in ms, before it is disconnected; 0 or null: no limit (20,000). */
  pingTimeoutMs?: number | null
  /** How long the client may take to answer a close, in ms, before it is disconnected (10,000). */
  closeTimeoutMs?: number
  /**
   * The number of messages that are read before the app receives them (16). Further messages wait as bytes, up to
   * `maxQueuedBytes`: pings are still answered, and a close is noticed. Beyond that the client has to wait.
   */
  maxQueuedMessages?: number
  /** The bytes of messages that are read before the app receives them, and the bytes that wait then (1,048,576). */
  maxQueuedBytes?: number
  /** The maximum number of frames of one message; more close the websocket with 1008 (16,384). */
  maxFragments?: number
  /** The number of bytes that may wait for the client before `send` waits, for each websocket (65,536). */
  maxBufferedBytes?: number
  /** Compress messages, for clients that can; see `CompressionOptions` (false). */
  perMessageDeflate?: boolean | CompressionOptions
}

/** The options of compression. It costs time and, with `contextTakeover`, about 300 KB of memory for each websocket. */
export interface CompressionOptions {
  /** The minimum size of a message that is compressed, in bytes (1024). */
  threshold?: number
  /** The compression level of zlib, from 0 to 9 (6). */
  level?: number
  /** Keep the context from message to message, which compresses better (false). */
  contextTakeover?: boolean
}

/** The options in the form of `ws`. Its types are in a package that not every user has. */
interface Compression {
  readonly threshold: number
  readonly zlibDeflateOptions: { readonly level: number }
  readonly serverNoContextTakeover: boolean
  readonly clientNoContextTakeover: boolean
}

export interface WebSocketSettings {
  readonly maxMessageSize: number
  readonly handshakeTimeoutMs: number
  /** Infinity disables it, as for `pingTimeoutMs`. */
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly maxQueuedMessages: number
  readonly maxQueuedBytes: number
  readonly maxFragments: number
  readonly maxBufferedBytes: number
  readonly compression: Compression | false
}

/** The largest value: timers and `ws` use 31 bits. */
const MOST = 2_147_483_647

/**
 * Returns the options with their defaults.
 *
 * @throws TypeError for an unknown option.
 * @throws RangeError for a value that is not a whole number or is out of range.
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
