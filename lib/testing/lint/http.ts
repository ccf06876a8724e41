/** The rules of the http protocol: the server sends a request body, the app sends one response. */
import type { ResponsePhase } from '../../protocol/response.ts'
import { isAbsolutePath, isLink } from '../../protocol/responsefaults.ts'
import type { HTTPScope } from '../../types.ts'
import {
  ADVICE,
  announcedLength,
  checkBody,
  checkStart,
  countBody,
  type Length,
  NO_LENGTH,
} from './bodies.ts'
import { LintError } from './faults.ts'
import { BOOLEAN, BYTES, checkKeys, HEADERS, optional, RECORD, type Rule, rule } from './keys.ts'
import {
  assertForeign,
  assertOffered,
  type Facts,
  type Message,
  outOfOrder,
  type Protocol,
  type Step,
  stepping,
} from './protocol.ts'
import { offersOf } from './scopes.ts'

interface HTTPState {
  readonly phase: Exclude<ResponsePhase, 'aborted'>
  /** The last message that was sent, for the error if the app ends too early. */
  readonly last: string
  readonly length: Length
  /** Whether trailers were announced. */
  readonly trailers: boolean
  /** Whether a message of an unknown extension was sent, which may have completed the response. */
  readonly foreign: boolean
  readonly request: 'open' | 'complete' | 'disconnected'
}

interface HTTPFacts extends Facts {
  readonly isHead: boolean
}

const STEPS: Readonly<Record<string, Step<HTTPState, HTTPFacts>>> = {
  'http.response.start': start,
  'http.response.body': body,
  'http.response.trailers': trailers,
  'http.response.early_hint': earlyHint,
  'http.response.pathsend': pathsend,
  'http.response.debug': debug,
}

const INITIAL: HTTPState = {
  phase: 'waiting',
  last: '',
  length: NO_LENGTH,
  trailers: false,
  foreign: false,
  request: 'open',
}

export function httpProtocol(scope: HTTPScope): Protocol<HTTPState> {
  const facts: HTTPFacts = { offers: offersOf(scope), isHead: scope.method === 'HEAD' }
  return {
    start: INITIAL,
    sent: stepping('http', STEPS, facts),
    received: (state, message) => received(state, message, facts.offers),
    receiving: () => {},
    ended,
    isExclusive: () => true,
  }
}

const AWAIT = 'Check that every send is awaited, and that one response is sent.'

function start(state: HTTPState, message: Message, { offers, isHead }: HTTPFacts): HTTPState {
  checkStart(message)
  if (state.phase !== 'waiting') {
    throw outOfOrder(message.type, 'the response has started already', AWAIT)
  }
  const trailers = message['trailers'] === true
  if (trailers) assertOffered('http.response.trailers', '"trailers: true"', offers)
  const length = announcedLength(message, isHead)
  const last = `${message.type} with status ${message['status']}`
  return { ...state, phase: 'started', last, trailers, length }
}

function body(state: HTTPState, message: Message): HTTPState {
  checkBody(message)
  assertInBody(state, message)
  const moreBody = message['moreBody'] === true
  const length = countBody(state.length, message)
  const last = `${message.type} with moreBody: ${moreBody}`
  if (moreBody) return { ...state, phase: 'streaming', last, length }
  return { ...state, phase: state.trailers ? 'trailing' : 'complete', last, length }
}

function assertInBody({ phase, last }: HTTPState, { type }: Message): void {
  if (phase === 'waiting') {
    throw outOfOrder(type, 'it came before http.response.start', AWAIT)
  }
  if (phase === 'trailing' || phase === 'complete') {
    throw outOfOrder(type, `the body has ended with ${last}`, AWAIT)
  }
}

const TRAILERS = { headers: HEADERS, moreTrailers: optional(BOOLEAN) }

function trailers(state: HTTPState, message: Message, { offers }: Facts): HTTPState {
  checkKeys(message.type, message, TRAILERS, ADVICE)
  assertOffered(message.type, message.type, offers)
  if (state.phase === 'complete' && state.trailers) {
    throw outOfOrder(message.type, `the response has ended with ${state.last}`, AWAIT)
  }
  if (state.phase !== 'waiting' && !state.trailers) {
    throw outOfOrder(message.type, 'they were not announced', 'Start with trailers: true.')
  }
  if (state.phase !== 'trailing') {
    throw outOfOrder(message.type, 'the body has not ended', 'Send a body without moreBody before.')
  }
  const moreTrailers = message['moreTrailers'] === true
  const last = `${message.type} with moreTrailers: ${moreTrailers}`
  return { ...state, last, phase: moreTrailers ? 'trailing' : 'complete' }
}

const LINKS: Rule = rule(
  'a list of links, each "<target>; rel=…"',
  (value) => Array.isArray(value) && value.every(isLink),
  'See RFC 8288.',
)

function earlyHint(state: HTTPState, message: Message, { offers }: Facts): HTTPState {
  checkKeys(message.type, message, { links: LINKS }, ADVICE)
  assertOffered(message.type, message.type, offers)
  assertInBody(state, message)
  return { ...state, last: message.type }
}

const PATH: Rule = rule('an absolute path', isAbsolutePath)

/** The file is the whole body, so the message ends the response. The server checks its length. */
function pathsend(state: HTTPState, message: Message, { offers }: Facts): HTTPState {
  checkKeys(message.type, message, { path: PATH }, ADVICE)
  assertOffered(message.type, message.type, offers)
  assertInBody(state, message)
  if (state.phase === 'streaming') {
    throw outOfOrder(message.type, 'a part of the body was sent before', 'Send one of the two.')
  }
  return { ...state, phase: 'complete', last: message.type }
}

function debug(state: HTTPState, message: Message, { offers }: Facts): HTTPState {
  checkKeys(message.type, message, { info: RECORD }, ADVICE)
  assertOffered(message.type, message.type, offers)
  if (state.phase !== 'waiting') {
    throw outOfOrder(message.type, 'the response has started already', 'Send it before.')
  }
  return { ...state, last: message.type }
}

const REQUEST = { body: BYTES, moreBody: BOOLEAN }
const SERVER = 'Servers fill in every key; check the server, or the middleware that wraps receive.'

function received(state: HTTPState, message: Message, offers: readonly string[]): HTTPState {
  const { type } = message
  if (type === 'http.disconnect') return { ...state, request: 'disconnected' }
  if (type !== 'http.request') {
    assertForeign(type, 'http', offers, 'server')
    return state
  }
  checkKeys("the server's http.request", message, REQUEST, SERVER)
  if (state.request !== 'open') {
    const before = state.request === 'complete' ? 'one with moreBody: false' : 'http.disconnect'
    throw outOfOrder(
      "the server's http.request",
      `it came after ${before}`,
      'Check the server, or the middleware that wraps receive.',
    )
  }
  return message['moreBody'] === true ? state : { ...state, request: 'complete' }
}

/** A client that has disconnected needs no response. */
function ended({ phase, last, request, foreign }: HTTPState, waiting: string | undefined): void {
  if (request === 'disconnected' || foreign) return
  if (phase === 'waiting') {
    throw new LintError('the app resolved without any response. Is a return or an await missing?')
  }
  if (phase !== 'complete') {
    throw new LintError(
      `the app resolved before its response was complete (last message: ${last}). Probably a missing await in a middleware.`,
    )
  }
  if (waiting === undefined) return
  throw new LintError(
    `the app resolved before its last message was accepted (${waiting}). Probably a missing await in a middleware.`,
  )
}
