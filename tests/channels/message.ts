import t from 'tap'
import { ChannelMessage, isUpTo, joinGaps } from '../../lib/channels/message.ts'

t.test('text is available as bytes too, encoded once', (t) => {
  const message = new ChannelMessage('news', 'grüße')

  t.equal(message.channel, 'news')
  t.same(message.bytes, new TextEncoder().encode('grüße'))
  t.equal(message.bytes, message.bytes)
  t.equal(message.size, 5)
  t.equal(message.position, undefined)
  t.end()
})

t.test('bytes are available as text too, including a byte order mark', (t) => {
  const bytes = new TextEncoder().encode('\ufeffgrüße')
  const position = { run: 1, time: 0, number: 2 }
  const message = new ChannelMessage('news', bytes, position)

  t.equal(message.text, '\ufeffgrüße')
  t.equal(message.bytes, bytes)
  t.equal(message.size, 10)
  t.equal(message.position, position)
  t.equal(new ChannelMessage('news', Uint8Array.of(0xff)).text, '\ufffd')
  t.end()
})

t.test('JSON is parsed at each call, so that subscribers do not share one object', (t) => {
  const message = new ChannelMessage('news', '{"a":1}')

  t.same(message.json(), { a: 1 })
  t.not(message.json(), message.json())
  t.throws(() => new ChannelMessage('news', '{').json(), { name: 'SyntaxError' })
  t.end()
})

t.test('two gaps are added if both sizes are known', (t) => {
  const gap = (missed: number | undefined) => ({ channel: 'a', missed })

  t.same(joinGaps(gap(1), gap(2)), gap(3))
  t.same(joinGaps(gap(undefined), gap(2)), gap(undefined))
  t.same(joinGaps(gap(1), gap(undefined)), gap(undefined))
  t.end()
})

t.test('positions are compared within a run, by time first', (t) => {
  const last = { run: 1, time: 10, number: 5 }

  for (const [time, number, isSo] of [
    [10, 5, true],
    [10, 4, true],
    [10, 6, false],
    [9, 7, true],
    [11, 3, false],
  ] as const) {
    t.equal(isUpTo({ run: 1, time, number }, last), isSo, `${time}-${number}`)
  }
  t.equal(isUpTo({ run: 2, time: 9, number: 1 }, last), false)
  t.equal(isUpTo(undefined, last), false)
  t.equal(isUpTo(last, undefined), false)
  t.end()
})
