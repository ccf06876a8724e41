import t from 'tap'
import { incomplete, run, whenEnded } from '../../lib/protocol/run.ts'
import { type App, SENT } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

const CHANNELS = [httpScope(), () => new Promise<never>(() => {}), () => SENT] as const
const MISSING = new Error('something is missing')

/** What an app that was run is settled with. */
async function settled(app: unknown, missing?: Error): Promise<unknown[]> {
  const told: unknown[] = []
  await whenEnded(run(app as App, ...CHANNELS), {
    incompleteness: () => missing,
    settle: (error) => told.push(error),
  })
  return told
}

t.test('an app that ends synchronously costs no promise', async (t) => {
  t.equal(
    run(() => SENT, ...CHANNELS),
    SENT,
  )
})

t.test('an app is settled once, with what went wrong', async (t) => {
  const error = new Error('kaput')
  const thrower = (): never => {
    throw error
  }
  t.same(await settled(async () => {}), [undefined])
  t.same(await settled(async () => {}, MISSING), [MISSING])
  t.same(await settled(() => 5), [undefined], 'JavaScript may return anything')
  t.same(await settled(thrower, MISSING), [error])
  t.same(await settled(() => Promise.reject(error), MISSING), [error])
  t.match(await settled(() => Promise.reject(undefined)), [{ message: 'rejected with nothing' }])
})

t.test('says how far a response was', async (t) => {
  t.match(incomplete('waiting', false).message, /ended without a response/)
  t.match(incomplete('waiting', true).message, /before its response was complete/)
  t.match(incomplete('started', false).message, /before its response was complete/)
})
