import t from 'tap'
import { limitsOf, Meter } from '../../lib/forms/limits.ts'
import { MultipartParser, type PartEvent } from '../../lib/forms/multipart.ts'
import { type Part, partsOf } from '../../lib/forms/parts.ts'
import { decoderOf } from '../../lib/forms/text.ts'
import { BOUNDARY, body, field, file, pieces } from '../support/multipart.ts'

const decode = decoderOf(undefined)
const LARGE = 'x'.repeat(100_000)
const BODY = body(field('a', '\xc3\xa9'), file('f', 'f.txt', LARGE), field('b', '2'))

/** The parts of a body, and how much of it was taken. */
function reading(bytes: Uint8Array = BODY, size = 1000) {
  const log = { taken: 0, ended: false }
  async function* events(): AsyncGenerator<PartEvent[], void, undefined> {
    const parser = new MultipartParser(BOUNDARY, decode, new Meter(limitsOf({}, 'test')))
    try {
      for (const piece of pieces(bytes, size)) {
        log.taken++
        yield parser.write(piece)
      }
    } finally {
      log.ended = true
    }
  }
  return { log, parts: partsOf(events(), decode) }
}

async function next(parts: AsyncGenerator<Part>): Promise<Part> {
  const { value } = await parts.next()
  if (value === undefined) throw new Error('there is no part')
  return value
}

t.test('yields the parts one after another', async (t) => {
  const seen: unknown[] = []
  for await (const part of reading().parts) {
    const { name, filename, contentType } = part
    seen.push([name, filename, contentType, part.headers.list.length, (await part.text()).length])
  }

  t.same(seen, [
    ['a', null, null, 2, 1],
    ['f', 'f.txt', 'text/plain', 4, LARGE.length],
    ['b', null, null, 2, 1],
  ])
})

t.test('reads no more than is requested', async (t) => {
  const { log, parts } = reading()
  t.equal(log.taken, 0)
  const first = await next(parts)
  t.equal(log.taken, 1)
  t.equal(await first.text(), 'é')
  const stream = (await next(parts)).stream()
  for (const taken of [1, 2, 3]) {
    await stream.next()
    t.equal(log.taken, taken)
  }
  await parts.return(undefined)
  t.equal(log.taken, 3)
  t.ok(log.ended)
})

t.test('skips unread parts, and the rest of partly read ones', async (t) => {
  const names: string[] = []
  for await (const part of reading().parts) {
    names.push(part.name)
    if (part.name !== 'f') continue
    for await (const _ of part.stream()) break
  }

  t.same(names, ['a', 'f', 'b'])
})

t.test('ends cleanly when the loop is left, or throws', async (t) => {
  for (const leave of [() => {}, () => Promise.reject(new Error('enough'))]) {
    const { log, parts } = reading()
    const loop = async (): Promise<void> => {
      for await (const part of parts) {
        if (part.name === 'f') {
          await leave()
          break
        }
      }
    }
    await loop().catch((error) => t.match(error, /enough/))

    t.ok(log.ended)
    t.ok(log.taken < 5)
    t.same(await parts.next(), { done: true, value: undefined })
  }
})

const UNREADABLE = {
  name: 'TypeError',
  message: /^request\.parts: the part "[af]" was already read/,
}

t.test('a part can be read once, while it is the current one', async (t) => {
  const { parts } = reading()
  const first = await next(parts)
  await first.bytes()
  await t.rejects(first.bytes(), UNREADABLE)
  const second = await next(parts)
  await t.rejects(first.text(), UNREADABLE)
  const stream = second.stream()
  await stream.next()
  await t.rejects(second.stream().next(), UNREADABLE)
  await next(parts)

  await t.rejects(stream.next(), UNREADABLE, 'its turn is over')
})

t.test('a part is not complete if the loop was left within it', async (t) => {
  const { parts } = reading()
  await next(parts)
  const second = await next(parts)
  const stream = second.stream()
  await stream.next()
  await parts.return(undefined)

  await t.rejects(stream.next(), UNREADABLE)
})

t.test('two simultaneous reads throw', async (t) => {
  const { parts } = reading()
  await next(parts)
  const second = await next(parts)
  const stream = second.stream()
  await stream.next()
  const [piece, part] = await Promise.allSettled([stream.next(), parts.next()])

  t.equal(piece.status, 'fulfilled')
  t.match(part, { status: 'rejected', reason: /^TypeError: request\.parts: two reads at once\./ })
})

t.test('holds no more than maxSize', async (t) => {
  const { parts } = reading()
  await next(parts)
  const large = await next(parts)

  await t.rejects(large.bytes({ maxSize: LARGE.length - 1 }), {
    status: 413,
    message: `Part exceeded maximum size of ${LARGE.length - 1} bytes.`,
  })
  const again = reading()
  await next(again.parts)
  t.equal((await (await next(again.parts)).bytes({ maxSize: LARGE.length })).byteLength, 100_000)
})
