import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { Spool } from '../../lib/forms/spool.ts'
import { UploadFile } from '../../lib/forms/upload.ts'
import { Headers } from '../../lib/http/headers.ts'

const HEAD = {
  name: 'f',
  filename: '../a ☃.txt',
  contentType: 'text/plain',
  headers: new Headers(['x-a', 'b']),
}

function inMemory(...texts: string[]): UploadFile {
  const pieces = texts.map((text) => Buffer.from(text))
  return new UploadFile(HEAD, { pieces, size: Buffer.concat(pieces).byteLength })
}

async function onDisk(spool: Spool, text: string): Promise<UploadFile> {
  await spool.write(Buffer.from('before'))
  const from = spool.size
  await spool.write(Buffer.from(text))
  await spool.write(Buffer.from('behind'))
  const size = Buffer.byteLength(text)
  return new UploadFile(HEAD, { pieces: [], size, spooled: { spool, from } })
}

t.test('has the name, type and headers of its part: FM-21', async (t) => {
  const upload = inMemory('hello')

  t.match(upload, { filename: '../a ☃.txt', safeName: 'a ☃.txt', contentType: 'text/plain' })
  t.equal(upload.size, 5)
  t.equal(upload.headers, HEAD.headers)
  const bare = { ...HEAD, filename: null, contentType: null }
  t.match(new UploadFile(bare, { pieces: [], size: 0 }), { filename: '', contentType: null })
})

t.test('reads the same from memory and from the disk', async (t) => {
  const spool = new Spool(t.testdir({}))
  for (const upload of [inMemory('hel', 'lo ☃'), await onDisk(spool, 'hello ☃')]) {
    t.equal(upload.size, 9)
    t.equal(await upload.text(), 'hello ☃')
    t.equal(Buffer.from(await upload.bytes()).toString(), 'hello ☃')
    const pieces: Uint8Array[] = []
    for await (const piece of upload.stream()) pieces.push(piece)
    t.equal(Buffer.concat(pieces).toString(), 'hello ☃')
  }
  await spool.close()
})

t.test('is saved to a path, and replaces a file only with overwrite', async (t) => {
  const folder = t.testdir({})
  const spool = new Spool(folder)
  const name = path.join(folder, 'saved.txt')
  for (const upload of [inMemory('memory'), await onDisk(spool, 'disk')]) {
    await upload.saveTo(name, { overwrite: true })
    t.equal(readFileSync(name, 'utf8'), await upload.text())
    await t.rejects(upload.saveTo(name), { code: 'EEXIST' })
  }
  t.same(readdirSync(folder), ['saved.txt'])
  await spool.close()
})

t.test('replaces a file whose name is as long as names can be', async (t) => {
  const folder = t.testdir({})
  for (const name of ['a'.repeat(255), `${'é'.repeat(125)}.jpg`]) {
    for (const content of ['one', 'two']) {
      await inMemory(content).saveTo(path.join(folder, name), { overwrite: true })
      t.equal(readFileSync(path.join(folder, name), 'utf8'), content)
    }
  }
  t.equal(readdirSync(folder).length, 2)
})

t.test(
  'leaves the permissions of a file that it replaces',
  { skip: process.platform === 'win32' },
  async (t) => {
    const folder = t.testdir({ old: 'old' })
    const name = path.join(folder, 'old')
    for (const mode of [0o600, 0o666, 0o440]) {
      chmodSync(name, mode)
      await inMemory('new').saveTo(name, { overwrite: true })

      t.equal(statSync(name).mode & 0o777, mode)
    }
    const fresh = path.join(folder, 'fresh')
    await inMemory('new').saveTo(fresh, { overwrite: true })
    t.equal(statSync(fresh).mode & 0o777, 0o666 & ~process.umask())
  },
)

t.test('leaves no file if it cannot replace a file', async (t) => {
  const folder = t.testdir({ directory: { file: '' } })
  await t.rejects(inMemory('new').saveTo(path.join(folder, 'directory'), { overwrite: true }))

  t.same(readdirSync(folder), ['directory'])
})

t.test('cannot be read after close', async (t) => {
  const folder = t.testdir({})
  const upload = inMemory('hello')
  upload.close()
  upload.close()

  const closed = {
    name: 'TypeError',
    message: /^upload: "..\/a ☃\.txt" cannot be read, its form was closed\. Read it before/,
  }
  await t.rejects(upload.bytes(), closed)
  await t.rejects(upload.text(), closed)
  await t.rejects(upload.stream().next(), closed)
  await t.rejects(upload.saveTo(path.join(folder, 'a')), closed)
  t.same(readdirSync(folder), [])
})
