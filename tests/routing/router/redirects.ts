// What a router does with a path that differs only in the slash at its end.
import t from 'tap'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing/mount.ts'
import { Route } from '../../../lib/routing/route.ts'
import { Router } from '../../../lib/routing/router.ts'
import { WebSocketRoute } from '../../../lib/routing/websocketroute.ts'
import type { App, HTTPScope } from '../../../lib/types.ts'
import { call, httpScope, websocketScope } from '../../support/scopes.ts'
import { responseOf, type Sent } from '../../support/sent.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')
const get = async (app: App, scope: Partial<HTTPScope>): Promise<Sent> =>
  responseOf(await call(app, httpScope(scope)))

const app = Router([
  Route('/no', ok),
  Route('/yes/', ok),
  Route('/both', ok),
  Route('/both/', () => new PlainTextResponse('with')),
  Route('/post/', ok, { methods: ['POST'] }),
  Route('/half', ok, { methods: ['POST'] }),
  Route('/half/', ok),
  Route('/param/{x}/', ok),
  Route('/year/:year?', ok),
  Mount('/mnt', Router([Route('/inner', ok), Route('/', ok)])),
  Mount('/files', new PlainTextResponse('files')),
  Mount('/relative', Router([Route('/', ok)]), { redirectPrefix: true }),
  Mount('/rootless', Router([Route('/inner', ok), Mount('/', new PlainTextResponse('files'))])),
  Mount('/deep/{x}', new PlainTextResponse('deep')),
  WebSocketRoute('/ws', () => {}),
])

// RT-33, RT-51, RT-52, RT-53, RT-57
const REDIRECTS: readonly (readonly [path: string, location: string])[] = [
  ['/no/', '/no'],
  ['/no///', '/no'],
  ['/yes', '/yes/'],
  ['/post', '/post/'],
  ['/files', '/files/'],
  ['/relative', '/relative/'],
  ['/rootless', '/rootless/'],
  ['/mnt/inner/', '/mnt/inner'],
  ['/deep/one', '/deep/one/'],
  ['/year/', '/year'],
  ['/year/2024/', '/year/2024'],
  // RT-81 as it should be: what was decoded is encoded again.
  ['/param/v x', '/param/v%20x/'],
  ['/param/a?b', '/param/a%3Fb/'],
  ['/param/a#b', '/param/a%23b/'],
  ['/param/%41', '/param/%2541/'],
  ['/param/é', '/param/%C3%A9/'],
]

for (const [path, location] of REDIRECTS) {
  t.test(`redirects ${path} to ${location}`, async (t) => {
    const { status, headers, text } = await get(app, { path })

    t.equal(status, 307)
    t.equal(headers.get('location'), `http://testserver${location}`)
    t.equal(text, '')
  })
}

t.test('does not redirect where neither or both paths have a route', async (t) => {
  t.equal((await get(app, { path: '/nope/' })).status, 404)
  t.equal((await get(app, { path: '/nope' })).status, 404)
  t.equal((await get(app, { path: '/both' })).text, 'ok')
  t.equal((await get(app, { path: '/both/' })).text, 'with')
  for (const path of ['/', '//', '///', '//no/', '']) {
    t.equal((await get(app, { path })).status, 404, `"${path}"`)
  }
})

// RT-51, RT-54
t.test('redirects every method, even if only another one is served', async (t) => {
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
    t.equal((await get(app, { path: '/post', method })).status, 307, method)
  }
  t.equal((await get(app, { path: '/post/' })).headers.get('allow'), 'POST')
})

// RT-56
t.test('answers 405 before a redirect', async (t) => {
  t.equal((await get(app, { path: '/half' })).status, 405)
})

// RT-54
t.test('refuses a websocket instead of redirecting it', async (t) => {
  const sent = await call(app, websocketScope({ path: '/ws/' }))

  t.match(sent, [{ type: 'websocket.close' }])
})

t.test('a path for websockets only is not a redirect target', async (t) => {
  t.equal((await get(app, { path: '/ws/' })).status, 404)
})

// RT-53
t.test('keeps the query, the scheme and the host of the request', async (t) => {
  const { headers } = await get(app, {
    path: '/yes',
    scheme: 'https',
    queryString: 'x=1&y=a%20b+c',
    headers: ['host', 'example.org:8080'],
  })

  t.equal(headers.get('location'), 'https://example.org:8080/yes/?x=1&y=a%20b+c')
})

// RT-36, RT-57
t.test('keeps the prefix of the server', async (t) => {
  const at = async (path: string): Promise<string | null> =>
    (await get(app, { path, rootPath: '/proxy' })).headers.get('location')

  t.equal(await at('/proxy/yes'), 'http://testserver/proxy/yes/')
  t.equal(await at('/proxy/mnt/inner/'), 'http://testserver/proxy/mnt/inner')
  t.equal(await at('/yes'), 'http://testserver/yes/', 'which the path lacks here')
})

t.test('its prefix without a slash is answered by its route for the root', async (t) => {
  const home = Router([Route('/', ok)])
  t.equal((await get(home, { path: '/proxy', rootPath: '/proxy' })).status, 200)

  const files = Router([Mount('/', new PlainTextResponse('files'))])
  const { status, headers } = await get(files, { path: '/proxy', rootPath: '/proxy' })
  t.equal(status, 307)
  t.equal(headers.get('location'), 'http://testserver/proxy/')
})

// Advisory 23
t.test('never redirects to another host', async (t) => {
  const closing = Router([Route('/{p:path}/', ok)])
  const opening = Router([Route('/{p:path}end', ok)])
  const hosts = ['testserver', 'evil.com', '', '@evil.com', 'a/b', 'testserver@evil.com']

  for (const path of ['//evil.com/dir', '/\\evil.com/dir', '//evil.com/end/', '///evil.com']) {
    for (const host of hosts) {
      const { status, headers } = await get(path.endsWith('/') ? opening : closing, {
        path,
        headers: ['host', host],
      })
      const location = headers.get('location') ?? ''
      t.equal(status, 307, path)
      t.match(location, /^http:\/\/(?:testserver|evil\.com|127\.0\.0\.1:8000)\//, location)
      t.notMatch(location, /^\/[/\\]/)
      if (host !== 'evil.com') t.not(new URL(location).hostname, 'evil.com', `${host}${path}`)
    }
  }
})

// RT-55
t.test('redirects can be disabled', async (t) => {
  const strict = Router([Route('/a', ok), Route('/b/', ok)], { redirectSlashes: false })

  t.equal((await get(strict, { path: '/a/' })).status, 404)
  t.equal((await get(strict, { path: '/b' })).status, 404)
})
