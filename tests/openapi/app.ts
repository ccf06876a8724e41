// The app that serves the document of the application around it: its forms, its place, its caching.
import t from 'tap'
import { parse } from 'yaml'
import * as z from 'zod'
import {
  Application,
  Host,
  type Middleware,
  Mount,
  PlainTextResponse,
  Route,
  Router,
} from '../../lib/index.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { OpenAPI, type OpenAPIAppOptions, type OpenAPIDocument } from '../../lib/openapi.ts'
import { operation } from '../../lib/operations.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'

const INFO = { title: 'Users', version: '1.0.0' }
const users = Route(
  '/users',
  operation({ responses: { 200: z.string() } }, () => 'Ada'),
)

/** The URL that the first server of a document stands for. */
async function serverOf(app: App, url: string, headers: Record<string, string> = {}) {
  await using client = await testClient(app)
  const response = await client.get(url, { headers })
  const { servers = [], paths } = (await response.json()) as OpenAPIDocument
  return { server: new URL(servers[0]?.url ?? '', new URL(url, 'http://test/')).pathname, paths }
}

t.test('the document is served as JSON and YAML, and does not list itself', async (t) => {
  const app = Application({ routes: [users, Mount('/docs', OpenAPI(INFO))] })
  await using client = await testClient(app)

  const json = await client.get('/docs/openapi.json')
  const document = (await json.json()) as OpenAPIDocument
  t.equal(json.headers.get('content-type'), 'application/json')
  t.equal(document.openapi, '3.1.1')
  t.same(document.info, INFO)
  t.same(document.servers, [{ url: '..' }])
  t.same(Object.keys(document.paths), ['/users'])

  const yaml = await client.get('/docs/openapi.yaml')
  t.equal(yaml.headers.get('content-type'), 'application/yaml')
  t.same(parse(await yaml.text()), document)
})

t.test('the version, servers, tags and plain handlers can be chosen', async (t) => {
  const servers = [{ url: 'https://api.example.org' }]
  const tags = [{ name: 'users' }]
  const options = {
    ...INFO,
    description: 'All.',
    openapi: '3.2',
    servers,
    tags,
    plain: false,
  } as const
  const plain = Route('/plain', () => new PlainTextResponse(''))
  const app = Application({ routes: [users, plain, Mount('/docs', OpenAPI(options))] })
  await using client = await testClient(app)

  const document = (await (await client.get('/docs/openapi.json')).json()) as OpenAPIDocument
  t.equal(document.openapi, '3.2.0')
  t.same(document.info, { ...INFO, description: 'All.' })
  t.same(document.servers, servers)
  t.same(document.tags, tags)
  t.same(Object.keys(document.paths), ['/users'])
})

t.test('each form has a tag, and answers conditions and HEAD', async (t) => {
  const page = { page: 'swagger' } as const
  const app = Application({ routes: [users, Mount('/docs', OpenAPI({ ...INFO, ...page }))] })
  await using client = await testClient(app)
  const names = ['', 'openapi.json', 'openapi.yaml', 'start.js', 'files/swagger-ui.css']
  for (const name of names) {
    const url = `/docs/${name}`
    const first = await client.get(url)
    const etag = first.headers.get('etag') ?? ''
    t.match(etag, /^"[^"]+"$/, url)
    t.equal(first.headers.get('cache-control'), 'no-cache')
    t.equal(first.headers.get('x-content-type-options'), 'nosniff')
    const again = await client.get(url, { headers: { 'if-none-match': etag } })
    t.same([again.status, await again.text(), again.headers.get('etag')], [304, '', etag])
    const other = await client.get(url, { headers: { 'if-match': '"other"' } })
    t.equal(other.status, 412)
    const head = await client.head(url)
    t.same([head.status, await head.text(), head.headers.get('etag')], [200, '', etag])
    t.equal(head.headers.get('content-length'), first.headers.get('content-length'))
    t.equal((await client.post(url)).status, 405)
  }
})

t.test('the document is created once, and again after routes are added', async (t) => {
  let made = 0
  const counted = operation({ responses: { 200: counting(() => made++) } }, () => 'Ada')
  const inner = Router([Route('/', counted)])
  const app = Application({ routes: [Mount('/users', inner), Mount('/docs', OpenAPI(INFO))] })
  await using client = await testClient(app)
  const pathsOf = async (): Promise<string[]> => {
    const document = (await (await client.get('/docs/openapi.json')).json()) as OpenAPIDocument
    return Object.keys(document.paths)
  }

  made = 0
  t.same(await pathsOf(), ['/users'])
  const first = made
  t.ok(first > 0)
  t.same(await pathsOf(), ['/users'])
  await client.get('/docs/openapi.yaml')
  await client.get('/docs/')
  t.equal(made, first)
  inner.add(Route('/{id:int}', () => new PlainTextResponse('')))
  t.same(await pathsOf(), ['/users', '/users/{id}'])
  t.equal(made, 2 * first)
})

/** A schema that tells when it is asked for its JSON Schema. */
function counting(asked: () => void): z.ZodString {
  const schema = z.string()
  const { input, output } = (schema as never as WithJSONSchema)['~standard'].jsonSchema
  Object.defineProperty(schema['~standard'], 'jsonSchema', {
    value: {
      input,
      output: (options: never) => {
        asked()
        return output(options)
      },
    },
  })
  return schema
}

interface WithJSONSchema {
  readonly '~standard': {
    readonly jsonSchema: { readonly input: unknown; readonly output: (options: never) => unknown }
  }
}

t.test('the server is the URL of the application', async (t) => {
  const docs = OpenAPI(INFO)
  const routes = [users, Mount('/docs', docs)]
  t.match(await serverOf(Application({ routes }), '/docs/openapi.json'), { server: '/' })

  const deep = Application({ routes: [users, Mount('/internal', Router([Mount('/docs', docs)]))] })
  t.match(await serverOf(deep, '/internal/docs/openapi.json'), { server: '/' })

  const atRoot = Application({ routes: [users, Mount('', docs)] })
  t.match(await serverOf(atRoot, '/openapi.json'), { server: '/' })

  const router = Router(routes)
  t.match(await serverOf(router, '/docs/openapi.json'), { server: '/' })

  const inner = Application({ routes })
  const outer = Application({ routes: [Mount('/{tenant}/api', inner)] })
  const found = await serverOf(outer, '/acme/api/docs/openapi.json')
  t.equal(found.server, '/acme/api/')
  t.same(Object.keys(found.paths), ['/users'], 'it describes the innermost application')

  const above = Application({ routes: [Mount('/api', inner), Mount('/all', docs)] })
  const all = await serverOf(above, '/all/openapi.json')
  t.equal(all.server, '/')
  t.same(Object.keys(all.paths), ['/api/users'])
})

t.test('the server is correct behind root paths, prefixes and manual middleware', async (t) => {
  const pass: Middleware = (app) => (scope, receive, send) => app(scope, receive, send)
  const wrapped = Application({ routes: [users, Mount('/docs', pass(OpenAPI(INFO)))] })
  t.match(await serverOf(wrapped, '/docs/openapi.json'), { server: '/' })
  const hidden = pass(Router([Mount('/deep/docs', OpenAPI(INFO))]))
  const outer = Application({ routes: [users, Mount('/in', hidden)] })
  t.match(await serverOf(outer, '/in/deep/docs/openapi.json'), { server: '/' })

  const app = Application({
    middleware: [proxyHeaders({ trusted: ['loopback'], prefix: true })],
    routes: [users, Mount('/docs', OpenAPI(INFO))],
  })
  await using client = await testClient(app, {
    rootPath: '/root',
    client: { host: '127.0.0.1', port: 1 },
  })
  const headers = { 'x-forwarded-prefix': '/proxied' }
  const response = await client.get('/root/docs/openapi.json', { headers })
  const document = (await response.json()) as OpenAPIDocument
  // Relative to where the browser sees the document, whatever that is.
  t.same(document.servers, [{ url: '..' }])
  const redirect = await client.get('/root/docs', { headers, followRedirects: false })
  t.match(redirect.headers.get('location'), /\/proxied\/root\/docs\/$/)
})

t.test('routes of the host that serves the document have no servers', async (t) => {
  const docs = OpenAPI(INFO)
  const tenant = Router([users, Mount('/docs', docs)])
  const other = Router([Route('/other', () => new PlainTextResponse(''))])
  const app = Application({
    routes: [Host('{tenant}.example.org', tenant), Host('other.example.com', other)],
  })
  const { server, paths } = await serverOf(app, 'http://Acme.Example.org:8080/docs/openapi.json')

  t.equal(server, '/')
  t.equal(paths['/users']?.['get']?.servers, undefined)
  t.same(paths['/other']?.['get']?.servers, [{ url: 'https://other.example.com' }])
})

t.test('without an application it throws, and says what to do', async (t) => {
  await using client = await testClient(OpenAPI(INFO))
  await t.rejects(client.get('/openapi.json'), { message: /^OpenAPI: .* Mount it in one/ })
})

t.test('only files of the page are served', async (t) => {
  const docs = OpenAPI({ ...INFO, page: 'swagger' })
  await using client = await testClient(Application({ routes: [Mount('/docs', docs)] }))
  const script = await client.get('/docs/files/swagger-ui-bundle.js')
  t.equal(script.status, 200)
  t.match(script.headers.get('content-type'), /javascript/)
  for (const name of [
    ...['package.json', 'index.html', 'swagger-ui.js', 'constructor', '__proto__', ''],
    ...['..%2fpackage.json', '%2e%2e/package.json', 'swagger-ui-bundle.js.map'],
  ]) {
    t.equal((await client.get(`/docs/files/${name}`)).status, 404, name)
  }
})

t.test('the page has no inline script, and its own policy', async (t) => {
  const servers = [
    { url: '.' },
    { url: 'https://{region}.example.org:8443/v1' },
    { url: '//b.example.org' },
  ]
  const docs = OpenAPI({ ...INFO, title: '<Users> "&"', page: 'swagger', servers })
  await using client = await testClient(Application({ routes: [Mount('/docs', docs)] }))
  const page = await client.get('/docs/')
  const text = await page.text()

  t.match(text, '<title>&lt;Users&gt; ')
  t.notMatch(text, /<script(?! src=)/)
  t.notMatch(text, /https?:/)
  const policy = page.headers.get('content-security-policy') ?? ''
  t.match(policy, "default-src 'none'; script-src 'self'; ")
  t.match(policy, "connect-src 'self' b.example.org https://*.example.org:8443; ")
  t.notMatch(policy, /script-src[^;]*unsafe/)
})

t.test('with a url, files are loaded from there, and the policy allows it', async (t) => {
  const url = 'https://cdn.example.org/npm/swagger-ui-dist@5'
  const docs = OpenAPI({ ...INFO, page: 'swagger', url })
  await using client = await testClient(Application({ routes: [Mount('/docs', docs)] }))
  const page = await client.get('/docs/')

  t.match(await page.text(), `<script src="${url}/swagger-ui-bundle.js"></script>`)
  const policy = page.headers.get('content-security-policy')
  t.match(
    policy,
    "script-src 'self' https://cdn.example.org; style-src 'self' 'unsafe-inline' https://cdn.example.org; ",
  )
  t.equal((await client.get('/docs/start.js')).status, 200)
  t.equal((await client.get('/docs/files/swagger-ui.css')).status, 404)

  const redoc = OpenAPI({ ...INFO, page: 'redoc', url: new URL('http://files.example/redoc/') })
  await using other = await testClient(Application({ routes: [Mount('/docs', redoc)] }))
  const shown = await (await other.get('/docs/')).text()
  t.match(shown, 'data-files="http://files.example/redoc/bundles/"')
})

t.test('without a page only the documents are served', async (t) => {
  const docs = OpenAPI({ ...INFO, page: false })
  await using client = await testClient(Application({ routes: [users, Mount('/docs', docs)] }))
  const statuses = ['', 'start.js', 'files/swagger-ui.css', 'openapi.json'].map(
    async (name) => (await client.get(`/docs/${name}`)).status,
  )
  t.same(await Promise.all(statuses), [404, 404, 404, 200])
})

t.test('invalid options throw at definition', async (t) => {
  for (const [options, message] of [
    [{}, 'OpenAPI: it must have a title and a version, [undefined, undefined] was given. '],
    [{ ...INFO, titles: '' }, 'OpenAPI: unknown option "titles". Did you mean "title"?'],
    [{ ...INFO, openapi: '3.0' }, "OpenAPI: openapi must be '3.1' or '3.2', \"3.0\" was given. "],
    [{ ...INFO, page: 'rapidoc' }, "OpenAPI: page must be 'scalar', 'swagger', 'redoc' or false, "],
    [{ ...INFO, url: 'https://a.example' }, 'OpenAPI: a url needs the name of its page, '],
    [{ ...INFO, page: 'redoc', url: '/files' }, 'OpenAPI: url must be the http or https URL of a '],
  ] as const) {
    t.throws(() => OpenAPI(options as OpenAPIAppOptions), {
      message: new RegExp(`^${escaped(message)}`),
    })
  }
})

function escaped(text: string): string {
  return text.replace(/[.?[\]]/g, '\\$&')
}
