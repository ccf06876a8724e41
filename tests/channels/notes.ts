import fc from 'fast-check'
import t from 'tap'
import { noteWithoutRow, parseNote, textInNote } from '../../lib/channels/postgres/notes.ts'

t.test('a notification is parsed back as it was written', (t) => {
  const contents = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array())
  const channels = fc.constantFrom('a', 'a b', '1 2 T', '💫')
  const property = fc.property(channels, contents, fc.nat(), (channel, content, number) => {
    const text = textInNote(content) ?? ''
    const note = parseNote(noteWithoutRow(channel, number, text))
    t.equal(note?.channel, channel)
    t.equal(note?.row, undefined)
    t.same(Buffer.from(note?.content ?? 'nothing'), Buffer.from(content))
  })
  fc.assert(property, { numRuns: 100 })

  t.same(parseNote('a\n7 16400 '), { channel: 'a', row: { id: 7, run: 16400 }, content: undefined })
  t.same(parseNote('a\n7 16400 T'), { channel: 'a', row: { id: 7, run: 16400 }, content: '' })
  for (const other of ['', 'x', 'a\nx', 'a\n1']) t.equal(parseNote(other), undefined)
  t.end()
})
