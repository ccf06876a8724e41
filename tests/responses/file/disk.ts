import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { platform } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { absolutePath, DiskFile, look } from '../../../lib/responses/file/disk.ts'
import { openFiles } from '../../support/descriptors.ts'
import { folderOf } from '../../support/folder.ts'

const DIGITS = '0123456789'
const folder = folderOf(t, { 'digits.txt': DIGITS, 'changing.txt': DIGITS, folder: {} })
const digits = join(folder, 'digits.txt')
const changing = join(folder, 'changing.txt')
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

t.test('paths and file URLs are made absolute', async (t) => {
  t.equal(absolutePath(digits), digits)
  t.equal(absolutePath(relative('', digits)), digits)
  t.equal(absolutePath(pathToFileURL(join(folder, 'ä b'))), join(folder, 'ä b'))
})

t.test('gets the state of a file, by its path or handle', async (t) => {
  const file = await DiskFile.open(digits)
  t.teardown(() => file.close())
  for (const { size, mtimeMs } of [await look(digits), await file.stat()]) {
    t.equal(size, 10)
    t.equal(mtimeMs, statSync(digits).mtimeMs)
  }
})

t.test('reads parts in order, in chunks of any size', async (t) => {
  const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)
  const pieces = [
    bytes('<'),
    { start: 0, end: 4 },
    bytes('|'),
    bytes(''),
    { start: 4, end: 4 },
    { start: 8, end: 10 },
    bytes('>'),
  ]
  const whole = '<0123|89>'
  for (let portion = 1; portion <= whole.length; portion++) {
    const file = await DiskFile.open(digits)
    file.begin(pieces)
    let read = ''
    while (read.length < whole.length) {
      read += text(await file.next(Math.min(portion, whole.length - read.length)))
    }
    t.equal(read, whole, `${portion} at a time`)
    t.equal((await file.next(0)).byteLength, 0)
    await t.rejects(file.next(1), /^DiskFile: more bytes were requested than the pieces have$/)
    await file.close()
  }
})

t.test('chunks do not share their memory', async (t) => {
  const file = await DiskFile.open(digits)
  file.begin([{ start: 0, end: 10 }])

  t.equal((await file.next(5)).buffer.byteLength, 5)
  await file.close()
})

t.test(
  'a file that becomes shorter is an error; one that grows or is replaced is not',
  async (t) => {
    const file = await DiskFile.open(changing)
    file.begin([{ start: 0, end: 10 }])
    t.equal(text(await file.next(4)), '0123')
    appendFileSync(changing, 'more')
    t.equal(text(await file.next(2)), '45')
    truncateSync(changing, 8)
    await t.rejects(
      file.next(4),
      /^FileResponse: the file was cut off at 8 bytes while it was sent, ".*changing\.txt" was given\. /,
    )
    await file.close()

    writeFileSync(changing, 'old')
    const before = await DiskFile.open(changing)
    writeFileSync(join(folder, 'new.txt'), 'new one')
    renameSync(join(folder, 'new.txt'), changing)
    t.equal((await before.stat()).size, 3)
    before.begin([{ start: 0, end: 3 }])
    t.equal(text(await before.next(3)), 'old')
    await before.close()
  },
)

t.test('closes once, and every call waits for it', async (t) => {
  const file = await DiskFile.open(digits)
  t.same(openFiles(folder), platform() === 'linux' ? [digits] : [])

  const closing = file.close()
  t.equal(file.close(), closing)
  await closing

  t.same(openFiles(folder), [])
  await t.rejects(file.stat(), { code: 'EBADF' })
  file.begin([{ start: 0, end: 1 }])
  await t.rejects(file.next(1), { code: 'EBADF' })
})

t.test('a missing file, or a directory, is an error that says so: RS-29', async (t) => {
  const missing = join(folder, 'missing.txt')
  const nothing = /^FileResponse: the file does not exist, ".*missing\.txt" was given\. Check/
  const directory = /^FileResponse: the path is not a file, ".*" was given\. Use StaticFiles/

  await t.rejects(look(missing), nothing)
  await t.rejects(DiskFile.open(missing), nothing)
  await t.rejects(look(folder), directory)
  const opened = await DiskFile.open(folder)
  await t.rejects(opened.stat(), directory)
  await opened.close()
  await t.rejects(look(join(digits, 'x')), /cannot be read \(ENOTDIR\)/)
  await t.rejects(look(join(folder, 'x'.repeat(300))), /cannot be read \(ENAMETOOLONG\)/)
  t.same(openFiles(folder), [])
})

t.test(
  'a file without permission is an error',
  {
    skip: platform() === 'win32' || process.getuid?.() === 0,
  },
  async (t) => {
    const secret = join(folder, 'secret.txt')
    writeFileSync(secret, 'secret')
    chmodSync(secret, 0)

    await t.rejects(DiskFile.open(secret), /cannot be read \(EACCES\)/)
  },
)

t.test('a pipe is refused without waiting', { skip: platform() === 'win32' }, async (t) => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])

  const file = await DiskFile.open(pipe)
  await t.rejects(file.stat(), /the path is not a file/)
  await file.close()
})
