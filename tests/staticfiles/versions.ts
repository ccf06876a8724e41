// Versions of static files: URLs that change with the content.
import { utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { Mount, Router } from '../../lib/routing.ts'
import { fileVersions, StaticFiles } from '../../lib/staticfiles.ts'
import { testClient } from '../../lib/testing/client.ts'

t.test('the URL of a file has a hash of its content, and is served', async (t) => {
  const folder = t.testdir({ css: { 'a b.css': 'one' }, 'c.css': 'one', 'd.css': 'two' })
  const asset = fileVersions(pathToFileURL(`${folder}/`), { prefix: '/static/' })
  t.equal(asset('css/a b.css'), '/static/css/a%20b.css?v=7692c3ad3540')
  t.equal(asset('c.css'), '/static/c.css?v=7692c3ad3540')
  t.not(asset('d.css').slice(-12), '7692c3ad3540')
  const files = StaticFiles({ directory: folder, cacheControl: 'max-age=31536000, immutable' })
  await using client = await testClient(Router([Mount('/static', files)]))
  t.equal(await (await client.get(asset('css/a b.css'))).text(), 'one')
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

t.test('what is no file of the directory is an error', async (t) => {
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
