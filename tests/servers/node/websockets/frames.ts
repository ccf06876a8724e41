import fc from 'fast-check'
import t from 'tap'
import {
  binaryFrame,
  binaryHead,
  textFrame,
} from '../../../../lib/servers/node/websockets/frames.ts'
import { frame } from '../../../support/frames.ts'
import { anyText } from '../../../support/texts.ts'

const UNMASKED = { mask: null }
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]

t.test('a frame encodes its length in the fewest bytes', async (t) => {
  for (const size of SIZES) {
    const bytes = Buffer.alloc(size, 7)
    const text = 'a'.repeat(size)

    t.ok(frame(2, bytes, UNMASKED).equals(binaryFrame(bytes)), `binary ${size}`)
    t.ok(frame(1, text, UNMASKED).equals(textFrame(text)), `text ${size}`)
    t.ok(Buffer.concat([binaryHead(size), bytes]).equals(binaryFrame(bytes)), `head ${size}`)
  }
})

t.test('any text is UTF-8, also when it is sent again', async () => {
  const texts = fc.array(anyText({ maxLength: 150 }), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(texts, (list) =>
      [...list, ...list.toSorted()].every((text) =>
        frame(1, text, UNMASKED).equals(textFrame(text)),
      ),
    ),
  )
})

t.test('a lone surrogate is sent as the replacement character', async (t) => {
  t.ok(frame(1, '\ufffd', UNMASKED).equals(textFrame('\ud800')))
})

t.test('a binary message is copied, and a shared text is encoded once', async (t) => {
  const bytes = Buffer.of(1)
  const copied = binaryFrame(bytes)
  bytes[0] = 2

  t.same(copied, Buffer.of(0x82, 1, 1))
  t.equal(textFrame('to all'), textFrame('to all'))
  const long = 'x'.repeat(20_000)
  t.not(textFrame(long), textFrame(long), 'a long one is not kept')
})
