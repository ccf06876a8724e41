import fc from 'fast-check'
import t from 'tap'
import type { ChannelListener } from '../../lib/channels/backend.ts'
import { memoryBackend } from '../../lib/channels/memory.ts'
import { channels } from '../../lib/channels.ts'
import { carries, remembers } from '../support/channels.ts'

t.test('carries messages', async (t) => {
  await using bus = channels({ backend: memoryBackend() })

  await carries(t, bus, bus)
})

t.test('remembers messages', async (t) => {
  await using bus = channels({ backend: memoryBackend({ history: 5 }) })

  await carries(t, bus, bus)
  await remembers(t, bus, bus)
})

const SILENT: ChannelListener = {
  deliver() {},
  gap() {},
  catchUp: () => ({ room: () => undefined, deliver() {} }),
}

t.test('changing an array after it was published changes nothing', async (t) => {
  const delivered: (string | Uint8Array)[] = []
  const backend = memoryBackend({ history: 1 })
  await backend.join('a', { ...SILENT, deliver: (content) => delivered.push(content) })
  const bytes = Uint8Array.of(1, 2)

  await backend.publish('a', bytes)
  bytes[0] = 9

  t.same(delivered, [Uint8Array.of(1, 2)])
  t.same(await backend.history('a', 1), [
    { content: Uint8Array.of(1, 2), position: { run: 1, time: 0, number: 0 } },
  ])
})

t.test('keeps the last messages of each channel, whatever the order', async (t) => {
  const names = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60, size: 'max' })
  const property = fc.asyncProperty(names, fc.integer({ min: 1, max: 9 }), async (all, history) => {
    const backend = memoryBackend({ history })
    for (const [index, name] of all.entries()) await backend.publish(name, String(index))

    for (const name of ['a', 'b', 'c']) {
      const numbers = all.flatMap((each, index) => (each === name ? [String(index)] : []))
      const kept = await backend.history(name, history)
      t.same(
        kept.map(({ content }) => content),
        numbers.slice(-history),
      )
    }
  })

  await fc.assert(property, { numRuns: 50 })
})

t.test('the channels that were quiet for longest are forgotten when it is full', async (t) => {
  const backend = memoryBackend({ history: 2, maxSize: 500 })
  const size = async (name: string): Promise<number> => (await backend.history(name, 9)).length
  await backend.publish('a', 'x'.repeat(30))
  await backend.publish('b', Uint8Array.of(1))
  await backend.publish('a', 'y')
  t.same([await size('a'), await size('b')], [2, 1])

  await backend.publish('c', 'x'.repeat(30))
  t.same([await size('a'), await size('b'), await size('c')], [2, 0, 1])

  await backend.publish('d', 'x'.repeat(300))
  t.same([await size('a'), await size('c'), await size('d')], [0, 0, 0], 'itself, if it must be')

  for (let count = 0; count < 50; count++) await backend.publish('a', 'z')
  const [first] = await backend.history('a', 2)
  t.same(first, { content: 'z', position: { run: 5, time: 0, number: 48 } }, 'and begins again')
})

t.test('is empty after it was closed', async (t) => {
  const backend = memoryBackend({ history: 2 })
  let delivered = 0
  await backend.join('a', { ...SILENT, deliver: () => delivered++ })
  await backend.publish('a', '1')

  await backend.close()

  t.same(await backend.history('a', 2), [])
  await backend.publish('a', '2')
  t.equal(delivered, 1)
})

t.test('invalid limits throw immediately', (t) => {
  for (const history of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => memoryBackend({ history }), {
      name: 'RangeError',
      message: `memoryBackend: history must be a whole number of messages, ${history} was given. Use 0 to keep none.`,
    })
  }
  for (const maxSize of [0, -1, Number.NaN]) {
    t.throws(() => memoryBackend({ maxSize }), {
      name: 'RangeError',
      message: `memoryBackend: maxSize must be a number greater than 0, ${maxSize} was given. Use Infinity for no limit.`,
    })
  }
  t.end()
})
