import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { asHTTPException, Directories } from '../../lib/staticfiles/directories.ts'

/** A folder with `site`, its neighbours, and links of all kinds. */
function folder(t: Test): string {
  const root = realpathSync(
    t.testdir({
      site: { 'a.txt': 'a', dir: { 'b.txt': 'b' } },
      site_private: { 'secret.txt': 'secret' },
      more: { 'a.txt': 'other', 'c.txt': 'c' },
    }),
  )
  symlinkSync('a.txt', path.join(root, 'site', 'in.txt'))
  symlinkSync('../site_private/secret.txt', path.join(root, 'site', 'out.txt'))
  symlinkSync('../site_private', path.join(root, 'site', 'outdir'))
  symlinkSync('loop', path.join(root, 'site', 'loop'))
  symlinkSync('nowhere', path.join(root, 'site', 'broken'))
  symlinkSync('site', path.join(root, 'link'))
  return root
}

const OPTIONS = { checkDir: true, followSymlink: false } as const
const never = (): boolean => false

const found = async (directories: Directories, name: string): Promise<string | undefined> =>
  (await directories.find(name, never))?.path

t.test('finds files and folders by their name', async (t) => {
  const root = folder(t)
  const site = new Directories(path.join(root, 'site'), OPTIONS)

  const file = await site.find('a.txt', never)
  t.equal(file?.path, path.join(root, 'site/a.txt'))
  t.equal(file?.stats.size, 1)
  t.equal((await site.find('dir', never))?.stats.isDirectory(), true)
  t.equal(await found(site, ''), path.join(root, 'site'))
  t.equal(await found(site, 'dir/b.txt'), path.join(root, 'site/dir/b.txt'))
})

// ST-6, ST-9
t.test('finds nothing under impossible names', async (t) => {
  const site = new Directories(path.join(folder(t), 'site'), OPTIONS)

  for (const name of [
    'nope',
    'nope/a.txt',
    'a.txt/b',
    'loop',
    'loop/x',
    'broken',
    'n'.repeat(300),
  ]) {
    t.equal(await found(site, name), undefined, name)
  }
})

// ST-3
t.test('searches several directories in order', async (t) => {
  const root = folder(t)
  const both = new Directories([path.join(root, 'site'), path.join(root, 'more')], OPTIONS)

  t.same(both.paths, [path.join(root, 'site'), path.join(root, 'more')])
  t.equal(await found(both, 'a.txt'), path.join(root, 'site/a.txt'))
  t.equal(await found(both, 'c.txt'), path.join(root, 'more/c.txt'))
  t.equal(await found(both, 'd.txt'), undefined)
})

t.test('accepts file URLs, relative paths, and the root of the file system', async (t) => {
  const root = folder(t)
  const url = pathToFileURL(path.join(root, 'site'))

  t.same(new Directories(url, OPTIONS).paths, [path.join(root, 'site')])
  t.same(new Directories(new URL('site/', pathToFileURL(`${root}/`)), OPTIONS).paths.length, 1)
  t.same(new Directories(path.relative('.', root), OPTIONS).paths, [root])
  t.equal(
    await found(new Directories('/', OPTIONS), `${root.slice(1)}/site/a.txt`),
    `${root}/site/a.txt`,
  )
})

// ST-10
t.test('a link may lead to files inside the directory only', async (t) => {
  const root = folder(t)
  const site = new Directories(path.join(root, 'site'), OPTIONS)

  t.equal(await found(site, 'in.txt'), path.join(root, 'site/in.txt'))
  for (const name of ['out.txt', 'outdir', 'outdir/secret.txt']) {
    t.equal(await found(site, name), undefined, name)
  }
})

// Where the system does not care for case, only this tells; here a link does what it would do.
t.test('a name must have the spelling of the disk', async (t) => {
  const root = realpathSync(t.testdir({ admin: { 'a.txt': 'a' }, 'h\u00e9.txt': 'accent' }))
  symlinkSync('admin', path.join(root, 'ADMIN'))
  symlinkSync('h\u00e9.txt', path.join(root, 'he\u0301.txt'))
  symlinkSync('admin', path.join(root, 'another'))
  const site = new Directories(root, OPTIONS)

  t.equal(await found(site, 'admin/a.txt'), path.join(root, 'admin/a.txt'))
  t.equal(await found(site, 'another/a.txt'), path.join(root, 'another/a.txt'))
  t.equal(await found(site, 'h\u00e9.txt'), path.join(root, 'h\u00e9.txt'))
  for (const name of ['ADMIN', 'ADMIN/a.txt', 'he\u0301.txt']) {
    t.equal(await found(site, name), undefined, name)
  }
})

t.test('a link to outside does not hide a file in the next directory', async (t) => {
  const root = folder(t)
  writeFileSync(path.join(root, 'more', 'out.txt'), 'mine')
  const both = new Directories([path.join(root, 'site'), path.join(root, 'more')], OPTIONS)

  t.equal(await found(both, 'out.txt'), path.join(root, 'more/out.txt'))
})

// ST-10, ST-11
t.test('links are followed with followSymlink', async (t) => {
  const root = folder(t)
  const site = new Directories(path.join(root, 'site'), { checkDir: true, followSymlink: true })

  for (const name of ['in.txt', 'out.txt', 'outdir', 'outdir/secret.txt']) {
    t.equal(await found(site, name), path.join(root, 'site', name))
  }
  t.equal(await found(site, 'broken'), undefined)
})

// ST-11
t.test('the directory itself may be a link, and the link may change', async (t) => {
  const root = folder(t)
  const link = path.join(root, 'link')
  const site = new Directories(link, OPTIONS)
  t.equal(await found(site, 'a.txt'), path.join(link, 'a.txt'))

  symlinkSync('more', path.join(root, 'next'))
  renameSync(path.join(root, 'next'), link)

  t.equal(await found(site, 'c.txt'), path.join(link, 'c.txt'))
  t.equal(await found(site, 'dir/b.txt'), undefined)
})

t.test('a path that is known to be inside needs one stat', async (t) => {
  const site = new Directories(path.join(folder(t), 'site'), OPTIONS)

  const asked: string[] = []
  const known = await site.find('out.txt', ({ path: name, stats }) => {
    asked.push(`${path.basename(name)} ${stats.size}`)
    return true
  })

  t.equal(path.basename(known?.path ?? ''), 'out.txt')
  t.same(asked, ['out.txt 6'])
})

t.test('simultaneous requests share a stat that is not older than they are', async (t) => {
  const root = folder(t)
  const file = path.join(root, 'site/a.txt')
  const site = new Directories(path.join(root, 'site'), { checkDir: true, followSymlink: true })
  await site.find('', never)

  const together = await Promise.all([1, 2, 3].map(() => site.find('a.txt', never)))
  t.not(together[0]?.stats, together[1]?.stats, 'the first stat is for its own caller')
  t.equal(together[1]?.stats, together[2]?.stats)

  // A stat is running whenever the file grows; requests after that must see it.
  const asked: { atLeast: number; size: Promise<number | undefined> }[] = []
  for (let size = 2; size < 200; size++) {
    const ask = async (): Promise<number | undefined> =>
      (await site.find('a.txt', never))?.stats.size
    asked.push({ atLeast: size - 1, size: ask() })
    appendFileSync(file, 'a')
    asked.push({ atLeast: size, size: ask() }, { atLeast: size, size: ask() })
    if (size % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const { atLeast, size } of asked) {
    const seen = (await size) ?? 0
    if (seen < atLeast) t.fail(`${seen} bytes were seen when there were ${atLeast}`)
  }
  t.equal((await site.find('a.txt', never))?.stats.size, 199)
})

t.test('later requests see files that were added or removed', async (t) => {
  const root = folder(t)
  const file = path.join(root, 'site/a.txt')
  const site = new Directories(path.join(root, 'site'), OPTIONS)
  await site.find('', never)

  const before = found(site, 'a.txt')
  rmSync(file)
  const gone = [found(site, 'a.txt'), found(site, 'a.txt')]
  await before
  t.same(await Promise.all(gone), [undefined, undefined])
  const missing = found(site, 'a.txt')
  writeFileSync(file, 'again')
  const there = [found(site, 'a.txt'), found(site, 'a.txt')]
  await missing
  t.same(await Promise.all(there), [file, file])
})

const quoted = (text: string): string => text.replaceAll(/[.[\]]/g, '\\$&')

// ST-1
t.test('an invalid directory is refused at definition', async (t) => {
  const root = folder(t)
  const make = (given: unknown) => () => new Directories(given as string, OPTIONS)

  t.throws(make(path.join(root, 'nope')), {
    name: 'TypeError',
    message: /^StaticFiles: the directory does not exist, ".*nope" was given\. Create it first,/,
  })
  t.throws(make(path.join(root, 'site/a.txt')), {
    message: /^StaticFiles: the path is not a directory, ".*a\.txt" was given\./,
  })
  t.throws(make([path.join(root, 'site'), path.join(root, 'nope')]), /does not exist/)
  for (const [given, shown] of [
    [undefined, 'undefined'],
    ['', '""'],
    [[], 'an empty list'],
    [['site', 7], '7'],
    [{}, '[object Object]'],
    [null, 'null'],
  ] as const) {
    const message = `must be a path, a file URL, or a list of them, ${shown} was given. Write`
    t.throws(make(given), { name: 'TypeError', message: new RegExp(quoted(message)) }, shown)
  }
})

// ST-2
t.test('missing directories are checked at first use if checking is off', async (t) => {
  const root = folder(t)
  const later = path.join(root, 'later')
  const directories = new Directories(later, { checkDir: false, followSymlink: false })

  await t.rejects(directories.find('a.txt', never), { message: /does not exist/ })
  writeFileSync(later, '')
  await t.rejects(directories.find('a.txt', never), { message: /is not a directory/ })
  rmSync(later)
  mkdirSync(later)
  t.equal(await found(directories, 'a.txt'), undefined)
  rmSync(later, { recursive: true })
  t.equal(await found(directories, 'a.txt'), undefined, 'and never again')
})

// ST-9
t.test('a file without permission gets a 403', async (t) => {
  const root = folder(t)
  const closed = path.join(root, 'site/dir')
  const site = new Directories(path.join(root, 'site'), OPTIONS)
  await site.find('', never)
  chmodSync(closed, 0)
  const { geteuid, seteuid } = process
  if (geteuid === undefined || seteuid === undefined) return t.comment('this system has no users')
  const me = geteuid()
  if (me === 0) chmodSync(root, 0o777)
  if (me === 0) seteuid(65_534)

  try {
    await t.rejects(site.find('dir/b.txt', never), { name: 'HTTPException', status: 403 })
  } finally {
    if (me === 0) seteuid(me)
    chmodSync(closed, 0o777)
  }
})

t.test('other errors of the file system are bugs', async (t) => {
  const error = Object.assign(new Error('i/o error'), { code: 'EIO' })
  t.equal(asHTTPException(error), error)
  t.match(asHTTPException(Object.assign(new Error('no'), { code: 'EPERM' })), { status: 403 })
})

t.test('paths that are neither file nor folder are found and left to the caller', async (t) => {
  const root = folder(t)
  symlinkSync('/dev/null', path.join(root, 'site', 'device'))
  const site = new Directories(path.join(root, 'site'), { checkDir: true, followSymlink: true })

  t.equal((await site.find('device', never))?.stats.isFile(), false)
})
