// The document of an application: paths, parameters, bodies, responses, components, security.
import t from 'tap'
import * as z from 'zod'
import {
  Application,
  Host,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { type OpenAPIOptions, openapi } from '../../lib/openapi.ts'
import {
  type Contract,
  events,
  file,
  form,
  layer,
  lines,
  multipart,
  operation,
  reply,
  secured,
  text,
} from '../../lib/operations.ts'
import { Problem } from '../../lib/problems.ts'

const INFO = { title: 'Users', version: '1.0.0' }
const User = z
  .object({ id: z.int(), name: z.string().default('x') })
  .meta({ id: 'User', description: 'A user' })

/** The operation of a contract at `/{id:int}`. */
function described(contract: Contract, options: OpenAPIOptions = {}) {
  const routes = [Route('/{id:int}', { post: operation(contract, (() => reply(200)) as never) })]
  const document = openapi(routes, INFO, options)
  return { document, post: document.paths['/{id}']?.['post'] }
}

t.test('paths include mounts, and parameters are what convertors accept', async (t) => {
  const plain = () => new PlainTextResponse('')
  const app = Application({
    routes: [
      Mount(
        '/users',
        Router([
          Route('/', plain),
          Route('/{id:int}', { get: plain, delete: plain }, { name: 'detail' }),
          Route('/{slug}/{rest:path}', plain),
        ]),
        { name: 'users' },
      ),
      Route('/files/:name/:version?', plain),
      Mount('/foreign', async () => {}),
      WebSocketRoute('/socket', async () => {}),
    ],
  })
  const { paths } = openapi(app, INFO)

  t.same(Object.keys(paths), [
    '/users',
    '/users/{id}',
    '/users/{slug}/{rest}',
    '/files/{name}',
    '/files/{name}/{version}',
  ])
  t.same(Object.keys(paths['/users/{id}'] ?? {}), ['get', 'delete'])
  t.match(paths['/users/{id}']?.['get'], {
    operationId: 'getUsersDetail',
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 0 } },
    ],
    responses: { default: { description: String } },
  })
  t.same(openapi(app, INFO, { plain: false }).paths, {})
})

t.test('inputs become parameters with their schemas', async (t) => {
  const { post } = described({
    params: z.object({ id: z.int().max(5).describe('The number') }),
    query: z.object({
      page: z.int().default(1),
      tags: z.array(z.string()).optional(),
      filter: z.object({ n: z.int() }).optional(),
    }),
    headers: z.object({ 'X-Trace': z.string(), Authorization: z.string() }),
    cookies: z.object({ theme: z.enum(['dark', 'light']).optional() }),
  })
  t.same(post?.parameters, [
    {
      name: 'id',
      in: 'path',
      required: true,
      description: 'The number',
      schema: { type: 'integer', minimum: 0, maximum: 5 },
    },
    { name: 'page', in: 'query', schema: { type: 'integer', default: 1 } },
    { name: 'tags', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
    {
      ...{ name: 'filter', in: 'query', style: 'deepObject', explode: true },
      schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    },
    { name: 'X-Trace', in: 'header', required: true, schema: { type: 'string' } },
    { name: 'theme', in: 'cookie', schema: { type: 'string', enum: ['dark', 'light'] } },
  ])
})

t.test('bodies are described by media type', async (t) => {
  const content = (body: Contract['body'] & {}) => described({ body }).post?.requestBody
  t.match(content(z.object({ a: z.string() })), {
    required: true,
    content: { 'application/json': { schema: { type: 'object' } } },
  })
  t.notOk(content(z.string().optional())?.required)
  t.same(
    Object.keys(
      content({
        'application/json': z.string(),
        'application/x-www-form-urlencoded': form(z.object({})),
        'text/plain': text(),
      })?.content ?? {},
    ),
    ['application/json', 'application/x-www-form-urlencoded', 'text/plain'],
  )
  t.same(
    content(
      multipart(z.object({ title: z.string() }), {
        files: { photo: { types: ['image/*'] }, more: { many: true } },
      }),
    )?.content,
    {
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: {
            title: { type: 'string' },
            photo: { type: 'string', contentMediaType: 'application/octet-stream' },
            more: {
              type: 'array',
              items: { type: 'string', contentMediaType: 'application/octet-stream' },
            },
          },
          required: ['title', 'photo'],
        },
        encoding: { photo: { contentType: 'image/*' } },
      },
    },
  )
  // As such fields are read.
  const size = { style: 'deepObject', explode: true }
  const nested = z.object({
    size: z.object({ width: z.int() }).optional(),
    tags: z.string().array(),
  })
  t.match(content(form(nested))?.content, {
    'application/x-www-form-urlencoded': { encoding: { size, tags: undefined } },
  })
  t.match(content(multipart(nested, { files: { photo: { types: ['image/*'] } } }))?.content, {
    'multipart/form-data': { encoding: { size, photo: { contentType: 'image/*' } } },
  })
})

t.test('responses are those of the contract and of refused inputs', async (t) => {
  const { post, document } = described({
    body: z.object({}),
    responses: {
      200: {
        schema: z.object({ a: z.string() }),
        description: 'Good',
        headers: { 'x-a': { description: 'A' } },
        examples: { one: { a: '' } },
      },
      204: null,
      206: file('image/png'),
      404: Problem,
      default: Problem,
    },
  })
  t.match(post?.responses, {
    200: {
      description: 'Good',
      headers: { 'x-a': { description: 'A' } },
      content: { 'application/json': { examples: { one: { value: { a: '' } } } } },
    },
    204: { description: 'No Content' },
    206: { content: { 'image/png': {} } },
    404: {
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
    400: { $ref: '#/components/responses/BadRequest' },
    413: { $ref: '#/components/responses/ContentTooLarge' },
    415: { $ref: '#/components/responses/UnsupportedMediaType' },
    422: { $ref: '#/components/responses/UnprocessableContent' },
    default: { description: 'Any other response' },
  })
  t.ok(document.components?.responses?.['BadRequest'])
})

t.test('since version 3.2 streams have the schema of their items', async (t) => {
  const contract: Contract = { responses: { 200: events(User), 201: lines(User) } }
  t.match(described(contract, { version: '3.2' }), {
    document: { openapi: '3.2.0' },
    post: {
      responses: {
        200: {
          content: {
            'text/event-stream': {
              itemSchema: {
                type: 'object',
                properties: {
                  data: {
                    type: 'string',
                    contentMediaType: 'application/json',
                    contentSchema: { $ref: '#/components/schemas/User' },
                  },
                },
                required: ['data'],
              },
            },
          },
        },
        201: {
          content: { 'application/jsonl': { itemSchema: { $ref: '#/components/schemas/User' } } },
        },
      },
    },
  })
  t.match(described(contract).post?.responses, {
    200: { content: { 'text/event-stream': { schema: { type: 'string' } } } },
  })
})

t.test('layers add tags, security and responses; hidden operations are omitted', async (t) => {
  const user = secured({ type: 'http', scheme: 'bearer' }, () => ({ scopes: [] }))
  const key = secured({ type: 'apiKey', in: 'header', name: 'x-key' }, () => 1)
  const routes = layer({ tags: ['all'], guards: [user], responses: { 403: Problem } }, [
    Route(
      '/a',
      operation({ tags: ['a'], guards: [user.requiring('admin')], use: { key } }, () => reply(200)),
    ),
    Route(
      '/b',
      operation({ hidden: true }, () => reply(200)),
    ),
    Route(
      '/c',
      operation({}, () => reply(200)),
      { hidden: true },
    ),
  ])
  const { paths, components } = openapi(routes, INFO)
  t.same(Object.keys(paths), ['/a'])
  t.match(paths['/a']?.['get'], {
    tags: ['all', 'a'],
    security: [{ bearer: ['admin'], 'x-key': [] }],
    responses: {
      401: { $ref: /Unauthorized/ },
      403: { content: { 'application/problem+json': {} } },
    },
  })
  t.same(components?.securitySchemes, {
    bearer: { type: 'http', scheme: 'bearer' },
    'x-key': { type: 'apiKey', in: 'header', name: 'x-key' },
  })
})

t.test('hosts become servers', async (t) => {
  const app = Router([
    Host('docs.example.org', Router([Route('/a', () => new PlainTextResponse(''))])),
    Host('{tenant}.example.org', Router([Route('/b', () => new PlainTextResponse(''))])),
  ])
  const { paths } = openapi(app, INFO)
  t.match(paths['/a']?.['get']?.servers, [{ url: 'https://docs.example.org' }])
  t.match(paths['/b']?.['get']?.servers, [
    { url: 'https://{tenant}.example.org', variables: { tenant: { default: 'tenant' } } },
  ])
})
