import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Headers } from '../../lib/http/headers.ts'
import { sha256 } from '../../lib/internal/digests.ts'
import { Directories } from '../../lib/staticfiles/directories.ts'
import { Files, type FilesOptions, type KnownFile } from '../../lib/staticfiles/files.ts'

const CHANGED = 1_381_441_200

interface Site {
  readonly files: Files
  readonly root: string
  /** The file of this name, which must be there. */
  readonly known: (name: string) => Promise<KnownFile>
}

function site(t: Test, options: Partial<FilesOptions> = {}, find?: Directories['find']): Site {
  const root = realpathSync(
    t.testdir({ 'a.txt': 'hello', 'a.txt.br': 'br', 'large.bin': 'x'.repeat(2000), dir: {} }),
  )
  for (const name of ['a.txt', 'a.txt.br', 'large.bin']) {
    utimesSync(path.join(root, name), CHANGED, CHANGED)
  }
  const directories = new Directories(root, { checkDir: true, followSymlink: false })
  if (find !== undefined) directories.find = find
  const defaults = { cacheControl: undefined, varies: false, maxBytes: 10_000, maxFileBytes: 1000 }
  const files = new Files(directories, { ...defaults, ...options })
  return { files, root, known: (name) => knownOf(files, name) }
}

async function knownOf(files: Files, name: string): Promise<KnownFile> {
  const found = await files.look(name)
  if (found === undefined || found === 'directory') throw new Error(`there is no file ${name}`)
  return found
}

const textOf = async (files: Files, file: KnownFile): Promise<string | undefined> =>
  (await files.contentOf(file))?.toString()

t.test('distinguishes files, directories and missing paths', async (t) => {
  const { files } = site(t)

  t.equal(await files.look('dir'), 'directory')
  t.equal(await files.look(''), 'directory')
  t.equal(await files.look('nope'), undefined)
  t.match(await files.look('a.txt'), { name: 'a.txt', stats: { size: 5 } })
})

t.test('a path that is neither file nor directory is missing', async (t) => {
  const directories = new Directories('/dev', { checkDir: true, followSymlink: true })
  const options = { cacheControl: undefined, varies: false, maxBytes: 0, maxFileBytes: 0 }

  t.equal(await new Files(directories, options).look('null'), undefined)
})

// ST-5
t.test('describes a file by its name and state', async (t) => {
  const { known } = site(t)

  const { headers, fields, coding, cacheControl } = await known('a.txt')

  t.same(new Headers(headers.slice()).toJSON(), {
    'content-type': 'text/plain; charset=utf-8',
    'accept-ranges': 'bytes',
    'content-length': '5',
    'last-modified': 'Thu, 10 Oct 2013 21:40:00 GMT',
    etag: `"${sha256('hello').slice(0, 22)}"`,
  })
  t.same(fields, ['content-type', 'text/plain; charset=utf-8', 'accept-ranges', 'bytes'])
  t.equal(coding, undefined)
  t.equal(cacheControl, undefined)
})

t.test('a compressed form has its own size and tag, and the type of the plain one', async (t) => {
  const { files, known } = site(t, { varies: true })

  const form = await files.lookBeside(await known('a.txt'), 'br')

  t.same(new Headers(form?.headers.slice()).toJSON(), {
    'content-type': 'text/plain; charset=utf-8',
    'accept-ranges': 'bytes',
    'content-encoding': 'br',
    vary: 'Accept-Encoding',
    'content-length': '2',
    'last-modified': 'Thu, 10 Oct 2013 21:40:00 GMT',
    etag: `"${sha256('br').slice(0, 22)}-br"`,
  })
  t.equal(form?.coding, 'br')
  t.match(await known('a.txt.br'), { name: 'a.txt.br', coding: undefined })
  t.equal(await files.lookBeside(await known('large.bin'), 'br'), undefined)
})

t.test('a compressed form must be in the directory of its file', async (t) => {
  const root = realpathSync(
    t.testdir({
      one: { 'a.txt': 'new', 'a.txt.gz': {} },
      two: { 'a.txt': 'old', 'a.txt.br': 'old' },
    }),
  )
  const both = [path.join(root, 'one'), path.join(root, 'two')]
  const directories = new Directories(both, { checkDir: true, followSymlink: false })
  const options = { cacheControl: undefined, varies: true, maxBytes: 0, maxFileBytes: 0 }
  const files = new Files(directories, options)
  const file = await files.look('a.txt')
  if (file === undefined || file === 'directory') throw new Error('there is a file')

  t.equal(await files.lookBeside(file, 'br'), undefined)
  t.equal(await files.lookBeside(file, 'gzip'), undefined, 'a directory is no form of a file')
})

t.test('a file has a Cache-Control by the option, or by its name', async (t) => {
  const fixed = site(t, { cacheControl: 'max-age=60' })
  t.equal((await fixed.known('a.txt')).cacheControl, 'max-age=60')
  const names: string[] = []
  const byName = site(t, {
    cacheControl: (name) => {
      names.push(name)
      return name.endsWith('.txt') ? 'no-cache' : undefined
    },
  })

  const file = await byName.known('a.txt')
  t.equal(file.cacheControl, 'no-cache')
  t.equal((await byName.files.lookBeside(file, 'br'))?.cacheControl, 'no-cache')
  t.equal((await byName.known('large.bin')).cacheControl, undefined)
  t.same(names, ['a.txt', 'a.txt', 'large.bin'])
  const bad = site(t, { cacheControl: () => 'a\nb' })
  await t.rejects(bad.files.look('a.txt'), { name: 'TypeError', message: /"cache-control"/ })
})

t.test('an unchanged file is returned from memory', async (t) => {
  const { known, root } = site(t)
  const file = path.join(root, 'a.txt')
  const first = await known('a.txt')
  t.equal(await known('a.txt'), first)

  // The same size and time, but another file.
  writeFileSync(`${file}.new`, 'HELLO')
  utimesSync(`${file}.new`, CHANGED, CHANGED)
  renameSync(`${file}.new`, file)
  const second = await known('a.txt')
  t.not(second, first)

  // The same file and size, and the time put back.
  writeFileSync(file, 'Hello')
  utimesSync(file, CHANGED, CHANGED)
  t.not(await known('a.txt'), second)

  rmSync(file)
  await t.rejects(known('a.txt'), /there is no file/)
})

t.test('small files are cached, and read once', async (t) => {
  const { files, known, root } = site(t)

  const [one, other] = await Promise.all([known('a.txt'), known('a.txt')])
  t.equal(one, other, 'simultaneous requests get the same')
  const reading = files.contentOf(one)
  t.equal(files.contentOf(other), reading)
  const content = await reading
  t.equal(content?.toString(), 'hello')
  t.equal(files.contentOf(await known('a.txt')), content)

  writeFileSync(path.join(root, 'a.txt'), 'changed')
  t.equal(await textOf(files, await known('a.txt')), 'changed')
})

t.test('a file is read once, even if a second search ends after the first request', async (t) => {
  const { root } = site(t)
  const directories = new Directories(root, { checkDir: true, followSymlink: false })
  let first: Promise<unknown> | undefined
  const { known } = site(t, {}, async (name) => {
    const before = first
    const found = await directories.find(name, () => false)
    await before
    return found
  })

  first = known('a.txt')

  t.equal(await known('a.txt'), await first)
})

t.test('large files are not cached, and others only if there is room', async (t) => {
  const textWith = async (options: Partial<FilesOptions>, name = 'a.txt') => {
    const { files, known } = site(t, options)
    return textOf(files, await known(name))
  }

  t.equal(await textWith({}), 'hello')
  t.equal(await textWith({}, 'large.bin'), undefined)
  t.equal(await textWith({ maxFileBytes: 4 }), undefined)
  t.equal(await textWith({ maxFileBytes: 5 }), 'hello')
  t.equal(await textWith({ maxBytes: 0 }), undefined)
  t.equal(await textWith({ maxBytes: 1028 }), undefined)
  t.equal(await textWith({ maxBytes: 1029 }), 'hello')
})

t.test('the least recently used file is evicted', async (t) => {
  const { files, known, root } = site(t, { maxBytes: 3100 })
  const before: KnownFile[] = []
  for (const name of ['1.txt', '2.txt', '3.txt', '4.txt']) {
    writeFileSync(path.join(root, name), 'x')
    utimesSync(path.join(root, name), CHANGED, CHANGED)
    const file = await known(name)
    await files.contentOf(file)
    before.push(file)
  }

  // Three have room: the first one made it for the fourth, and is described anew.
  t.equal(await known('4.txt'), before[3])
  t.not(await known('1.txt'), before[0])
})

t.test('a file that has just changed is read again', async (t) => {
  const { files, known, root } = site(t)
  const fresh = path.join(root, 'fresh.txt')
  writeFileSync(fresh, 'one')

  const first = await files.contentOf(await known('fresh.txt'))
  const second = await files.contentOf(await known('fresh.txt'))

  t.equal(first?.toString(), 'one')
  t.not(second, first)
  t.equal(second?.toString(), 'one')
})

t.test('a large file that changes between stat and read is sent from the disk', async (t) => {
  const { files, known, root } = site(t, { maxBytes: 4_000_000, maxFileBytes: 1_000_000 })
  const file = path.join(root, 'a.bin')
  writeFileSync(file, Buffer.alloc(300_000))
  utimesSync(file, CHANGED, CHANGED)
  const longer = await known('a.bin')
  appendFileSync(file, '!')
  utimesSync(file, CHANGED, CHANGED)
  t.equal(await files.contentOf(longer), undefined)

  const gone = await known('a.bin')
  rmSync(file)
  await t.rejects(Promise.resolve(files.contentOf(gone)), { name: 'HTTPException', status: 404 })
})

t.test('a file has two names if one directory is inside another', async (t) => {
  const root = realpathSync(t.testdir({ sub: { 'a.txt': 'a' } }))
  const settings = { checkDir: true, followSymlink: false }
  const directories = new Directories([root, path.join(root, 'sub')], settings)
  const options = { varies: false, maxBytes: 10_000, maxFileBytes: 1000 }
  const files = new Files(directories, { ...options, cacheControl: (name) => `private="${name}"` })

  t.match(await files.look('sub/a.txt'), { name: 'sub/a.txt', cacheControl: 'private="sub/a.txt"' })
  t.match(await files.look('a.txt'), { name: 'a.txt', cacheControl: 'private="a.txt"' })
  t.match(await files.look('sub/a.txt'), { name: 'sub/a.txt', cacheControl: 'private="sub/a.txt"' })
})

// ST-9
t.test('a file without permission gets a 403', async (t) => {
  const { files, known, root } = site(t)
  const large = await known('large.bin')
  const { geteuid, seteuid } = process
  if (geteuid === undefined || seteuid === undefined) return t.comment('this system has no users')
  chmodSync(root, 0o777)
  chmodSync(path.join(root, 'a.txt'), 0)
  chmodSync(path.join(root, 'large.bin'), 0)
  const me = geteuid()
  if (me === 0) seteuid(65_534)

  try {
    await t.rejects(files.look('a.txt'), { name: 'HTTPException', status: 403 })
    await t.rejects(files.openToSend(large), { name: 'HTTPException', status: 403 })
  } finally {
    if (me === 0) seteuid(me)
  }
})

t.test('no descriptor stays open', async (t) => {
  if (!existsSync('/proc/self/fd')) return t.comment('this system does not tell')
  const { files, known, root } = site(t)
  const open = (): number => readdirSync('/proc/self/fd').length
  await files.contentOf(await known('a.txt'))
  const before = open()
  for (let time = 0; time < 20; time++) {
    writeFileSync(path.join(root, 'a.txt'), `${time}`)
    const file = await known('a.txt')
    if (time % 2 === 0) appendFileSync(path.join(root, 'a.txt'), '!')
    await files.contentOf(file)
  }
  t.equal(open(), before)
})
