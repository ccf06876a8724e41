import t from 'tap'
import { LIFESPAN } from '../../../lib/testing/lint/lifespan.ts'
import { play, type Step } from '../../support/dialogues.ts'

const converse = (...steps: readonly Step[]): string => play(LIFESPAN, steps)

const STARTUP: Step = ['<', { type: 'lifespan.startup' }]
const SHUTDOWN: Step = ['<', { type: 'lifespan.shutdown' }]
const STARTED: Step = ['>', { type: 'lifespan.startup.complete' }]
const NOT_STARTED: Step = ['>', { type: 'lifespan.startup.failed', message: 'no db' }]
const STOPPED: Step = ['>', { type: 'lifespan.shutdown.complete' }]
const NOT_STOPPED: Step = ['>', { type: 'lifespan.shutdown.failed' }]

t.test('valid conversations pass', async (t) => {
  t.equal(converse('ask', STARTUP, STARTED, 'ask', SHUTDOWN, STOPPED, 'end'), '')
  t.equal(converse(STARTUP, STARTED, SHUTDOWN, NOT_STOPPED, 'end'), '')
  t.equal(converse(STARTUP, NOT_STARTED, 'end'), '')
  t.equal(converse(STARTUP, STARTED, 'end'), '', 'an app may leave after its startup')
})

t.test('reports answers that are out of order', async (t) => {
  const cases: [Step[], RegExp][] = [
    [
      [STARTED],
      /^lint: lifespan\.startup\.complete: out of place, lifespan\.startup has not been rec/,
    ],
    [[NOT_STARTED], /startup\.failed: out of place, lifespan\.startup has not been received/],
    [
      [STARTUP, STOPPED],
      /shutdown\.complete: out of place, lifespan\.shutdown has not been received/,
    ],
    [[STARTUP, STARTED, STOPPED], /lifespan\.shutdown has not been received/],
    [[STARTUP, NOT_STARTED, STOPPED], /lifespan\.shutdown has not been received/],
    [[STARTUP, STARTED, STARTED], /lifespan\.startup was answered already/],
    [[STARTUP, STARTED, NOT_STARTED], /startup\.failed: .* lifespan\.startup was answered already/],
    [
      [STARTUP, NOT_STARTED, STARTED],
      /startup\.complete: .*lifespan\.startup was answered already/,
    ],
    [[STARTUP, STARTED, SHUTDOWN, STARTED], /lifespan\.startup was answered already/],
    [[STARTUP, STARTED, SHUTDOWN, STOPPED, NOT_STOPPED], /shutdown was answered already/],
  ]

  for (const [steps, fault] of cases) t.match(converse(...steps), fault)
})

t.test('reports wrong messages', async (t) => {
  const wrong: Step = ['>', { type: 'lifespan.startup.failed', message: new Error('x') }]

  t.match(converse(STARTUP, wrong), /startup\.failed: "message" must be text, an object \(Error\)/)
  t.match(
    converse(['>', { type: 'http.response.start' }]),
    /"http\.response\.start" is not a message .* on lifespan scopes.* UnsupportedProtocol/,
  )
})

t.test('reports faults of the server as such', async (t) => {
  const cases: [Step[], RegExp][] = [
    [[STARTUP, STARTUP], /^lint: the server's lifespan\.startup: out of place, it came twice/],
    [[SHUTDOWN], /^lint: the server's lifespan\.shutdown: out of place, the app is not started/],
    [[STARTUP, SHUTDOWN], /the app is still starting/],
    [[STARTUP, NOT_STARTED, SHUTDOWN], /the app is not started, since its startup failed/],
    [[STARTUP, STARTED, SHUTDOWN, SHUTDOWN], /the app is stopping already/],
    [[STARTUP, STARTED, SHUTDOWN, STOPPED, SHUTDOWN], /the app is stopped already/],
    [[['<', { type: 'http.request' }]], /the server sent "http\.request"/],
  ]

  for (const [steps, fault] of cases) t.match(converse(...steps), fault)
})

t.test('every request must be answered before the end', async (t) => {
  t.match(converse('end'), /the app resolved without a lifespan\. Throw UnsupportedProtocol/)
  t.match(converse(STARTUP, 'end'), /resolved without answering lifespan\.startup\. /)
  t.match(converse(STARTUP, STARTED, SHUTDOWN, 'end'), /without answering lifespan\.shutdown\. /)
})

t.test('every message must be awaited', async (t) => {
  t.ok(LIFESPAN.isExclusive('lifespan.startup.complete'))
})
