import t from 'tap'
import {
  asText,
  callListener,
  handled,
  handledSteps,
  isThenable,
} from '../../lib/internal/handled.ts'
import { unhandledIn } from '../support/unhandled.ts'

t.test(
  'a rejection reaches callers that await it later, and does not end the process',
  async (t) => {
    const error = new Error('late')
    let promise: Promise<unknown> | undefined
    const unhandled = await unhandledIn(() => {
      promise = handled(Promise.reject(error))
    })

    t.same(unhandled, [])
    await t.rejects(promise ?? Promise.resolve(), error)
  },
)

t.test('recognizes promises and thenables', async (t) => {
  t.ok(isThenable(Promise.resolve()))
  for (const other of [undefined, null, {}, 'then']) t.notOk(isThenable(other))
})

t.test('runs the steps of the generator, which ends with them', async (t) => {
  const seen: unknown[] = []
  async function* count(): AsyncGenerator<number, void, undefined> {
    try {
      for (const step of [1, 2, 3]) yield step
    } catch (error) {
      seen.push(error)
    } finally {
      seen.push('end')
    }
  }
  for await (const step of handledSteps(count())) {
    seen.push(step)
    if (step === 2) break
  }
  t.same(seen.splice(0), [1, 2, 'end'])

  const thrown = handledSteps(count())
  await thrown.next()
  t.same(await thrown.throw('stop'), { done: true, value: undefined })
  t.same(seen.splice(0), ['stop', 'end'])

  {
    await using disposed = handledSteps(count())
    t.equal(disposed[Symbol.asyncIterator](), disposed)
    await disposed.next()
  }
  t.same(seen, ['end'])
})

t.test('a step that fails before it is awaited does not end the process', async (t) => {
  async function* failing(): AsyncGenerator<number, void, undefined> {
    yield 1
    throw new Error('late')
  }
  const steps = handledSteps(failing())
  await steps.next()
  let second: Promise<unknown> | undefined
  const unhandled = await unhandledIn(() => {
    second = steps.next()
  })

  t.same(unhandled, [])
  await t.rejects(second ?? Promise.resolve(), /late/)
})

t.test('errors and rejections of a listener are written to stderr', async (t) => {
  const lines = t.capture(console, 'error', () => {})
  const nothing = Object.create(null) as object

  callListener('here', (one: number, two: number) => t.same([one, two], [1, 2]), 1, 2)
  callListener('here', () => {
    throw new Error('at once')
  })
  callListener('here', () => {
    throw nothing
  })
  callListener('here', () => Promise.reject(new Error('later')))
  await new Promise(setImmediate)

  t.same(
    lines().map(({ args }) => args[0]),
    ['here failed: Error: at once', 'here failed: [object Object]', 'here failed: Error: later'],
  )
})

t.test('any value is converted to text', async (t) => {
  t.equal(asText(new TypeError('x')), 'TypeError: x')
  t.equal(asText(undefined), 'undefined')
  t.equal(asText(Symbol('s')), 'Symbol(s)')
  t.equal(asText(Object.create(null)), '[object Object]')
})
