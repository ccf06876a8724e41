/** What can be set for HTTP/2: limits against clients that ask for more than they should. */
import { knownOptions } from '../../../internal/knownoptions.ts'
import { must, mustRange } from '../../../internal/must.ts'

/** Those that Node has too have its names and units. */
export interface HTTP2Options {
  /** The most requests of one connection at once (100). */
  maxConcurrentStreams?: number
  /** The most header fields of one request, pseudo fields included (256). */
  maxHeaderListPairs?: number
  /** The most memory that one connection takes, in MB; beyond it streams are refused (10). */
  maxSessionMemory?: number
  /** The most entries of one SETTINGS frame (32). */
  maxSettings?: number
  /** The most PING frames that wait for an answer (10). */
  maxOutstandingPings?: number
  /** The most invalid frames before a connection is closed (100). */
  maxSessionInvalidFrames?: number
  /** The most refused streams before a connection is closed (100). */
  maxSessionRejectedStreams?: number
  /**
   * How many requests a client may cancel in a burst, before its connection is closed (1000); Node
   * reads it from 22.10 on, and has this value before.
   */
  streamResetBurst?: number
  /** How many cancelled requests are forgiven in each second (33); as above. */
  streamResetRate?: number
  /** How many bytes of one request's body a client may send ahead of the app (65,535). */
  initialWindowSize?: number
  /** How long a connection without requests is kept, in ms (60,000). */
  idleTimeoutMs?: number
}

export type HTTP2Settings = Required<HTTP2Options>

const DEFAULTS: HTTP2Settings = {
  maxConcurrentStreams: 100,
  maxHeaderListPairs: 256,
  maxSessionMemory: 10,
  maxSettings: 32,
  maxOutstandingPings: 10,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  streamResetBurst: 1_000,
  streamResetRate: 33,
  initialWindowSize: 65_535,
  idleTimeoutMs: 60_000,
}

/** Frames and timers count with 31 bits. */
const MOST = 2_147_483_647

/**
 * The options with their defaults, or undefined where HTTP/2 is off.
 *
 * @throws TypeError for an unknown one, RangeError for one that is no whole number of at least 1.
 */
export function readHTTP2Options(
  options: HTTP2Options | boolean | undefined,
): HTTP2Settings | undefined {
  if (options === undefined || options === false) return undefined
  const given = options === true ? {} : options
  const isObject = typeof given === 'object' && given !== null
  must('serve', isObject, 'http2 must be true or its limits', given, 'Write http2: true')
  knownOptions(
    'serve: http2',
    given,
    'maxConcurrentStreams maxHeaderListPairs maxSessionMemory maxSettings maxOutstandingPings maxSessionInvalidFrames maxSessionRejectedStreams streamResetBurst streamResetRate initialWindowSize idleTimeoutMs',
  )
  const settings = { ...DEFAULTS }
  for (const name of Object.keys(DEFAULTS) as (keyof HTTP2Settings)[]) {
    const value = given[name]
    if (value === undefined) continue
    const isWhole = Number.isInteger(value) && value >= 1 && value <= MOST
    const what = `http2.${name} must be a whole number from 1 to ${MOST}`
    mustRange('serve', isWhole, what, value, `The default is ${DEFAULTS[name]}`)
    settings[name] = value
  }
  return settings
}
