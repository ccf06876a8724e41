import { realpathSync, utimesSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { Directories } from '../../lib/staticfiles/directories.ts'
import { Files } from '../../lib/staticfiles/files.ts'
import { lookUp } from '../../lib/staticfiles/lookup.ts'
import { readOptions, type StaticFilesOptions } from '../../lib/staticfiles/options.ts'
import { httpScope } from '../support/scopes.ts'

const SITE = {
  'index.html': 'index',
  '404.html': 'nothing here',
  'app.js': 'app',
  'app.js.br': 'br',
  'app.js.gz': 'gz',
  '.env': 'SECRET=1',
  dir: { 'index.html': 'dir', 'index.html.gz': 'gz' },
  noindex: { 'a.txt': 'a' },
  odd: { 'index.html': { 'a.txt': 'a' } },
}

type Look = (path: string, headers?: readonly string[]) => Promise<string | undefined>

/** Tells the name of what is found, and the status unless it is 200. */
function looking(t: Test, options: Partial<StaticFilesOptions> = {}): Look {
  const directory = realpathSync(t.testdir(SITE))
  const settings = readOptions({ directory, ...options })
  const files = new Files(new Directories(directory, settings), settings)
  return async (path, headers = []) => {
    const scope = httpScope({ path, rawPath: path, headers: [...headers] })
    const target = await lookUp(files, settings, scope, path)
    if (target === undefined || target === 'slash') return target
    const name = target.file.path.slice(directory.length + 1)
    const vary = target.vary === undefined ? '' : ` by ${target.vary}`
    return target.status === 200 ? `${name}${vary}` : `${name} ${target.status}`
  }
}

t.test('finds files, and no directories', async (t) => {
  const look = looking(t)

  t.equal(await look('/app.js'), 'app.js')
  t.equal(await look('/dir/index.html'), 'dir/index.html')
  t.equal(await look('/app.js/'), 'app.js') // ST-27
  for (const path of ['/', '/dir', '/dir/', '/nope', '/app.js/x', '/.env', '//app.js', '/../x']) {
    t.equal(await look(path), undefined, path)
  }
})

t.test('finds files whose extension was omitted', async (t) => {
  const look = looking(t, { extensions: ['html', 'txt', 'js'] })

  t.equal(await look('/index'), 'index.html')
  t.equal(await look('/app'), 'app.js')
  t.equal(await look('/app.js'), 'app.js')
  t.equal(await look('/noindex/a'), 'noindex/a.txt')
  t.equal(await look('/dir/index'), 'dir/index.html')
  for (const path of [
    '/',
    '/app/',
    '/dir',
    '/nope',
    '/.env',
    '/app.',
    '//app',
    '/x/../app',
    '/odd',
  ]) {
    t.equal(await look(path), undefined, path)
  }
  const pages = looking(t, { extensions: ['html'], html: true })
  t.equal(await pages('/dir'), 'slash', 'the index of a directory comes first')
  t.equal(await pages('/index/'), '404.html 404')
})

t.test('a compressed form that is older than its file is not served', async (t) => {
  const directory = realpathSync(t.testdir({ 'a.js': 'new', 'a.js.br': 'old', 'a.js.gz': 'old' }))
  utimesSync(`${directory}/a.js`, 1001.5, 1001.5)
  utimesSync(`${directory}/a.js.br`, 1000, 1000)
  utimesSync(`${directory}/a.js.gz`, 1001, 1001)
  const settings = readOptions({ directory, precompressed: true })
  const files = new Files(new Directories(directory, settings), settings)
  const form = async (accept: string): Promise<string | undefined> => {
    const scope = httpScope({ path: '/a.js', headers: ['accept-encoding', accept] })
    const target = await lookUp(files, settings, scope, '/a.js')
    return typeof target === 'object' ? path.basename(target.file.path) : target
  }

  t.equal(await form('br'), 'a.js')
  t.equal(await form('br, gzip'), 'a.js.gz', 'some tools cut times to seconds')
})

// ST-12, ST-13
t.test('finds the index of a directory in html mode, after a slash', async (t) => {
  const look = looking(t, { html: true })

  t.equal(await look('/'), 'index.html')
  t.equal(await look('/dir/'), 'dir/index.html')
  t.equal(await look('/dir'), 'slash')
  t.equal(await look('/dir/index.html'), 'dir/index.html')
  for (const path of ['/noindex', '/noindex/', '/odd/', '/nope', '/.env', '/dir//', '/../x']) {
    t.equal(await look(path), '404.html 404', path)
  }
})

t.test('missing paths get the fallback, unless they look like files', async (t) => {
  const look = looking(t, { fallback: 'index.html' })
  const html = ['accept', 'text/html,*/*;q=0.8']

  t.equal(await look('/users/7'), 'index.html')
  t.equal(await look('/dir'), 'index.html')
  t.equal(await look('/v1.2/users'), 'index.html')
  t.equal(await look('/missing.js'), undefined)
  t.equal(await look('/missing.js', ['accept', '*/*']), undefined)
  t.equal(await look('/john.doe', html), 'index.html by Accept')
  t.equal(
    await look('/john.doe', ['accept', 'image/png', 'accept', 'TEXT/HTML']),
    'index.html by Accept',
  )
  t.equal(await look('/app.js', html), 'app.js')
  for (const path of ['/.env', '/..', '//users', '/users/']) {
    t.equal(await look(path, html), path === '/users/' ? 'index.html' : undefined, path)
  }
})

t.test('the fallback takes precedence over the 404 page, if it exists', async (t) => {
  const both = looking(t, { html: true, fallback: 'app.js' })
  t.equal(await both('/users/7'), 'app.js')
  t.equal(await both('/missing.js'), '404.html 404')

  for (const fallback of ['nope.html', 'dir']) {
    const look = looking(t, { html: true, fallback })
    t.equal(await look('/users/7'), '404.html 404', fallback)
  }
})

t.test('chooses the compressed form that the client prefers', async (t) => {
  const look = looking(t, { html: true, precompressed: true, fallback: 'app.js' })
  const accept = (value: string) => ['accept-encoding', value]

  t.equal(await look('/app.js'), 'app.js')
  t.equal(await look('/app.js', accept('gzip, br')), 'app.js.br')
  t.equal(await look('/app.js', accept('gzip, br;q=0.5')), 'app.js.gz')
  t.equal(await look('/app.js', accept('zstd, gzip;q=0.1')), 'app.js.gz')
  t.equal(await look('/app.js', accept('zstd')), 'app.js')
  t.equal(await look('/app.js', [...accept('zstd'), ...accept('gzip')]), 'app.js.gz')
  t.equal(await look('/dir/', accept('br, gzip')), 'dir/index.html.gz')
  t.equal(await look('/nowhere', accept('gzip')), 'app.js.gz')
  t.equal(await look('/nope.js', accept('gzip')), '404.html 404')
  t.equal(await look('/app.js.gz', accept('gzip')), 'app.js.gz')
})

t.test('serves no compressed form without the option', async (t) => {
  const accept = ['accept-encoding', 'br, gzip']

  t.equal(await looking(t)('/app.js', accept), 'app.js')
  t.equal(await looking(t, { precompressed: ['gzip'] })('/app.js', accept), 'app.js.gz')
})
