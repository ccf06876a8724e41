// Versions of static files: URLs that change with the content.
import { utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { Mount, Router } from '../../lib/routing.ts'
import { fileVersions, StaticFiles } from '../../lib/staticfiles.ts'
import { testClient } from '../../lib/testing/client.ts'

t.test('the URL of a file contains a hash of its content', async (t) => {
  const folder = t.testdir({ css: { 'a b.css': 'one' }, 'c.css': 'one', 'd.css': 'two' })
  const asset = fileVersions(pathToFileURL(`${folder}/`), { prefix: '/static/' })
  t.equal(asset('css/a b.css'), '/static/css/a%20b.css?v=dpLDrTVAu4A8')
  t.equal(asset('c.css'), '/static/c.css?v=dpLDrTVAu4A8')
  t.not(asset('d.css').slice(-12), 'dpLDrTVAu4A8')
  const files = StaticFiles({ directory: folder })
  await using client = await testClient(Router([Mount('/static', files)]))
  t.equal(await (await client.get(asset('css/a b.css'))).text(), 'one')
})

t.test('only the current version of the content may be cached forever', async (t) => {
  const folder = t.testdir({ 'a.css': 'one', 'a.css.br': 'packed', 'b.css': 'two', '404.html': '' })
  const asset = fileVersions(folder)
  const cacheOf = async (path: string, cacheControl?: string): Promise<string | null> => {
    const chosen = cacheControl === undefined ? {} : { cacheControl }
    const files = StaticFiles({ directory: folder, precompressed: true, html: true, ...chosen })
    await using client = await testClient(files)
    const response = await client.get(`/${path}`, { headers: { 'accept-encoding': 'br' } })
    return response.headers.get('cache-control')
  }

  t.equal(await cacheOf(asset('a.css')), 'max-age=31536000, immutable')
  t.equal(await cacheOf(asset('b.css')), 'max-age=31536000, immutable')
  for (const path of [
    ...[
      'a.css',
      'a.css?v=',
      'a.css?v=dpLDrTVAu4A',
      'a.css?v=dpLDrTVAu4A8x',
      'a.css?w=dpLDrTVAu4A8',
    ],
    ...[asset('b.css').replace('b', 'a'), asset('a.css').replace('a', 'missing')],
  ]) {
    t.equal(await cacheOf(path), null, path)
  }
  t.equal(await cacheOf(asset('a.css'), 'private'), 'private')
})

t.test('a changed file has another URL with `reload`, and at the next start without', async (t) => {
  const folder = t.testdir({ 'a.css': 'one' })
  const fixed = fileVersions(folder)
  const reloaded = fileVersions(folder, { reload: true })
  const [before] = [fixed('a.css'), reloaded('a.css')]
  t.equal(reloaded('a.css'), before)
  const file = path.join(folder, 'a.css')
  writeFileSync(file, 'two')
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
  t.not(reloaded('a.css'), before)
  t.equal(fixed('a.css'), before)
  t.equal(fileVersions(folder)('a.css'), reloaded('a.css'))
})

t.test('a missing file is an error', async (t) => {
  const folder = t.testdir({ inner: { 'a.css': '' }, 'b.css': '' })
  const asset = fileVersions(path.join(folder, 'inner'))
  for (const name of ['../b.css', '/etc/hosts', '.', '']) {
    t.throws(() => asset(name), /fileVersions: a name must be in the directory/, name)
  }
  t.throws(() => asset('c.css'), /a name must be that of a file, "c\.css" was given/)
  t.throws(() => fileVersions(7 as never), /the directory must be a path, 7 was given/)
  t.throws(() => fileVersions('.', { prefix: 1 as never }), /prefix must be text/)
  t.throws(() => fileVersions('.', { watch: true } as never), /unknown option "watch"/)
})
