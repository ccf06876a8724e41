import t from 'tap'
import { byteRanges, lengthOf } from '../../../lib/responses/file/byteranges.ts'

const decoder = new TextDecoder()

t.test('each range is a part with its type and its place: RS-37', async (t) => {
  const ranges = [
    { start: 0, end: 5 },
    { start: 95, end: 100 },
  ]

  const { contentType, pieces } = byteRanges(ranges, 100, 'text/plain; charset=utf-8')

  const boundary = /^multipart\/byteranges; boundary=([0-9a-f]{26})$/.exec(contentType)?.[1] ?? ''
  const shown = pieces.map((piece) => (piece instanceof Uint8Array ? decoder.decode(piece) : piece))
  const fields = 'Content-Type: text/plain; charset=utf-8\r\nContent-Range: bytes'
  t.same(shown, [
    `--${boundary}\r\n${fields} 0-4/100\r\n\r\n`,
    { start: 0, end: 5 },
    `\r\n--${boundary}\r\n${fields} 95-99/100\r\n\r\n`,
    { start: 95, end: 100 },
    `\r\n--${boundary}--`,
  ])
})

t.test('boundaries are unique', async (t) => {
  const { contentType } = byteRanges([], 0, 'a/b')

  t.not(byteRanges([], 0, 'a/b').contentType, contentType)
})

t.test('a part has the length of its bytes', async (t) => {
  t.equal(lengthOf(Uint8Array.of(1, 2, 3)), 3)
  t.equal(lengthOf({ start: 5, end: 7 }), 2)
})
