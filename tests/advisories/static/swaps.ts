// Between a check of a path and its use, the path may be made to lead elsewhere.
import {
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { StaticFiles, type StaticFilesOptions } from '../../../lib/staticfiles.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

const SIZE = 300_000

const options: Record<string, Partial<StaticFilesOptions>> = {
  'kept in memory': {},
  'read from the disk': { cache: false },
}

for (const [where, option] of Object.entries(options)) {
  t.test(`a file or folder that becomes a link to outside stays hidden, ${where}`, async (t) => {
    const root = realpathSync(
      t.testdir({
        site: { dir: { 'a.txt': 'good'.repeat(SIZE / 4) } },
        outside: { 'a.txt': 'evil'.repeat(SIZE / 4) },
      }),
    )
    const at = (...names: string[]): string => path.join(root, ...names)
    for (const name of ['site/dir/a.txt', 'outside/a.txt']) utimesSync(at(name), 1, 1)
    const app = StaticFiles({ directory: at('site'), ...option })
    symlinkSync('../outside', at('site/evil'))
    const get = async (): Promise<string> => {
      const scope = httpScope({ path: '/dir/a.txt', rawPath: '/dir/a.txt' })
      const { status, text } = responseOf(await call(app, scope))
      return status === 200 ? text.slice(0, 4) : String(status)
    }
    let isRunning = true
    const swapping = (async () => {
      while (isRunning) {
        renameSync(at('site/dir'), at('site/good'))
        renameSync(at('site/evil'), at('site/dir'))
        await new Promise((resolve) => setImmediate(resolve))
        renameSync(at('site/dir'), at('site/evil'))
        renameSync(at('site/good'), at('site/dir'))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const seen = new Set<string>()
    for (let round = 0; round < 60 || (round < 5000 && !seen.has('good')); round++) {
      for (const text of await Promise.all([get(), get(), get(), get()])) seen.add(text)
    }
    isRunning = false
    await swapping

    t.notOk(seen.has('evil'), [...seen].join(' '))
    t.ok(seen.has('good'), 'some requests come between')
    t.equal(await get(), 'good')
  })
}

t.test('a file that is replaced by one of the same size and time gets another tag', async (t) => {
  const root = realpathSync(t.testdir({}))
  const tags = new Set<string | null>()
  mkdirSync(path.join(root, 'build'))
  for (const text of ['one', 'two']) {
    rmSync(path.join(root, 'build'), { recursive: true })
    mkdirSync(path.join(root, 'build'))
    writeFileSync(path.join(root, 'build/app.js'), text)
    utimesSync(path.join(root, 'build/app.js'), 499_162_500, 499_162_500)
    const app = StaticFiles({ directory: path.join(root, 'build') })
    const sent = responseOf(await call(app, httpScope({ path: '/app.js', rawPath: '/app.js' })))
    tags.add(sent.headers.get('etag'))
  }
  t.equal(tags.size, 2)
})
