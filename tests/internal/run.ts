import t from 'tap'
import { runCatching, runFinally } from '../../lib/internal/run.ts'
import { type App, SENT } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

t.test('returns the promise of an app that has ended', async (t) => {
  const done: App = () => SENT
  const recover = (): Promise<void> => Promise.resolve()
  const nothing = (): Promise<never> => new Promise(() => {})

  t.equal(
    runCatching(done, httpScope(), nothing, () => SENT, recover),
    SENT,
  )
})

t.test('catches errors that are thrown before and after there is a promise', async (t) => {
  const bug = new Error('kaput')
  const throwing: App = () => {
    throw bug
  }
  const failing: App = () => Promise.reject(bug)

  for (const app of [throwing, failing]) {
    const errors: unknown[] = []
    await runCatching(
      app,
      httpScope(),
      () => new Promise(() => {}),
      () => SENT,
      async (error) => void errors.push(error),
    )
    await t.rejects(
      runFinally(
        app,
        httpScope(),
        () => new Promise(() => {}),
        () => SENT,
        (error) => errors.push(error),
      ),
      bug,
    )
    t.same(errors, [bug, bug])
  }
})

t.test('calls a function when an app has ended, with or without an error', async (t) => {
  const bug = new Error('kaput')
  const log: string[] = []
  const run = async (app: App): Promise<void> =>
    runFinally(
      app,
      httpScope(),
      () => new Promise(() => {}),
      async () => {},
      () => log.push('after'),
    )
  const throwing: App = () => {
    throw bug
  }

  await run(async () => {
    log.push('resolves')
  })
  await run(() => SENT)
  await t.rejects(run(throwing), bug)
  await t.rejects(
    run(async () => {
      log.push('rejects')
      throw bug
    }),
    bug,
  )

  t.same(log, ['resolves', 'after', 'after', 'after', 'rejects', 'after'])
})

t.test('returns the promise of an app that has already ended', async (t) => {
  const send = (): Promise<void> => SENT
  const receive = (): Promise<never> => new Promise(() => {})

  t.equal(
    runFinally(
      () => SENT,
      httpScope(),
      receive,
      send,
      () => {},
    ),
    SENT,
  )
})
