import t from 'tap'
import { callApp, type Exchange, incomplete, run } from '../../lib/protocol/run.ts'
import { type App, SENT } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

const MISSING = new Error('something is missing')

/** Runs an app, and returns what its exchange was told, in order. */
async function told(app: unknown, given: Partial<Exchange> = {}): Promise<unknown[][]> {
  const calls: unknown[][] = []
  let over: Promise<void> | undefined
  run(app as App, {
    scope: httpScope(),
    receive: () => new Promise<never>(() => {}),
    send: () => SENT,
    isComplete: true,
    conclude: () => calls.push(['conclude']),
    goOn: (ended) => {
      calls.push(['goOn'])
      over = ended
    },
    incompleteness: () => undefined,
    settle: (error) => calls.push(['settle', error]),
    ...given,
  })
  await over
  return calls
}

t.test('an app that ends synchronously creates no promise', async (t) => {
  const receive = (): Promise<never> => new Promise(() => {})
  t.equal(
    callApp(
      () => SENT,
      httpScope(),
      receive,
      () => SENT,
    ),
    SENT,
  )
})

t.test('an exchange is over at once if its app has sent all and ended', async (t) => {
  t.same(await told(() => SENT), [['conclude']])
})

t.test('an app that has ended without a whole response has an error', async (t) => {
  const given = { isComplete: false, incompleteness: () => MISSING }
  t.same(await told(() => SENT, given), [['goOn'], ['settle', MISSING]])
})

t.test('an app ends once, with its error', async (t) => {
  const error = new Error('kaput')
  const incompleteness = (): Error => MISSING
  const thrower = (): never => {
    throw error
  }
  t.same(await told(async () => {}), [['goOn'], ['settle', undefined]])
  t.same(await told(async () => {}, { incompleteness }), [['goOn'], ['settle', MISSING]])
  t.same(await told(() => 5), [['goOn'], ['settle', undefined]], 'JavaScript may return anything')
  t.same(await told(thrower, { incompleteness }), [['goOn'], ['settle', error]])
  t.same(await told(() => Promise.reject(error), { incompleteness }), [['goOn'], ['settle', error]])
  const [, [, reason] = []] = await told(() => Promise.reject(undefined))
  t.match(reason, { message: 'rejected with nothing' })
})

t.test('reports how much of a response was sent', async (t) => {
  t.match(incomplete('waiting', false).message, /ended without a response/)
  t.match(incomplete('waiting', true).message, /before its response was complete/)
  t.match(incomplete('started', false).message, /before its response was complete/)
})
