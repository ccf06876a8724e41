// LS-ROUTE-10: the flat list of all that an app serves.
import t from 'tap'
import {
  Application,
  Host,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { toApp } from '../../lib/responses/response.ts'
import { layer, routes } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'

const show = () => new PlainTextResponse('ok')
const save = () => new PlainTextResponse('ok')
const talk = () => {}
function logged(app: App): App {
  return (scope, receive, send) => app(scope, receive, send)
}
const quiet = [(app: App): App => logged(app)]

const users = Router(
  layer({ meta: { audit: true }, tags: ['users'] }, [
    Route(['/', '/{page:int}'], show, { name: 'list', methods: ['GET'] }),
    Route('/{id}', { get: show, put: save }, { name: 'detail', meta: { audit: false } }),
    WebSocketRoute('/talk', talk, { middleware: quiet }),
  ]),
  { middleware: [logged] },
)
const files = toApp(new PlainTextResponse('file'), 'the test')

const app = Application({
  routes: [
    Mount('/users', users, { name: 'users', timeout: 100 }),
    Mount('/files', files, { name: 'files' }),
    Mount('/wrapped', logged(users)),
    Host(
      '{tenant}.example.org',
      Router([Mount('/in', Mount('/deep', Router([Route('/x', show)])))]),
      {
        name: 'tenant',
      },
    ),
    Route('/any', show, { methods: [] }),
  ],
  middleware: [logged],
})

t.test('lists every path with its known data', (t) => {
  t.match(
    routes(app).map(({ route: _route, settings: _settings, ...item }) => item),
    [
      {
        ...{ kind: 'route', path: '/users/', name: 'users:list', host: undefined },
        ...{ methods: ['GET', 'HEAD'], meta: { audit: true } },
        ...{ middleware: ['logged', 'logged'], handlers: { GET: show, HEAD: show } },
      },
      { kind: 'route', path: '/users/{page:int}', name: 'users:list' },
      {
        ...{ kind: 'route', path: '/users/{id}', name: 'users:detail', meta: { audit: false } },
        ...{ methods: ['GET', 'HEAD', 'PUT'], handlers: { GET: show, HEAD: show, PUT: save } },
      },
      {
        ...{ kind: 'websocket', path: '/users/talk', name: 'users:talk', methods: undefined },
        ...{ middleware: ['logged', 'logged', 'anonymous'], handlers: { '*': talk } },
      },
      { kind: 'app', path: '/files/*', name: 'files', methods: undefined, handlers: {} },
      { kind: 'app', path: '/wrapped/*', name: '', middleware: ['logged'] },
      { kind: 'route', path: '/in/deep/x', host: '{tenant}.example.org', name: 'tenant:show' },
      { kind: 'route', path: '/any', methods: undefined, handlers: { '*': show }, name: 'show' },
    ],
  )
  t.end()
})

t.test('the settings are merged from outer to inner layers', (t) => {
  const [list] = routes(app)
  t.same(list?.settings, [
    { middleware: [logged] },
    { timeout: 100 },
    { middleware: [logged] },
    { meta: { audit: true }, tags: ['users'] },
  ])
  t.equal(list?.route, users.routes[0])
  t.end()
})

t.test('any app can be listed, also one that contains itself', (t) => {
  t.match(routes(files), [{ kind: 'app', path: '/*', route: files }])
  t.match(routes(Route('/a', show)), [{ kind: 'route', path: '/a' }])
  const own = Object.assign((() => Promise.resolve()) as App, { routes: [Route('/a', show)] })
  t.match(routes(Mount('/own', own)), [{ kind: 'route', path: '/own/a' }])
  const router = Router()
  router.add(Route('/a', show), Mount('/again', router))
  t.match(routes(router), [
    { kind: 'route', path: '/a' },
    { kind: 'app', path: '/again/*' },
  ])
  t.same(routes(Router()), [])
  t.end()
})

t.test('handlers of a table are listed by method, with HEAD', (t) => {
  const head = () => new PlainTextResponse('')
  t.same(routes(Route('/a', { get: show, head, options: save }))[0]?.handlers, {
    GET: show,
    HEAD: head,
    OPTIONS: save,
  })
  t.same(routes(Route('/a', { get: show, put: save }, { methods: ['PUT'] }))[0]?.handlers, {
    PUT: save,
  })
  t.end()
})
