/** The websocket conversation: a handshake that is accepted or refused, then messages until a close. */
import { indexOfName } from '../../http/headers.ts'
import type { WebSocketScope } from '../../types.ts'
import {
  ADVICE,
  announced,
  checkBody,
  checkStart,
  counted,
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
  misplaced,
  type Protocol,
  type Step,
  stepping,
} from './protocol.ts'
import { offersOf } from './scopes.ts'

export interface WebSocketState {
  readonly phase: 'connecting' | 'open' | 'closed' | 'denying' | 'denied'
  /** What the client has told. */
  readonly peer: 'silent' | 'connected' | 'disconnected'
  /** Of a denial's body. */
  readonly length: Length
  /** Whether a message was sent that only the server understands. */
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
  peer: 'silent',
  length: NO_LENGTH,
  foreign: false,
}

/** Messages of an open socket may be sent by several at once; those of the handshake may not. */
export function websocketProtocol(scope: WebSocketScope): Protocol<WebSocketState> {
  const facts: WebSocketFacts = { offers: offersOf(scope), subprotocols: scope.subprotocols }
  return {
    start: INITIAL,
    sent: stepping('websocket', STEPS, facts),
    received: (state, message) => received(state, message, facts.offers),
    asked,
    ended,
    isExclusive: (type) => type === 'websocket.accept' || type.startsWith('websocket.http.'),
  }
}

const ORDER = 'Check the order of the calls, and that every send is awaited.'

const IN_WORDS: Readonly<Record<WebSocketState['phase'], string>> = {
  connecting: 'the handshake has not been accepted',
  open: 'the handshake has been accepted',
  closed: 'the app has closed the socket',
  denying: 'the handshake is being refused',
  denied: 'the handshake has been refused',
}

/** What is sent to a peer that has gone is the server's to refuse: the app may not know yet. */
function assertPhase(state: WebSocketState, { type }: Message, ...phases: readonly string[]): void {
  if (phases.includes(state.phase) || state.peer === 'disconnected') return
  throw misplaced(type, IN_WORDS[state.phase], ORDER)
}

const ACCEPT = { subprotocol: optional(TEXT), headers: optional(HEADERS) }

/** What the server agrees with the client upon; said twice, the client must fail (RFC 6455 section 4). */
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
      `${type}: "subprotocol" must be one that the client offered, ${describe(subprotocol)} was given. Choose from scope.subprotocols, or none.`,
    )
  }
  for (const name of OF_SERVER) {
    if (!Array.isArray(headers) || indexOfName(headers, name) < 0) continue
    throw new LintError(
      `${type}: "headers" must not have ${name}, which the server sets. Leave it out; a subprotocol is chosen by "subprotocol".`,
    )
  }
  assertPhase(state, message, 'connecting')
  return { ...state, phase: 'open' }
}

function send(state: WebSocketState, message: Message): WebSocketState {
  checkContent(message.type, message, ADVICE)
  assertPhase(state, message, 'open')
  return state
}

function close(state: WebSocketState, message: Message): WebSocketState {
  checkKeys(message.type, message, CLOSE, ADVICE)
  assertPhase(state, message, 'connecting', 'open')
  return { ...state, phase: state.phase === 'connecting' ? 'denied' : 'closed' }
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
  const length = announced(message)
  assertPhase(state, message, 'connecting')
  return { ...state, phase: 'denying', length }
}

function denialBody(state: WebSocketState, message: Message, { offers }: Facts): WebSocketState {
  checkBody(message)
  assertOffered(DENIAL, message.type, offers)
  assertPhase(state, message, 'denying')
  const length = counted(state.length, message)
  return { ...state, length, phase: message['moreBody'] === true ? 'denying' : 'denied' }
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
      if (state.peer !== 'silent') throw misplaced(where, 'it came twice', SERVER)
      return { ...state, peer: 'connected' }
    case 'websocket.receive':
      checkContent(where, message, SERVER)
      assertConnected(state, where)
      if (state.phase !== 'open' && state.phase !== 'closed') {
        throw misplaced(where, IN_WORDS[state.phase], SERVER)
      }
      return state
    case 'websocket.disconnect':
      checkKeys(where, message, DISCONNECT, SERVER)
      assertConnected(state, where)
      return { ...state, peer: 'disconnected' }
    default:
      assertForeign(message.type, 'websocket', offers, 'server')
      return state
  }
}

function assertConnected({ peer }: WebSocketState, where: string): void {
  if (peer === 'connected') return
  const why =
    peer === 'silent' ? 'it came before websocket.connect' : 'it came after websocket.disconnect'
  throw misplaced(where, why, SERVER)
}

function asked({ peer }: WebSocketState): void {
  if (peer !== 'disconnected') return
  throw new LintError(
    'receive was called after websocket.disconnect, so nothing can come any more. Leave the loop when the peer has gone.',
  )
}

/** An open socket is closed by the server; a handshake must have had an answer. */
function ended({ phase, peer, foreign }: WebSocketState, waiting: string | undefined): void {
  if (peer === 'disconnected' || foreign) return
  if (phase === 'connecting') {
    throw new LintError(
      'the app resolved without an answer to the handshake. Send websocket.accept or websocket.close; is an await missing?',
    )
  }
  if (phase === 'denying') {
    throw new LintError(
      'the app resolved before its refusal was complete (websocket.http.response.body with moreBody: false is missing). Probably a missing await in a middleware.',
    )
  }
  if (waiting === undefined) return
  throw new LintError(
    `the app resolved before its last message was accepted (${waiting}). Probably a missing await in a middleware.`,
  )
}
