// Event streams are read as the standard says, however their bytes arrive.
import fc from 'fast-check'
import t from 'tap'
import { eventsOf, type ReceivedEvent, valuesOf } from '../../lib/client/streams.ts'
import { encodeText } from '../../lib/internal/bytes.ts'
import { readEventStream } from '../support/eventstream.ts'

/** A stream of bytes in pieces of a size. */
function inPieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = encodeText(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close()
      else controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

async function read(text: string, size = 3): Promise<ReceivedEvent[]> {
  return all(eventsOf(inPieces(text, size)))
}

/** The events, or the error of those whose data is no JSON. */
function expectedOf(text: string): unknown {
  try {
    return readEventStream(text).events.map(({ type, data, lastEventId }) => ({
      ...{ event: type, id: lastEventId },
      data: JSON.parse(data || 'null'),
    }))
  } catch (error) {
    return String(error)
  }
}

t.test('events as browsers dispatch them, in pieces of any size', async (t) => {
  const line = fc.constantFrom(
    ...['data: 1', 'data:"ä"', 'data', 'data:', ': comment', 'event: tick', 'event', 'id: 7'],
    ...['id', 'id: \0', 'retry: x', 'other: 1', '', '', '', '\ufeff'],
  )
  const end = fc.constantFrom('\n', '\r', '\r\n')
  const stream = fc.array(fc.tuple(line, end).map((pair) => pair.join('')))
  await fc.assert(
    fc.asyncProperty(stream, fc.integer({ min: 1, max: 9 }), async (lines, size) => {
      const text = lines.join('')
      t.same(await read(text, size).catch(String), expectedOf(text), JSON.stringify([text, size]))
    }),
    { numRuns: 300 },
  )
})

t.test('only CR and LF end a line, so texts may have other separators', async (t) => {
  const text = 'a\u2028b\u2029c\u0085d\v'
  const written = `${JSON.stringify(text)}\n\n`
  t.match(await read(`id: ${text}\ndata: ${written}`), [{ id: text, data: text }])
  t.same(await all(valuesOf(inPieces(written, 2))), [text])
})

t.test('data of several lines, and the retry time', async (t) => {
  const text = 'retry: 10\ndata: [1,\ndata: 2]\n\ndata: 3\n\ndata: 4\n'
  t.same(await read(text), [
    { event: 'message', data: [1, 2], id: '', retry: 10 },
    { event: 'message', data: 3, id: '' },
  ])
  await t.rejects(read('data: x\n\n'), SyntaxError)
})

t.test('lines of JSON, also without a final line end', async (t) => {
  const lines = inPieces('{"a":"ä"}\r\n\n2\n3', 1)
  t.same(await all(valuesOf(lines)), [{ a: 'ä' }, 2, 3])
})

t.test('leaving a loop cancels the stream', async (t) => {
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(encodeText('data: 1\n\n')),
    cancel: () => {
      cancelled = true
    },
  })
  for await (const { data } of eventsOf(stream)) {
    t.equal(data, 1)
    break
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.ok(cancelled)
})
