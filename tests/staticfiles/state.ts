import { realpathSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Headers } from '../../lib/http/headers.ts'
import { Directories } from '../../lib/staticfiles/directories.ts'
import { Files } from '../../lib/staticfiles/files.ts'

/** Puts a file there, and tells the tag that it gets. */
function tagging(t: Test): (name: string, content: string, time: number) => Promise<string | null> {
  const root = realpathSync(t.testdir({}))
  const directories = new Directories(root, { checkDir: true, followSymlink: false })
  const options = { cacheControl: undefined, varies: false, maxBytes: 4_000_000 }
  const files = new Files(directories, { ...options, maxFileBytes: 1_000_000 })
  return async (name, content, time) => {
    const file = path.join(root, name)
    writeFileSync(`${file}.new`, content)
    utimesSync(`${file}.new`, time, time)
    renameSync(`${file}.new`, file)
    const found = await files.look(name)
    if (found === undefined || found === 'directory') throw new Error(`there is no file ${name}`)
    return new Headers(found.headers).get('etag')
  }
}

t.test('a file that fits in memory has a tag of its content, at any time', async (t) => {
  const tagOf = tagging(t)
  for (const time of [0, 1, 499_162_500, Date.now() / 1000]) {
    for (const [name, size] of [
      ['small', 1000],
      ['large', 600_000],
    ] as const) {
      const one = await tagOf(name, 'a'.repeat(size), time)
      t.not(await tagOf(name, 'b'.repeat(size), time), one, `${name}, two builds`)
      t.equal(await tagOf(name, 'a'.repeat(size), time), one, `${name}, the same content`)
    }
  }
})

t.test('a file that does not fit in memory has a tag of size and time', async (t) => {
  t.equal(await tagging(t)('huge', 'x'.repeat(1_000_001), 1), '"f4241-f4240"')
})
