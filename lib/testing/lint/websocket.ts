/** The rules of the websocket protocol. */
import { indexOfName } from '../../http/headers.ts'
import { ORDER, type SocketPhase, WHY } from '../../protocol/websocket.ts'
import type { WebSocketScope } from '../../types.ts'
import {
  ADVICE,
  announcedLength,
  checkBody,
  checkStart,
  countBody,
  type Length,
  NO_LENGTH,
} from './bodies.ts'
import { describe, LintError } from './faults.ts'
import { CLOSE, checkContent, DISCONNECT } from './frames.ts'
import { checkKeys, HEADERS, optional, TEXT } from './keys.ts'
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

interface WebSocketState {
  /** `closing` if the app has closed the websocket, `closed` if the peer has left before that. */
  readonly phase: SocketPhase
  /** Whether a response that denies the handshake is not complete. */
  readonly isPartial: boolean
  /** The state of the client, by the messages of the server. */
  readonly peer: 'silent' | 'connected' | 'disconnected'
  /** The length of the body of a denial. */
  readonly length: Length
  /** Whether a message of an extension was sent. */
  readonly foreign: boolean
}

interface WebSocketFacts extends Facts {
  readonly subprotocols: readonly string[]
}

const STEPS: Readonly<Record<string, Step<WebSocketState, WebSocketFacts>>> = {
  'websocket.accept': accept,
  'websocket.send': send,
  'websocket.close': close,
  'websocket.http.response.start': denialStart,
  'websocket.http.response.body': denialBody,
}

const INITIAL: WebSocketState = {
  phase: 'connecting',
  isPartial: false,
  peer: 'silent',
  length: NO_LENGTH,
  foreign: false,
}

/** Messages of an open websocket may be sent concurrently; messages of the handshake may not. */
export function websocketProtocol(scope: WebSocketScope): Protocol<WebSocketState> {
  const facts: WebSocketFacts = { offers: offersOf(scope), subprotocols: scope.subprotocols }
  return {
    start: INITIAL,
    sent: stepping('websocket', STEPS, facts),
    received: (state, message) => received(state, message, facts.offers),
    receiving: assertNotDisconnected,
    ended,
    isExclusive: (type) => type === 'websocket.accept' || type.startsWith('websocket.http.'),
  }
}

/**
 * Whether the phase is one of these. It throws for other phases, except if the peer has left: then the
 * server rejects the message.
 */
function isAllowed(state: WebSocketState, { type }: Message, ...phases: SocketPhase[]): boolean {
  if (phases.includes(state.phase)) return true
  if (state.phase === 'closed') return false
  throw outOfOrder(type, WHY[state.phase], ORDER)
}

const ACCEPT = { subprotocol: optional(TEXT), headers: optional(HEADERS) }

/** Headers that the server sets. A client must fail if one occurs twice (RFC 6455 section 4). */
const OF_SERVER = [
  'sec-websocket-protocol',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'connection',
  'upgrade',
]

function accept(
  state: WebSocketState,
  message: Message,
  { subprotocols }: WebSocketFacts,
): WebSocketState {
  const { type, subprotocol, headers } = message
  checkKeys(type, message, ACCEPT, ADVICE)
  if (subprotocol !== undefined && !subprotocols.includes(String(subprotocol))) {
    throw new LintError(
      `${type}: "subprotocol" must be one that the client offered, ${describe(subprotocol)} was given. Choose one of scope.subprotocols, or leave it out.`,
    )
  }
  for (const name of OF_SERVER) {
    if (!Array.isArray(headers) || indexOfName(headers, name) < 0) continue
    throw new LintError(
      `${type}: "headers" must not have ${name}, which the server sets. Leave it out; a subprotocol is chosen by "subprotocol".`,
    )
  }
  return isAllowed(state, message, 'connecting') ? { ...state, phase: 'open' } : state
}

function send(state: WebSocketState, message: Message): WebSocketState {
  checkContent(message.type, message, ADVICE)
  isAllowed(state, message, 'open')
  return state
}

function close(state: WebSocketState, message: Message): WebSocketState {
  checkKeys(message.type, message, CLOSE, ADVICE)
  if (!isAllowed(state, message, 'connecting', 'open')) return state
  return { ...state, phase: state.phase === 'connecting' ? 'denied' : 'closing' }
}

const DENIAL = 'websocket.http.response'

function denialStart(state: WebSocketState, message: Message, { offers }: Facts): WebSocketState {
  checkStart(message)
  assertOffered(DENIAL, message.type, offers)
  if (message['trailers'] === true) {
    throw new LintError(
      `${message.type}: "trailers" must not be true, since a refusal has none. Leave it out.`,
    )
  }
  const length = announcedLength(message)
  if (!isAllowed(state, message, 'connecting')) return state
  return { ...state, phase: 'denied', isPartial: true, length }
}

function denialBody(state: WebSocketState, message: Message, { offers }: Facts): WebSocketState {
  checkBody(message)
  assertOffered(DENIAL, message.type, offers)
  if (!state.isPartial) isAllowed(state, message)
  if (!state.isPartial) return state
  return {
    ...state,
    length: countBody(state.length, message),
    isPartial: message['moreBody'] === true,
  }
}

const SERVER = 'Check the server, or the middleware that wraps receive.'

function received(
  state: WebSocketState,
  message: Message,
  offers: readonly string[],
): WebSocketState {
  const where = `the server's ${message.type}`
  switch (message.type) {
    case 'websocket.connect':
      if (state.peer !== 'silent') throw outOfOrder(where, 'it came twice', SERVER)
      return { ...state, peer: 'connected' }
    case 'websocket.receive':
      checkContent(where, message, SERVER)
      assertConnected(state, where)
      if (state.phase !== 'open' && state.phase !== 'closing') {
        throw outOfOrder(where, WHY[state.phase], SERVER)
      }
      return state
    case 'websocket.disconnect':
      checkKeys(where, message, DISCONNECT, SERVER)
      assertConnected(state, where)
      return withoutPeer(state)
    default:
      assertForeign(message.type, 'websocket', offers, 'server')
      return state
  }
}

/** The app was notified that the peer has left. A phase that was finished before does not change. */
function withoutPeer(state: WebSocketState): WebSocketState {
  const isFinished = state.phase === 'closing' || (state.phase === 'denied' && !state.isPartial)
  const phase = isFinished ? state.phase : 'closed'
  return { ...state, phase, isPartial: false, peer: 'disconnected' }
}

function assertConnected({ peer }: WebSocketState, where: string): void {
  if (peer === 'connected') return
  const why =
    peer === 'silent' ? 'it came before websocket.connect' : 'it came after websocket.disconnect'
  throw outOfOrder(where, why, SERVER)
}

function assertNotDisconnected({ peer }: WebSocketState): void {
  if (peer !== 'disconnected') return
  throw new LintError(
    'receive was called after websocket.disconnect, and no more messages follow. Leave the loop when the peer has left.',
  )
}

/** The server closes an open websocket; the app must have answered the handshake. */
function ended(
  { phase, isPartial, peer, foreign }: WebSocketState,
  waiting: string | undefined,
): void {
  if (peer === 'disconnected' || foreign) return
  if (phase === 'connecting') {
    throw new LintError(
      'the app resolved without an answer to the handshake. Send websocket.accept or websocket.close; is an await missing?',
    )
  }
  if (isPartial) {
    throw new LintError(
      'the app resolved before its refusal was complete (websocket.http.response.body with moreBody: false is missing). Probably a missing await in a middleware.',
    )
  }
  if (waiting === undefined) return
  throw new LintError(
    `the app resolved before its last message was accepted (${waiting}). Probably a missing await in a middleware.`,
  )
}
