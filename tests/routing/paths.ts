// LS-ROUTE-1: one route with several paths.
import t from 'tap'
import { JSONResponse, PlainTextResponse, Route, Router, WebSocketRoute } from '../../lib/index.ts'
import { layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const get = async (app: App, path: string, scope = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, ...scope })))

const posts = Route(
  ['/posts', '/posts/{page:int}', '/{author}/posts/{page:int}'],
  (request) => new JSONResponse(request.pathParams),
  { name: 'posts' },
)

t.test('each path is served, directly, in a router and in a layer', async (t) => {
  for (const app of [posts, Router([posts]), Router(layer({ tags: ['x'] }, [posts]))]) {
    t.equal((await get(app, '/posts')).text, '{}')
    t.equal((await get(app, '/posts/2')).text, '{"page":2}')
    t.equal((await get(app, '/ann/posts/2')).text, '{"author":"ann","page":2}')
    t.equal((await get(app, '/posts/x')).status, 404)
    const { status, headers } = await get(app, '/posts/2', { method: 'PUT' })
    t.same([status, headers.get('allow')], [405, 'GET, HEAD'])
  }
})

t.test('shows all its paths', (t) => {
  t.equal(posts.path, '/posts')
  t.same(posts.paths, ['/posts', '/posts/{page:int}', '/{author}/posts/{page:int}'])
  t.equal(posts.entry, posts.entries[0])
  t.equal(posts.entries.length, 3)
  t.same(Route('/', () => new PlainTextResponse('')).paths, ['/'])
  t.end()
})

t.test('the URL is the first path with exactly the given parameters', (t) => {
  const router = Router([posts])
  t.equal(`${router.urlPathFor('posts')}`, '/posts')
  t.equal(`${router.urlPathFor('posts', { page: 2 })}`, '/posts/2')
  t.equal(`${router.urlPathFor(posts, { page: 2, author: 'ann' })}`, '/ann/posts/2')
  t.throws(() => router.urlPathFor('posts', { author: 'ann' }), {
    name: 'NoMatchFound',
    candidates: ['"posts"', '"posts" with { page }', '"posts" with { author, page }'],
  })
  t.end()
})

t.test('the order of routes comes first, and then that of the paths', async (t) => {
  const other = Route('/posts/{id}', () => new PlainTextResponse('other'))
  t.equal((await get(Router([other, posts]), '/posts/2')).text, 'other')
  t.equal((await get(Router([posts, other]), '/posts/2')).text, '{"page":2}')
  const both = Route(['/{one}', '/{two}'], (request) => new JSONResponse(request.pathParams))
  t.equal((await get(both, '/x')).text, '{"one":"x"}')
})

t.test('the template is that of the path that matched', async (t) => {
  const scope = httpScope({ path: '/posts/2' })
  await call(Router([posts]), scope)
  t.equal(scope.outcome?.template, '/posts/{page:int}')
  t.equal(scope.route, posts)
})

t.test('websockets have lists of paths too', async (t) => {
  const room = WebSocketRoute(['/room', '/room/{id:int}'], async (websocket) => {
    await websocket.accept()
    await websocket.sendText(`${websocket.pathParams.id}`)
    await websocket.close()
  })
  for (const [path, text] of [
    ['/room', 'undefined'],
    ['/room/1', '1'],
  ] as const) {
    const sent = await call(Router([room]), websocketScope({ path }), [
      { type: 'websocket.connect' },
    ])
    t.match(sent[1], { text })
  }
})

t.test('a list that is empty or wrong is refused', (t) => {
  const ok = () => new PlainTextResponse('')
  t.throws(() => Route([] as never, ok), {
    message:
      "Route: the list of paths must not be empty, [] was given. Write ['/posts', '/posts/{page:int}'].",
  })
  t.throws(() => Route(['/a', 'b'], ok), /the path must begin with "\/"/)
  t.throws(() => Route(['/a', 1 as never], ok), /the path must be a string, 1 was given/)
  t.end()
})
