// What is large is kept while there is room, and nothing goes for it.
import { realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Directories } from '../../../lib/staticfiles/directories.ts'
import { Files, type KnownFile } from '../../../lib/staticfiles/files.ts'

const KIB = 1024
const CHANGED = 1_381_441_200

interface Site {
  readonly files: Files
  /** Puts a file there that was changed long ago, or just now. */
  readonly write: (name: string, size: number, changed?: number) => string
  /** The file of this name, which must be there. */
  readonly known: (name: string) => Promise<KnownFile>
  /** Whether its content comes from memory, whether it was there or was read for this. */
  readonly isHeld: (name: string) => Promise<boolean>
}

function site(t: Test, maxBytes: number): Site {
  const root = realpathSync(t.testdir({}))
  const directories = new Directories(root, { checkDir: true, followSymlink: false })
  const options = { cacheControl: undefined, varies: false, maxFileBytes: 1024 * KIB }
  const files = new Files(directories, { ...options, maxBytes })
  const known = async (name: string): Promise<KnownFile> => {
    const found = await files.look(name)
    if (found === undefined || found === 'directory') throw new Error(`there is no file ${name}`)
    return found
  }
  return {
    files,
    known,
    write: (name, size, changed = CHANGED) => {
      const file = path.join(root, name)
      writeFileSync(file, Buffer.alloc(size, name))
      utimesSync(file, changed, changed)
      return file
    },
    isHeld: async (name) => (await files.contentOf(await known(name)))?.byteLength !== undefined,
  }
}

t.test('large files are cached while there is room', async (t) => {
  const { files, write, known, isHeld } = site(t, 1000 * KIB)
  for (const name of ['1', '2', '3', '4']) write(name, 400 * KIB)

  t.same([await isHeld('1'), await isHeld('2'), await isHeld('3')], [true, true, false])
  const content = files.contentOf(await known('1'))
  t.type(content, Uint8Array, 'it is there, not read anew')
  t.equal(await isHeld('4'), false)
  t.equal(files.contentOf(await known('1')), content)
})

t.test('large files that are read simultaneously do not use the same room', async (t) => {
  const { write, isHeld } = site(t, 1000 * KIB)
  const names = ['1', '2', '3', '4', '5', '6', '7', '8']
  for (const name of names) write(name, 400 * KIB)

  const held = await Promise.all(names.map(isHeld))

  t.equal(held.filter(Boolean).length, 2)
})

t.test('small files evict others, and the next large one may use the rest', async (t) => {
  const { write, isHeld } = site(t, 804 * KIB)
  for (const name of ['large', 'larger']) write(name, 480 * KIB)
  for (const name of ['a', 'b']) write(name, 240 * KIB)
  t.equal(await isHeld('large'), true)
  t.equal(await isHeld('a'), true)
  t.equal(await isHeld('larger'), false)

  t.equal(await isHeld('b'), true, 'the large one goes, as it was used longest ago')

  t.equal(await isHeld('large'), false, 'and nothing goes for it')
  t.same([await isHeld('a'), await isHeld('b')], [true, true])
})

t.test('a file of 256 KiB is not large', async (t) => {
  const { write, isHeld } = site(t, 400 * KIB)
  for (const name of ['1', '2']) write(name, 256 * KIB)
  write('3', 256 * KIB + 1)

  t.same([await isHeld('1'), await isHeld('2'), await isHeld('3')], [true, true, false])
})

t.test('a large file that has just changed is not cached', async (t) => {
  const { write, isHeld } = site(t, 1024 * KIB)
  write('small', 10, Date.now() / 1000)
  write('large', 400 * KIB, Date.now() / 1000)

  t.equal(await isHeld('small'), true)
  t.equal(await isHeld('large'), false)
})

t.test('a failed read frees its room', async (t) => {
  const { files, write, known, isHeld } = site(t, 403 * KIB)
  const file = write('1', 390 * KIB)
  const longer = await known('1')
  write('1', 391 * KIB)
  t.equal(await files.contentOf(longer), undefined, 'it has changed since')
  const gone = await known('1')
  rmSync(file)
  await t.rejects(Promise.resolve(files.contentOf(gone)), { name: 'HTTPException', status: 404 })

  write('2', 400 * KIB)
  t.equal(await isHeld('2'), true)
})
