// Runs alone: counts the descriptors of its process.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { Spool, save, writeAll } from '../../lib/forms/spool.ts'
import { descriptors, more } from '../support/descriptors.ts'

async function contents(spool: Spool, from: number, to: number): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of spool.read(from, to)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

t.test('keeps bytes in a file without a name', async (t) => {
  const folder = t.testdir({})
  const before = descriptors()
  const spool = new Spool(folder)
  t.same(readdirSync(folder), [], 'nothing is made before it is needed')

  await spool.write(Buffer.from('hello '))
  await spool.write(Buffer.from('world'))
  await spool.flush()

  t.equal(spool.size, 11)
  t.same(readdirSync(folder), [])
  t.equal(descriptors(), before + more(1))
  t.equal(await contents(spool, 0, 11), 'hello world')
  t.equal(await contents(spool, 6, 9), 'wor')
  t.equal(await contents(spool, 0, 5), 'hello', 'as often as one likes')
  await spool.close()
  t.equal(descriptors(), before)
})

t.test('joins bytes that arrive during a write, in order, and delays the writer', async (t) => {
  const spool = new Spool(t.testdir({}))
  const piece = (number: number): Buffer => Buffer.alloc(65_536, number)
  const waited: boolean[] = []
  for (let number = 0; number < 100; number++) {
    const busy = spool.write(piece(number))
    waited.push(busy !== undefined)
    await busy
  }
  await spool.flush()

  t.ok(waited.includes(false), 'small writes do not wait')
  t.ok(waited.includes(true), 'more than two megabytes do')
  for (const number of [0, 17, 99]) {
    const at = number * 65_536
    t.equal(await contents(spool, at, at + 65_536), piece(number).toString())
  }
  await spool.close()
})

t.test('uses the system’s folder for such files', async (t) => {
  const spool = new Spool()
  await spool.write(Buffer.from('x'))

  t.equal(await contents(spool, 0, 1), 'x')
  await spool.close()
})

t.test('rejects every write after a failure, and closes without an error', async (t) => {
  const spool = new Spool(path.join(t.testdir({}), 'missing'))
  spool.write(Buffer.from('x'))

  await t.rejects(spool.flush(), { code: 'ENOENT' })
  await t.rejects(Promise.resolve(spool.write(Buffer.from('y'))), { code: 'ENOENT' })
  await t.rejects(contents(spool, 0, 1), { code: 'ENOENT' })
  await t.resolves(spool.close())
})

t.test('cannot be read after close', async (t) => {
  const spool = new Spool(t.testdir({}))
  await spool.write(Buffer.alloc(200_000))
  const reading = spool.read(0, 200_000)
  await reading.next()
  const closing = spool.close()

  t.equal(spool.close(), closing, 'and is closed once')
  await t.rejects(reading.next(), {
    name: 'TypeError',
    message: /^upload: it was closed while it was read\. Read it before/,
  })
  await t.rejects(contents(spool, 0, 1), /it was closed/)
  await closing
})

t.test('notices if the file was truncated', async (t) => {
  const spool = new Spool(t.testdir({}))
  await spool.write(Buffer.from('abc'))

  await t.rejects(contents(spool, 0, 4), /its temporary file was cut short from outside/)
  await spool.close()
})

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('new')
  throw new Error('no more')
}

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

t.test('writes the rest if the system takes only a part', async (t) => {
  const written = new Uint8Array(12)
  const take = (bytes: Uint8Array, at: number) => {
    const some = bytes.subarray(0, 3)
    written.set(some, at)
    return Promise.resolve({ bytesWritten: some.byteLength, buffers: [], buffer: bytes })
  }
  const file = {
    writev: (pieces: readonly Uint8Array[], at: number) => take(Buffer.concat(pieces), at),
    write: (bytes: Uint8Array, from: number, size: number, at: number) =>
      take(bytes.subarray(from, from + size), at),
  }
  await writeAll(file as never, [Buffer.from('hello '), Buffer.from('all')], 2)

  t.equal(Buffer.from(written).toString(), '\0\0hello all\0')
})

t.test('saves a new file completely, or not at all', async (t) => {
  const folder = t.testdir({})
  const name = path.join(folder, 'a.txt')

  await save(name, text('one'), false)
  t.equal(readFileSync(name, 'utf8'), 'one')
  await t.rejects(save(name, text('two'), false), { code: 'EEXIST' })
  t.equal(readFileSync(name, 'utf8'), 'one')
  await t.rejects(save(path.join(folder, 'b.txt'), broken(), false), /no more/)
  await t.rejects(save(path.join(folder, 'none', 'b.txt'), text('x'), false), { code: 'ENOENT' })
  t.same(readdirSync(folder), ['a.txt'])
  await save(pathToFileURL(path.join(folder, 'c d.txt')), text('three'), false)
  t.equal(readFileSync(path.join(folder, 'c d.txt'), 'utf8'), 'three')
})

t.test('replaces a file when the new one is complete', async (t) => {
  const folder = t.testdir({})
  const name = path.join(folder, 'a.txt')
  writeFileSync(name, 'old')

  await t.rejects(save(name, broken(), true), /no more/)
  t.equal(readFileSync(name, 'utf8'), 'old')
  await save(name, text('new'), true)
  t.equal(readFileSync(name, 'utf8'), 'new')
  t.same(readdirSync(folder), ['a.txt'])
  mkdirSync(path.join(folder, 'b'))
  await t.rejects(save(path.join(folder, 'b'), text('x'), true))
  t.same(readdirSync(folder), ['a.txt', 'b'])
  t.ok(statSync(path.join(folder, 'b')).isDirectory())
})
