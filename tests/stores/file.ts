import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { fileStore } from '../../lib/stores/file.ts'
import { until } from '../support/channels.ts'
import { stands } from '../support/stores.ts'

function folder(t: Test): string {
  const made = mkdtempSync(path.join(tmpdir(), 'stellula-store-'))
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return path.join(made, 'values')
}

const text = (value: Uint8Array | undefined): string => String(value && Buffer.from(value))

// Row LS-STORE-3.
t.test('behaves as a store', async (t) => stands(t, fileStore({ directory: folder(t) })))

t.test('values are kept after a restart, with any bytes', async (t) => {
  const directory = folder(t)
  const before = fileStore({ directory: pathToFileURL(directory) })
  await before.set('a', encodeText('1'), 60)
  await before.set('ever', encodeText('2'), Number.POSITIVE_INFINITY)
  await before.set('far', encodeText('3'), 1e300)
  await before.set('short', encodeText('4'), 0.05)
  await before.increment('n', 7, { ttl: 60 })

  const after = fileStore({ directory })

  t.equal(text(await after.get('a')), '1')
  t.ok(((await after.ttl('a')) ?? 99) <= 60)
  t.equal(await after.ttl('ever'), Number.POSITIVE_INFINITY)
  t.equal(text(await after.get('far')), '3')
  t.equal(await after.increment('n', 1, { ttl: 60 }), 8)
  await until(async () => (await after.get('short')) === undefined)
})

t.test('names are hashes, and only the user may read the files', async (t) => {
  const directory = folder(t)
  await fileStore({ directory }).set('../../etc/passwd', encodeText('1'), 60)

  const [name = '', ...others] = readdirSync(directory)
  t.match(name, /^[\w-]{43}$/)
  t.same(others, [])
  t.equal(statSync(path.join(directory, name)).mode & 0o777, 0o600)
  t.equal(statSync(directory).mode & 0o777, 0o700)
})

t.test('incomplete files of a crash are ignored, or deleted', async (t) => {
  const directory = folder(t)
  const before = fileStore({ directory })
  for (const key of ['cut', 'headless', 'empty', 'whole']) {
    await before.set(key, encodeText('value'), 60)
  }
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name)
    const bytes = readFileSync(file)
    if (bytes.includes('cut')) writeFileSync(file, bytes.subarray(0, -1))
    if (bytes.includes('headless')) writeFileSync(file, bytes.subarray(0, 10))
    if (bytes.includes('empty')) writeFileSync(file, '')
  }
  writeFileSync(path.join(directory, 'begun.tmp'), 'x')

  const after = fileStore({ directory })

  for (const key of ['cut', 'headless', 'empty']) t.equal(await after.get(key), undefined, key)
  t.equal(text(await after.get('whole')), 'value')
  t.notOk(readdirSync(directory).includes('begun.tmp'))
})

t.test('readers never get a half-written value', async (t) => {
  const store = fileStore({ directory: folder(t) })
  const values = [1, 2].map((byte) => new Uint8Array(200_000).fill(byte))
  await store.set('a', values[0] ?? new Uint8Array(0), 60)

  const writing = (async () => {
    for (let round = 0; round < 20; round++) {
      await store.set('a', values[round % 2] ?? new Uint8Array(0), 60)
    }
  })()
  for (let round = 0; round < 20; round++) {
    const read = (await store.get('a')) ?? new Uint8Array(0)
    t.equal(read.byteLength, 200_000)
    t.equal(new Set(read).size, 1)
  }
  await writing
})

t.test('files are limited by number and bytes', async (t) => {
  const directory = folder(t)
  const store = fileStore({ directory, maxEntries: 3 })
  for (const key of ['a', 'b', 'c']) await store.set(key, encodeText(key), 60)

  await store.get('a')
  await store.set('d', encodeText('d'), 60)

  t.equal(await store.get('b'), undefined)
  t.equal(text(await store.get('a')), 'a')
  t.equal(readdirSync(directory).length, 3)

  const small = fileStore({ directory, maxSize: 60 })
  await small.set('e', encodeText('e'), 60)
  t.ok(readdirSync(directory).length <= 3, 'those of before count too')
  await t.rejects(small.set('f', new Uint8Array(60), 60), {
    name: 'RangeError',
    message:
      'fileStore: a key and its value must have at most 60 bytes, 77 was given. Raise maxSize.',
  })
})

t.test('expired files are deleted while others are written', async (t) => {
  const directory = folder(t)
  const store = fileStore({ directory })
  for (const key of ['a', 'b', 'c']) await store.set(key, encodeText('1'), 0.001)

  await until(async () => {
    await store.set('new', encodeText('1'), 60)
    return readdirSync(directory).length === 1
  })
  t.equal(text(await store.get('new')), '1')
})

t.test('an error of the disk is reported, and the disk is tried again', async (t) => {
  const directory = folder(t)
  writeFileSync(directory, 'a file')
  const store = fileStore({ directory })

  await t.rejects(store.set('a', encodeText('1'), 60), {
    name: 'StoreUnavailable',
    message: /^fileStore: writing failed, EEXIST.*\. Check that it can be reached\.$/,
    cause: { code: 'EEXIST' },
  })
  rmSync(directory)

  await store.set('a', encodeText('1'), 60)
  t.equal(text(await store.get('a')), '1')
  rmSync(directory, { recursive: true })
  t.equal(await store.get('a'), undefined)
  await t.rejects(store.set('a', encodeText('1'), 60), { cause: { code: 'ENOENT' } })
})

t.test('invalid options are refused at once', (t) => {
  t.throws(() => fileStore({ directory: '' }), {
    name: 'TypeError',
    message: `fileStore: directory must be a path, "" was given. Write directory: '/var/lib/shop'.`,
  })
  for (const name of ['maxEntries', 'maxSize']) {
    t.throws(() => fileStore({ directory: 'x', [name]: 0 }), {
      name: 'RangeError',
      message: `fileStore: ${name} must be a number greater than 0, 0 was given. Use Infinity for no limit.`,
    })
  }
  t.end()
})
