// Forms as the web platform writes them.
import fc from 'fast-check'
import t from 'tap'
import { Request } from '../../lib/requests.ts'
import { httpScope, receiving } from '../support/scopes.ts'
import { anyText } from '../support/texts.ts'

type Entry = [name: string, value: string | { filename: string; type: string; bytes: Uint8Array }]

async function formOf(data: FormData, size: number): Promise<Entry[]> {
  const response = new globalThis.Response(data)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const cuts = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, at) => at * size)
  const messages = cuts.map((at) => ({
    type: 'http.request' as const,
    body: bytes.slice(at, at + size),
    moreBody: at + size < bytes.byteLength,
  }))
  const headers = ['content-type', response.headers.get('content-type') ?? '']
  await using form = await new Request(
    httpScope({ method: 'POST', headers }),
    receiving(messages),
  ).form()
  const entries: Entry[] = []
  for (const [name, value] of form) {
    if (typeof value === 'string') entries.push([name, value])
    else {
      const { filename, contentType } = value
      const content = new Uint8Array(await value.bytes())
      entries.push([name, { filename, type: contentType ?? '', bytes: content }])
    }
  }
  return entries
}

/** As they are sent: each line end is CRLF (HTML Standard, section 4.10.21.8). */
function sent(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n')
}

/**
 * Names without control characters, which no header can have, and without what cannot be told from an
 * escape, since `%` is not escaped.
 */
const names = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.constantFrom('"', '\\', '\r', '\n', '\r\n', ';', '=', ' ', '%', '%2', "'", '; filename="'),
    ),
    { maxLength: 6 },
  )
  .map((all) => all.join('').toWellFormed())
  .filter((name) => !/[\0-\x09\x0b\x0c\x0e-\x1f\x7f]|%22|%0d|%0a/i.test(name))

/** Not empty, which Node sends as a field, and without the path that old browsers sent. */
const filenames = names.filter((name) => name !== '' && !/^(?:.:|\\)\\/s.test(name))

const files = fc.record({
  filename: filenames,
  type: fc.constantFrom('image/png', 'text/plain;charset=utf-8'),
  bytes: fc.uint8Array({ maxLength: 50 }),
})

const texts = anyText({ maxLength: 50 }).map((text) => text.toWellFormed())

t.test('yields the entries of a FormData, in any chunks of its body', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(names, fc.oneof(texts, files)), { maxLength: 5 }),
      fc.integer({ min: 1, max: 500 }),
      async (given, size) => {
        const data = new FormData()
        const expected: Entry[] = []
        for (const [name, value] of given) {
          if (typeof value === 'string') {
            data.append(name, value)
            expected.push([sent(name), sent(value)])
          } else {
            const { filename, type, bytes } = value
            data.append(name, new File([new Uint8Array(bytes)], filename, { type }))
            expected.push([sent(name), value])
          }
        }

        t.same(await formOf(data, size), expected)
      },
    ),
    { numRuns: 200 },
  )
})
