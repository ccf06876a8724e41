import fc from 'fast-check'
import t from 'tap'
import { asMilliseconds, encodeEvent, type ServerSentEvent } from '../../lib/responses/events.ts'
import { readEventStream } from '../support/eventstream.ts'
import { assertLinear } from '../support/linear.ts'

t.test('an event is written field by field', async (t) => {
  const cases: [ServerSentEvent | string, string][] = [
    ['hello', 'data: hello\n\n'],
    ['', 'data: \n\n'],
    [{ data: 'a' }, 'data: a\n\n'],
    [{ data: '' }, 'data: \n\n'],
    [{ data: ' a:b' }, 'data:  a:b\n\n'],
    [{ data: 'a\nb\rc\r\nd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    [{ data: '\n\r' }, 'data: \ndata: \ndata: \n\n'],
    [{ data: 'a\u2028b\vc' }, 'data: a\u2028b\vc\n\n'],
    [{ event: 'news', data: 'é😀' }, 'event: news\ndata: é😀\n\n'],
    [{ id: '' }, 'id: \n\n'],
    [{ id: 'é 7' }, 'id: é 7\n\n'],
    [{ retry: 0 }, 'retry: 0\n\n'],
    [{ comment: '' }, ': \n\n'],
    [{ comment: 'a\nb\rc\u2028d\x85e\vf' }, ': a\n: b\n: c\n: d\n: e\n: f\n\n'],
    [{ data: 'a', id: undefined, event: undefined }, 'data: a\n\n'],
    [
      { data: 'd', event: 'e', id: 'i', retry: 5, comment: 'c' },
      ': c\nevent: e\nid: i\nretry: 5\ndata: d\n\n',
    ],
  ]
  for (const [event, text] of cases) t.equal(encodeEvent(event), text)
})

t.test('an invalid event throws', async (t) => {
  const cases: [unknown, RegExp][] = [
    [{}, /^ServerSentEvent: an event must be text, or an object with data.*, an empty Object was/],
    [{ type: 'a', text: 'b' }, /an object with type, text was given/],
    [Object.create(null), /an empty Object was given/],
    [new Map(), /an empty Map was given/],
    [null, /null was given/],
    [undefined, /undefined was given/],
    [7, /number was given\. Write \{ data: JSON\.stringify\(value\) \}\.$/],
    [{ event: 'end' }, /an event with a name needs data, "end" has none.*Pass data: ''/],
    [
      { data: { a: 1 } },
      /^ServerSentEvent: data must be text, an object with a was given\. Write J/,
    ],
    [{ data: null }, /data must be text, null was given/],
    [{ data: 7 }, /data must be text, number was given/],
    [{ comment: 7 }, /comment must be text, number was given/],
    [{ id: 7 }, /id must be text, number was given/],
    [{ event: 7, data: '' }, /event must be text, number was given/],
  ]
  for (const [event, message] of cases) {
    t.throws(() => encodeEvent(event as string), { name: 'TypeError', message })
  }
  for (const retry of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1']) {
    const message = /^ServerSentEvent: retry must be a whole number of milliseconds, .* was given/
    t.throws(() => encodeEvent({ retry: retry as number }), { name: 'RangeError', message })
    t.throws(() => asMilliseconds(retry as number), { name: 'RangeError', message })
  }
})

t.test('id and event are one line, and are sent back unchanged', async (t) => {
  const unfit = ['a\nb', 'a\rb', 'a\0b', 'a\tb', '\x7f', 'a\x85b', 'a\u2028b', ' a', 'a ', '\n']
  for (const text of unfit) {
    for (const field of ['id', 'event'] as const) {
      t.throws(
        () => encodeEvent({ [field]: text, data: '' }),
        new RegExp(`^ServerSentEvent: ${field} must be one line without control characters`),
      )
    }
  }
  t.equal(encodeEvent({ id: 'a b: c', data: '' }), 'id: a b: c\ndata: \n\n')
})

t.test('a browser receives exactly the given events', async () => {
  const part = fc.constantFrom('\n', '\r', '\0', ':', ' ', 'data', 'event: x', 'id: y', '\u2028')
  const text = fc.array(fc.oneof(part, fc.string({ unit: 'grapheme' }))).map((all) => all.join(''))
  const line = fc.stringMatching(/^[!-~]([ -~]{0,9}[!-~])?$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(text, line, line, text)), (given) => {
      const stream = given
        .map(([data, event, id, comment]) => encodeEvent({ data, event, id, comment }))
        .join('')
      const wanted = given.map(([data, type, lastEventId]) => ({
        type,
        data: data.replaceAll(/\r\n|\r/g, '\n'),
        lastEventId,
      }))
      return JSON.stringify(readEventStream(stream).events) === JSON.stringify(wanted)
    }),
    { numRuns: 300 },
  )
})

t.test('long texts take linear time', async (t) => {
  for (const unit of ['\r', '\n', 'a', '\r\n']) {
    assertLinear(
      t,
      (size) => unit.repeat(size),
      (data) => encodeEvent({ data, comment: data }),
    )
  }
  assertLinear(
    t,
    (size) => `a${' '.repeat(size)}a`,
    (id) => encodeEvent({ id }),
  )
})
