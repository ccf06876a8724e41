import t from 'tap'
import { Work } from '../../../lib/interop/fromfetch/work.ts'

t.test('is done at once without work', async (t) => {
  t.equal(await new Work().done(), undefined)
})

t.test('waits for all, and for what was added meanwhile', async (t) => {
  const done: string[] = []
  const { add, ...rest } = new Work()
  t.same(rest, {})
  const work = new Work()
  const later = async (name: string, ms: number, next?: () => void): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    done.push(name)
    next?.()
  }
  work.add(later('slow', 10))
  work.add(later('fast', 1, () => work.add(later('added', 15))))

  await work.done()

  t.same(done, ['fast', 'slow', 'added'])
  add(Promise.resolve())
})

t.test('throws the first failure, once all is done', async (t) => {
  const work = new Work()
  let done = false
  work.add(Promise.reject(new Error('first')))
  work.add(Promise.reject(new Error('second')))
  work.add(
    new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => {
      done = true
    }),
  )

  await t.rejects(work.done(), { message: 'first' })
  t.ok(done)
})
