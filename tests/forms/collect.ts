// Runs alone: counts the descriptors of its process.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { collect, type FormOptions } from '../../lib/forms/collect.ts'
import type { Form } from '../../lib/forms/form.ts'
import { limitsOf, Meter } from '../../lib/forms/limits.ts'
import { MultipartParser, type PartEvent } from '../../lib/forms/multipart.ts'
import { decoderOf } from '../../lib/forms/text.ts'
import { descriptors, more } from '../support/descriptors.ts'
import { BOUNDARY, body, field, file, pieces } from '../support/multipart.ts'

const MEBIBYTE = 1_048_576
const decode = decoderOf(undefined)

async function* events(bytes: Uint8Array, error?: Error): AsyncGenerator<PartEvent[]> {
  const parser = new MultipartParser(BOUNDARY, decode, new Meter(limitsOf({}, 'test')))
  for (const piece of pieces(bytes, 65_536)) yield parser.write(piece)
  if (error !== undefined) throw error
}

function form(bytes: Uint8Array, options: FormOptions = {}): Promise<Form> {
  return collect(events(bytes), decode, options)
}

t.test('has no entry for a file input without a file', async (t) => {
  await using made = await form(
    body(file('photo', '', ''), file('unnamed', '', 'x'), file('empty', 'empty.txt', '')),
  )

  t.equal(made.file('photo'), null)
  t.same([...made.keys()], ['unnamed', 'empty'])
})

t.test('makes texts of fields and files of files: FM-16', async (t) => {
  await using made = await form(
    body(field('a', 'n\xc3\xa4ive'), file('f', 'f.txt', 'hello'), field('a', ''), field('a', '2')),
  )

  t.same(made.getAll('a'), ['näive', '', '2'])
  t.same([...made.keys()], ['a', 'f', 'a', 'a'])
  t.match(made.file('f'), { filename: 'f.txt', size: 5, contentType: 'text/plain' })
  t.equal(await made.file('f')?.text(), 'hello')
})

t.test('keeps files in memory up to 1 MiB, larger ones in one file on disk: FM-19', async (t) => {
  const before = descriptors()
  const small = await form(body(file('f', 'small', 'x'.repeat(MEBIBYTE))))
  t.equal(descriptors(), before)

  const contents = ['a', 'b', 'c'].map((letter) => letter.repeat(MEBIBYTE + 1))
  const large = await form(
    body(...contents.map((text, at) => file('f', `${at}`, text)), file('g', 'g', 'small')),
  )
  t.equal(descriptors(), before + more(1))
  const uploads = large.getAll('f')
  for (const [at, text] of contents.entries()) {
    const upload = uploads[at]
    if (upload === undefined || typeof upload === 'string') throw new Error('no file')
    t.equal(upload.size, text.length)
    t.ok((await upload.text()) === text)
  }
  t.equal(await large.file('g')?.text(), 'small')
  await small.close()
  await large.close()
  t.equal(descriptors(), before)
})

t.test('goes to the disk earlier with maxMemorySize, in the given directory', async (t) => {
  const before = descriptors()
  const options = { maxMemorySize: 3, directory: t.testdir({}) }
  await using made = await form(body(file('f', 'f', 'abc'), file('f', 'f', 'abcd')), options)

  t.equal(descriptors(), before + more(1))
  t.same(readdirSync(options.directory), [])
  t.equal(await made.file('f')?.text(), 'abc')
  const missing = path.join(options.directory, 'missing')
  await t.rejects(form(body(file('f', 'f', 'abcd')), { ...options, directory: missing }), {
    code: 'ENOENT',
  })
  t.equal(descriptors(), before + more(1))
})

t.test('many smaller files go to the disk too', async (t) => {
  const before = descriptors()
  const many = Array.from({ length: 12 }, () => file('f', 'f', 'x'.repeat(MEBIBYTE - 1)))
  await using ten = await form(body(...many.slice(0, 10)))
  t.equal(descriptors(), before)
  await using twelve = await form(body(...many))

  t.equal(descriptors(), before + more(1))
  t.same([ten.size, twelve.size], [10, 12])
  for (const upload of twelve.values()) {
    if (typeof upload === 'string') throw new Error('no file')
    t.equal((await upload.bytes()).byteLength, MEBIBYTE - 1)
  }
})

t.test('leaves no files when reading fails: FM-20', async (t) => {
  const before = descriptors()
  const directory = t.testdir({})
  const begun = Buffer.from(file('f', 'f', 'x'.repeat(3 * MEBIBYTE)))
  const failing = collect(events(begun, new Error('gone')), decode, { directory })

  await t.rejects(failing, /gone/)
  t.equal(descriptors(), before)
  t.same(readdirSync(directory), [])
})
