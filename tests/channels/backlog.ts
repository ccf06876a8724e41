import fc from 'fast-check'
import t from 'tap'
import { Backlog, type Overflow } from '../../lib/channels/backlog.ts'
import { type ChannelGap, ChannelMessage } from '../../lib/channels/message.ts'

const OVERFLOWS: Overflow[] = ['drop-oldest', 'drop-newest', 'disconnect']

function message(text: string): ChannelMessage {
  return new ChannelMessage('a', text)
}

/** What is in it, messages by their text and gaps by what was missed. */
function rest(backlog: Backlog): (string | number | undefined)[] {
  const all: (string | number | undefined)[] = []
  for (let item = backlog.shift(); item !== undefined; item = backlog.shift()) {
    all.push(item instanceof ChannelMessage ? item.text : item.missed)
  }
  return all
}

t.test('messages over the number are dropped by the overflow rule', (t) => {
  const left = OVERFLOWS.map((overflow) => {
    const backlog = new Backlog({ overflow, count: 2, size: 100 })
    const taken = ['1', '2', '3'].map((text) => backlog.push(message(text)))
    return [overflow, taken, backlog.dropped, rest(backlog)]
  })

  t.same(left, [
    ['drop-oldest', [true, true, true], 1, ['2', '3']],
    ['drop-newest', [true, true, true], 1, ['1', '2']],
    ['disconnect', [true, true, false], 1, ['1', '2']],
  ])
  t.end()
})

t.test('messages over the size are dropped too, except a single one', (t) => {
  const oldest = new Backlog({ overflow: 'drop-oldest', count: 10, size: 4 })
  for (const text of ['aa', 'bb', 'ccc', 'dddddd']) oldest.push(message(text))
  t.same([oldest.dropped, rest(oldest)], [3, ['dddddd']])

  const newest = new Backlog({ overflow: 'drop-newest', count: 10, size: 4 })
  for (const text of ['aaaaaa', 'b']) newest.push(message(text))
  t.same([newest.dropped, rest(newest)], [1, ['aaaaaa']])
  newest.push(message('bbbb'))
  t.same(rest(newest), ['bbbb'], 'what is taken out makes room')
  t.end()
})

t.test('gaps do not count, and stay when the messages around them are dropped', (t) => {
  const backlog = new Backlog({ overflow: 'drop-oldest', count: 2, size: 100 })
  const gap = (missed: number, channel = 'a'): void => backlog.pushGap({ channel, missed })

  backlog.push(message('1'))
  gap(10)
  backlog.push(message('2'))
  gap(20)
  gap(1)
  gap(5, 'b')
  backlog.push(message('3'))
  backlog.push(message('4'))
  gap(40)

  t.same(rest(backlog), [31, 5, '3', '4', 40])
  t.equal(backlog.dropped, 2)
  gap(7)
  t.same(rest(backlog), [7])
  t.end()
})

t.test('a cleared backlog starts again', (t) => {
  const backlog = new Backlog({ overflow: 'drop-newest', count: 2, size: 4 })
  backlog.push(message('1234'))
  backlog.pushGap({ channel: 'a', missed: 1 })

  backlog.clear()
  backlog.push(message('56'))
  backlog.push(message('78'))

  t.same([backlog.dropped, rest(backlog)], [0, ['56', '78']])
  t.end()
})

/** The same rule as an array would have it. */
class Plain {
  items: (ChannelMessage | ChannelGap)[] = []
  dropped = 0
  readonly #overflow: Overflow
  readonly #count: number
  readonly #size: number

  constructor(overflow: Overflow, count: number, size: number) {
    this.#overflow = overflow
    this.#count = count
    this.#size = size
  }

  push(added: ChannelMessage): boolean {
    while (!this.#fits(added)) {
      this.dropped++
      if (this.#overflow === 'disconnect') return false
      if (this.#overflow === 'drop-newest') return true
      this.items.splice(this.items.indexOf(this.#messages()[0] ?? added), 1)
    }
    this.items.push(added)
    return true
  }

  /** Gaps that have come to stand together are one. */
  shift(): string | number | undefined {
    const item = this.items.shift()
    if (item instanceof ChannelMessage) return item.text
    if (item === undefined) return undefined
    const next = this.items[0]
    if (next === undefined || next instanceof ChannelMessage) return item.missed
    this.items[0] = { channel: 'a', missed: (item.missed ?? 0) + (next.missed ?? 0) }
    return this.shift()
  }

  #messages(): ChannelMessage[] {
    return this.items.filter((item) => item instanceof ChannelMessage)
  }

  #fits(added: ChannelMessage): boolean {
    const all = this.#messages()
    const size = all.reduce((sum, item) => sum + item.size, added.size)
    return all.length === 0 || (all.length < this.#count && size <= this.#size)
  }
}

t.test('behaves as an array for any sequence of operations', (t) => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.string({ maxLength: 9 }).map((text) => ({ text })) },
    { weight: 4, arbitrary: fc.constant('shift' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((missed) => ({ missed })) },
  )
  const limits = fc.record({
    overflow: fc.constantFrom(...OVERFLOWS),
    count: fc.integer({ min: 1, max: 120 }),
    size: fc.integer({ min: 1, max: 400 }),
  })
  const property = fc.property(
    limits,
    fc.array(step, { maxLength: 500, size: 'max' }),
    (rule, steps) => {
      const backlog = new Backlog(rule)
      const plain = new Plain(rule.overflow, rule.count, rule.size)
      for (const each of steps) {
        if (each === 'shift') {
          const item = backlog.shift()
          const given = item instanceof ChannelMessage ? item.text : item?.missed
          if (given !== plain.shift()) return false
        } else if ('text' in each) {
          const added = message(each.text)
          if (backlog.push(added) !== plain.push(added)) return false
        } else {
          const gap = { channel: 'a', missed: each.missed }
          backlog.pushGap(gap)
          plain.items.push(gap)
        }
      }
      return backlog.dropped === plain.dropped
    },
  )

  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }))
  t.end()
})
