// SC-1 to SC-7: what Starlette reads from docstrings comes from contracts here, and from `meta.openapi`.
import t from 'tap'
import { parse } from 'yaml'
import * as z from 'zod'
import { Application } from '../../lib/applications.ts'
import { JSONResponse } from '../../lib/index.ts'
import { OpenAPI, openapi } from '../../lib/openapi.ts'
import { operation, reply } from '../../lib/operations.ts'
import { Host, layer, Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

const handler = (): JSONResponse => new JSONResponse(null)
const info = { title: 'Example API', version: '1.0' }

/** What Starlette 1.3.1 answers to `/schema` of the recorded application (sc-001). */
const RECORDED = `
paths:
  /hosted:
    get: { responses: { 201: { description: 'A user: yes' } } }
  /orgs:
    get: { responses: { 200: { description: List } } }
    post: { summary: make }
  /sub/{x}/in:
    get: { responses: { 201: { description: 'A user: yes' } } }
  /users:
    get:
      responses:
        200: { description: A list of users., examples: [{ username: tom }, { username: lucy }] }
    post: { responses: { 201: { description: 'A user: yes' } } }
  /users/{id}/files/{path}:
    get:
      responses:
        200: { description: A list of users., examples: [{ username: tom }, { username: lucy }] }
    patch:
      responses:
        200: { description: A list of users., examples: [{ username: tom }, { username: lucy }] }
`

const list = parse(`
responses:
  200:
    description: A list of users.
    examples: [{ username: tom }, { username: lucy }]
`)
const one = { responses: { 201: { description: 'A user: yes' } } }
const orgs = { get: { responses: { 200: { description: 'List' } } }, post: { summary: 'make' } }

const routes = [
  Route('/users', { get: handler, post: handler }, { meta: { openapi: { get: list, post: one } } }),
  Route(
    '/users/{id:int}/files/{path:path}',
    { get: handler, patch: handler },
    {
      meta: { openapi: list },
    },
  ),
  Route('/orgs', { get: handler, post: handler }, { meta: { openapi: orgs } }),
  Mount('/sub/{x}', Router([Route('/in', handler, { meta: { openapi: one } })])),
  Host('api.example.org', Router([Route('/hosted', handler, { meta: { openapi: one } })])),
  WebSocketRoute('/socket', (websocket) => websocket.accept(), { meta: { openapi: one } }),
  ...layer({ hidden: true }, [Route('/hidden', handler, { meta: { openapi: one } })]),
]

t.test('SC-1, SC-3, SC-4, SC-5: the document has all recorded parts of Starlette', async (t) => {
  const { paths } = JSON.parse(JSON.stringify(openapi(routes, info)))
  const recorded = JSON.parse(JSON.stringify(parse(RECORDED).paths)) as Record<string, object>
  t.same(Object.keys(paths).sort(), Object.keys(recorded).sort())
  for (const [path, methods] of Object.entries(recorded)) {
    t.same(Object.keys(paths[path]), Object.keys(methods), path)
    for (const [method, said] of Object.entries(methods)) t.has(paths[path][method], said, path)
    for (const [method, said] of Object.entries(methods)) {
      const { responses = paths[path][method].responses } = said as { responses?: object }
      const known = Object.keys(paths[path][method].responses)
      // That an id in the path may not be one is known by the convertor.
      t.same(
        known.filter((status) => status !== '404'),
        Object.keys(responses),
        path,
      )
    }
  }
})

t.test('SC-1: a fragment adds to the generated document, and takes precedence', async (t) => {
  const contract = { summary: 'of the contract', query: z.object({ page: z.int() }) }
  const fragment = {
    description: 'of the fragment',
    parameters: [
      { name: 'id', in: 'path', description: 'The number.' },
      { name: 'x-trace', in: 'header', schema: { type: 'string' } },
    ],
    responses: { 200: { description: 'Found.' } },
    'x-rate': 3,
  }
  const route = Route('/users/{id:int}', operation(contract, handler), {
    meta: { openapi: fragment },
  })
  const found = openapi([route], info).paths['/users/{id}']?.['get']
  t.match(found, { summary: 'of the contract', description: 'of the fragment', 'x-rate': 3 })
  t.match(found?.parameters, [
    {
      name: 'id',
      in: 'path',
      required: true,
      description: 'The number.',
      schema: { type: 'integer' },
    },
    { name: 'page', in: 'query' },
    { name: 'x-trace', in: 'header' },
  ])
  t.match(found?.responses, { 200: { description: 'Found.' } })
  t.notOk(found?.responses['default'])
})

t.test('SC-2: a handler without a fragment gets the generated parts', async (t) => {
  const plain = Route('/plain', handler, { meta: { openapi: { post: one } } })
  t.ok(openapi([plain], info).paths['/plain']?.['get']?.responses['default'])
  for (const wrong of ['responses:', 7, null, []]) {
    const route = Route('/', handler, { meta: { openapi: wrong } })
    t.throws(
      () => openapi([route], info),
      /openapi: meta\.openapi of \/ must be an object, .* was given/,
    )
  }
  const odd = Route('/', handler, { meta: { openapi: { get: 'x' } } })
  t.throws(() => openapi([odd], info), /or parse\(\) your YAML/)
})

t.test(
  'security that something else enforces is said by meta, with its scheme in the base',
  (t) => {
    const bearer = { type: 'http', scheme: 'bearer' }
    const base = { components: { securitySchemes: { bearer } } }
    const inside = layer({ meta: { openapi: { security: [{ bearer: [] }] } } }, [
      Route(
        '/a',
        operation({}, () => reply(204)),
      ),
    ])
    const { paths, components } = openapi(inside, info, { base })
    t.same(paths['/a']?.get?.security, [{ bearer: [] }])
    t.same(components?.securitySchemes, { bearer })
    t.end()
  },
)

t.test('SC-6, SC-7: the document extends another one, and is served as YAML', async (t) => {
  const base = {
    paths: { '/old': { get: { summary: 'old' } }, '/orgs': { get: { 'x-old': true } } },
    components: { schemas: { Org: { type: 'object' } } },
    security: [{ key: [] }],
  }
  const before = JSON.stringify(base)
  const app = Application({ routes: [...routes, Mount('/docs', OpenAPI({ ...info, base }))] })
  await using client = await testClient(app)
  const served = await client.get('/docs/openapi.yaml')
  t.match(served.headers.get('content-type'), /yaml/)
  const document = parse(await served.text())
  t.equal(document.paths['/old'].get.summary, 'old')
  t.has(document.paths['/orgs'].get, { 'x-old': true, ...JSON.parse(JSON.stringify(orgs.get)) })
  t.same(document.components.schemas.Org, { type: 'object' })
  t.same(document.security, [{ key: [] }])
  t.equal(JSON.stringify(base), before, 'it is not changed')
})
