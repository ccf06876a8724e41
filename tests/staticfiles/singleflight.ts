// Runs alone: measures the memory of its process.
import fc from 'fast-check'
import t from 'tap'
import { shareCalls } from '../../lib/staticfiles/singleflight.ts'
import { collectGarbage } from '../support/gc.ts'

/** Looks that end when they are told to, in the order in which they began. */
function looks() {
  const begun: { key: string; end: (value: string) => void; fail: (error: Error) => void }[] = []
  const ask = shareCalls((key) => {
    return new Promise<string>((end, fail) => begun.push({ key, end, fail }))
  })
  return { ask, begun, keys: () => begun.map(({ key }) => key) }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

t.test('a single call runs immediately', async (t) => {
  const { ask, begun, keys } = looks()

  const first = ask('a')
  begun[0]?.end('one')
  t.equal(await first, 'one')
  const second = ask('a')
  begun[1]?.end('two')
  t.equal(await second, 'two')
  t.same(keys(), ['a', 'a'])
})

t.test('callers during a running call share the next one', async (t) => {
  const { ask, begun, keys } = looks()
  const first = ask('a')

  const waiting = [ask('a'), ask('a'), ask('a')]
  await turn()
  t.same(keys(), ['a'], 'one at a time')
  begun[0]?.end('old')
  t.equal(await first, 'old')
  await turn()
  t.same(keys(), ['a', 'a'])
  const late = ask('a')
  begun[1]?.end('new')

  t.same(await Promise.all(waiting), ['new', 'new', 'new'])
  await turn()
  begun[2]?.end('newest')
  t.equal(await late, 'newest', 'the second call was too old for callers after its start')
  t.same(keys(), ['a', 'a', 'a'])
})

t.test('calls with different keys do not wait for each other', async (t) => {
  const { ask, begun } = looks()
  const one = ask('a')
  const other = ask('b')

  begun[1]?.end('B')

  t.equal(await other, 'B')
  begun[0]?.end('A')
  t.equal(await one, 'A')
})

t.test('errors are shared, and not kept', async (t) => {
  const { ask, begun } = looks()
  const first = ask('a')
  const waiting = [ask('a'), ask('a')]

  begun[0]?.fail(new Error('first'))
  await t.rejects(first, /first/)
  await turn()
  begun[1]?.fail(new Error('second'))
  for (const promise of waiting) await t.rejects(promise, /second/)

  const last = ask('a')
  begun[2]?.end('well')
  t.equal(await last, 'well')
})

t.test('a call that throws leaves no state', async (t) => {
  let fails = false
  const throwing = shareCalls((key) => {
    if (fails) throw new Error('thrown')
    return Promise.resolve(key)
  })
  const first = throwing('a')
  const second = throwing('a')
  fails = true

  t.equal(await first, 'a')
  await t.rejects(second, /thrown/)
  t.throws(() => throwing('a'), /thrown/)
  fails = false
  t.equal(await throwing('a'), 'a')
})

t.test('nothing is kept for a key after its calls', async (t) => {
  const seen: WeakRef<object>[] = []
  const ask = shareCalls(async (key) => {
    const value = { key }
    seen.push(new WeakRef(value))
    if (key === 'fails') throw value
    return value
  })
  const askTogether = async (key: string): Promise<void> => {
    await Promise.allSettled([ask(key), ask(key), ask(key)])
  }

  for (const key of ['a', 'b', 'fails']) await askTogether(key)

  t.equal(seen.length, 6)
  await turn()
  collectGarbage()
  t.same(
    seen.filter((value) => value.deref() !== undefined),
    [],
  )
})

const KEYS = ['a', 'b']

t.test('no result is older than its call', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom('ask', 'change'))),
      async (scheduler, steps) => {
        const state = new Map(KEYS.map((key) => [key, 0]))
        const now = (key: string): number => state.get(key) ?? 0
        const under = new Map<string, number>()
        let together = 0
        const ask = shareCalls(async (key) => {
          under.set(key, (under.get(key) ?? 0) + 1)
          together = Math.max(together, under.get(key) ?? 0)
          await scheduler.schedule(Promise.resolve(), 'before the look')
          const seen = now(key)
          await scheduler.schedule(Promise.resolve(), 'after the look')
          under.set(key, (under.get(key) ?? 0) - 1)
          return seen
        })
        const answers = steps.map(async ([key, step]) => {
          await scheduler.schedule(Promise.resolve(), step)
          const before = now(key)
          if (step === 'ask') return (await ask(key)) >= before
          state.set(key, before + 1)
          return true
        })
        await scheduler.waitIdle()
        return (await Promise.all(answers)).every(Boolean) && together <= 1
      },
    ),
  )
  t.pass('for all orders')
})
