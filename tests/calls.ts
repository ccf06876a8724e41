import t from 'tap'
import { caught, ended } from '../lib/calls.ts'
import { ACCEPTED, type App } from '../lib/types.ts'
import { httpScope } from './support/scopes.ts'

t.test('hands on the promise of an app that is done', async (t) => {
  const done: App = () => ACCEPTED
  const recover = (): Promise<void> => Promise.resolve()
  const nothing = (): Promise<never> => new Promise(() => {})

  t.equal(
    caught(done, httpScope(), nothing, () => ACCEPTED, recover),
    ACCEPTED,
  )
})

t.test('catches what is thrown before there is a promise, and after', async (t) => {
  const bug = new Error('kaput')
  const throwing: App = () => {
    throw bug
  }
  const failing: App = () => Promise.reject(bug)

  for (const app of [throwing, failing]) {
    const errors: unknown[] = []
    await caught(
      app,
      httpScope(),
      () => new Promise(() => {}),
      () => ACCEPTED,
      async (error) => void errors.push(error),
    )
    await t.rejects(
      ended(
        app,
        httpScope(),
        () => new Promise(() => {}),
        () => ACCEPTED,
        (error) => errors.push(error),
      ),
      bug,
    )
    t.same(errors, [bug, bug])
  }
})

t.test('tells when an app has ended, however it did', async (t) => {
  const bug = new Error('kaput')
  const log: string[] = []
  const run = async (app: App): Promise<void> =>
    ended(
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
  await run(() => ACCEPTED)
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

t.test('hands on the promise of an app that has ended already', async (t) => {
  const send = (): Promise<void> => ACCEPTED
  const receive = (): Promise<never> => new Promise(() => {})

  t.equal(
    ended(
      () => ACCEPTED,
      httpScope(),
      receive,
      send,
      () => {},
    ),
    ACCEPTED,
  )
})
