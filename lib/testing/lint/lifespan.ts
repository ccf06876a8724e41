/** The rules of the lifespan protocol: one startup, one shutdown, and one answer to each. */
import { LintError } from './faults.ts'
import { checkKeys, optional, TEXT } from './keys.ts'
import { assertForeign, type Message, outOfOrder, type Protocol } from './protocol.ts'

type LifespanState =
  | 'before startup'
  | 'starting'
  | 'started'
  | 'startup failed'
  | 'stopping'
  | 'stopped'

interface LifespanAnswer {
  readonly question: string
  /** The state in which it may be sent. */
  readonly during: LifespanState
  readonly after: LifespanState
}

const ANSWERS: Readonly<Record<string, LifespanAnswer>> = {
  'lifespan.startup.complete': {
    question: 'lifespan.startup',
    during: 'starting',
    after: 'started',
  },
  'lifespan.startup.failed': {
    question: 'lifespan.startup',
    during: 'starting',
    after: 'startup failed',
  },
  'lifespan.shutdown.complete': {
    question: 'lifespan.shutdown',
    during: 'stopping',
    after: 'stopped',
  },
  'lifespan.shutdown.failed': {
    question: 'lifespan.shutdown',
    during: 'stopping',
    after: 'stopped',
  },
}

export const LIFESPAN: Protocol<LifespanState> = {
  start: 'before startup',
  sent,
  received,
  receiving: () => {},
  ended,
  isExclusive: () => true,
}

const KEYS = { message: optional(TEXT) }
const ONCE = 'Answer each message once, after it was received.'

function sent(state: LifespanState, message: Message): LifespanState {
  const { type } = message
  const answer = Object.hasOwn(ANSWERS, type) ? ANSWERS[type] : undefined
  if (answer === undefined) {
    assertForeign(type, 'lifespan', [], 'app')
    return state
  }
  if (type.endsWith('.failed')) checkKeys(type, message, KEYS, 'Say in words what failed.')
  const { question, during, after } = answer
  if (state === during) return after
  const isEarly = ORDER.indexOf(state) < ORDER.indexOf(during)
  throw outOfOrder(
    type,
    `${question} ${isEarly ? 'has not been received' : 'was answered already'}`,
    ONCE,
  )
}

const ORDER: readonly LifespanState[] = [
  'before startup',
  'starting',
  'started',
  'startup failed',
  'stopping',
  'stopped',
]

function received(state: LifespanState, { type }: Message): LifespanState {
  if (type === 'lifespan.startup' && state === 'before startup') return 'starting'
  if (type === 'lifespan.shutdown' && state === 'started') return 'stopping'
  if (type !== 'lifespan.startup' && type !== 'lifespan.shutdown') {
    assertForeign(type, 'lifespan', [], 'server')
  }
  throw outOfOrder(
    `the server's ${type}`,
    type === 'lifespan.startup' ? 'it came twice' : `the app is ${IN_WORDS[state]}`,
    'Check the server, or the middleware that wraps receive.',
  )
}

const IN_WORDS: Readonly<Record<LifespanState, string>> = {
  'before startup': 'not started',
  starting: 'still starting',
  started: 'started',
  'startup failed': 'not started, since its startup failed',
  stopping: 'stopping already',
  stopped: 'stopped already',
}

/** An app that returns after its startup has nothing to shut down. */
function ended(state: LifespanState): void {
  if (state === 'before startup') {
    throw new LintError(
      'the app resolved without a lifespan. Throw UnsupportedProtocol for scope types that the app does not serve.',
    )
  }
  if (state !== 'starting' && state !== 'stopping') return
  throw new LintError(
    `the app resolved without answering lifespan.${state === 'starting' ? 'startup' : 'shutdown'}. Is an await missing in a middleware?`,
  )
}
