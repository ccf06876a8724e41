/** The options of HTTP/2: limits against abusive clients. */

import { check, checkRange } from '../../../internal/checks.ts'
import { knownOptions } from '../../../internal/knownoptions.ts'

/** The limits of HTTP/2 connections. Options that Node also has use Node's names and units. */
export interface HTTP2Options {
  /** The maximum number of open requests of one connection (100). */
  maxConcurrentStreams?: number
  /** The maximum number of header fields of one request, including pseudo-header fields (256). */
  maxHeaderListPairs?: number
  /** The maximum memory of one connection, in MB (10). Further streams are refused. */
  maxSessionMemory?: number
  /** The maximum number of entries of one SETTINGS frame (32). */
  maxSettings?: number
  /** The maximum number of PING frames that wait for an answer (10). */
  maxOutstandingPings?: number
  /** The maximum number of invalid frames before a connection is closed (100). */
  maxSessionInvalidFrames?: number
  /** The maximum number of refused streams before a connection is closed (100). */
  maxSessionRejectedStreams?: number
  /**
   * The number of requests that a client may cancel in a burst before its connection is closed (1000). Node 22.10 and
   * later read this option; earlier versions always use 1000.
   */
  streamResetBurst?: number
  /** The number of cancelled requests per second that do not count (33). Node 22.10 and later read this option. */
  streamResetRate?: number
  /** The number of bytes of a request's body that a client may send before the app reads them (65,535). */
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

/** The largest value: frames and timers use 31 bits. */
const MOST = 2_147_483_647

/**
 * Returns the options with their defaults, or undefined if HTTP/2 is off.
 *
 * @throws TypeError for an unknown option.
 * @throws RangeError for a value that is not a whole number of at least 1.
 */
export function readHTTP2Options(
  options: HTTP2Options | boolean | undefined,
): HTTP2Settings | undefined {
  if (options === undefined || options === false) return undefined
  const given = options === true ? {} : options
  const isObject = typeof given === 'object' && given !== null
  check('serve', isObject, 'http2 must be true or its limits', given, 'Write http2: true')
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
    checkRange('serve', isWhole, what, value, `The default is ${DEFAULTS[name]}`)
    settings[name] = value
  }
  return settings
}
