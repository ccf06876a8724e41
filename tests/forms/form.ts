import t from 'tap'
import { Form, type FormValue } from '../../lib/forms/form.ts'
import { Spool } from '../../lib/forms/spool.ts'
import { UploadFile } from '../../lib/forms/upload.ts'
import { Headers } from '../../lib/http/headers.ts'
import { assertLinear } from '../support/linear.ts'

function upload(filename: string): UploadFile {
  const head = { name: 'f', filename, contentType: null, headers: new Headers() }
  return new UploadFile(head, { pieces: [Buffer.from('x')], size: 1 })
}

const [one, two] = [upload('one'), upload('two')]
const ENTRIES: [string, FormValue][] = [
  ['a', '1'],
  ['b', one],
  ['a', '2'],
  ['b', 'text'],
  ['b', two],
  ['__proto__', '3'],
]

t.test('gives values by name as FormData does: FM-16, FM-23', async (t) => {
  const form = new Form(ENTRIES)

  t.equal(form.get('a'), '1')
  t.equal(form.get('b'), one)
  t.equal(form.get('__proto__'), '3')
  t.equal(form.get('constructor'), null)
  t.same(form.getAll('a'), ['1', '2'])
  t.same(form.getAll('b'), [one, 'text', two])
  t.same(form.getAll('c'), [])
  t.equal(form.has('a'), true)
  t.equal(form.has('toString'), false)
  t.equal(form.size, 6)
})

t.test('gives the same results however often it is read', async (t) => {
  const form = new Form(ENTRIES)
  for (let look = 0; look < 20; look++) {
    t.same(form.getAll('b'), [one, 'text', two])
    t.equal(form.get('__proto__'), '3')
    t.equal(form.has('constructor'), false)
    form.getAll('b').pop()
  }
})

t.test('takes linear time to read all names', async (t) => {
  assertLinear(
    t,
    (size) => Array.from({ length: size }, (_, at): [string, string] => [`name${at}`, 'x']),
    (entries) => {
      const form = new Form(entries)
      for (const [name] of entries) form.get(name)
    },
  )
})

t.test('gives texts and files separately', async (t) => {
  const form = new Form(ENTRIES)

  t.equal(form.text('b'), 'text')
  t.equal(form.file('b'), one)
  t.equal(form.text('a'), '1')
  t.equal(form.file('a'), null)
  t.equal(form.text('c'), null)
})

t.test('iterates over pairs in their order, and cannot be changed from outside', async (t) => {
  const form = new Form(ENTRIES)
  for (const pair of form) pair[1] = 'changed'
  form.getAll('a').push('more')

  t.same([...form], ENTRIES)
  t.same([...form.entries()], ENTRIES)
  t.same([...form.keys()], ['a', 'b', 'a', 'b', 'b', '__proto__'])
  t.same([...form.values()], ['1', one, '2', 'text', two, '3'])
  t.same(form.getAll('a'), ['1', '2'])
  t.same([...new Form()], [])
})

t.test('closes its files and keeps its texts', async (t) => {
  const spool = new Spool(t.testdir({}))
  await spool.write(Buffer.from('x'))
  const file = upload('f')
  const form = new Form(
    [
      ['f', file],
      ['a', '1'],
    ],
    spool,
  )
  {
    await using used = form
    t.equal(await used.file('f')?.text(), 'x')
  }

  await t.rejects(file.bytes(), /its form was closed/)
  await t.rejects(spool.read(0, 1).next(), /it was closed/)
  t.equal(form.text('a'), '1')
  await t.resolves(form.close())
})
