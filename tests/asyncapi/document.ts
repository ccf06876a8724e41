// Documents of websockets and channels, judged by the official schema.
import { type } from 'arktype'
import t from 'tap'
import * as z from 'zod'
import { type AsyncAPIDocument, asyncapi } from '../../lib/asyncapi.ts'
import { websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { Application } from '../../lib/index.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import type { AnySchema } from '../../lib/types/schemas.ts'
import { faultsOf } from '../support/asyncjudge.ts'
import { INFO, Said, talk } from '../support/talkapi.ts'

const SERVERS = {
  public: { host: 'example.org', protocol: 'wss' },
  bus: { host: '127.0.0.1:6379', protocol: 'redis' },
}
const whole = (): AsyncAPIDocument =>
  asyncapi(Application({ routes: talk }), INFO, {
    servers: SERVERS,
    channels: {
      'rooms/{room}': { message: Said, summary: 'What is said', tags: ['rooms'] },
      audit: {
        message: z.object({ at: z.date() }),
        action: 'send',
        description: 'For *auditors*.',
      },
    },
  })

t.test('LS-WS-5: the official schema finds no fault', async (t) => {
  t.same(await faultsOf(whole()), [])
  t.same(await faultsOf(asyncapi(talk, INFO)), [])
  t.same(await faultsOf(asyncapi([], INFO)), [])
  t.not((await faultsOf({ ...whole(), operations: { a: { action: 'shout' } } })).length, 0)
})

t.test('it is plain data, the same for the same routes', async (t) => {
  t.equal(JSON.stringify(whole()), JSON.stringify(whole()))
  t.same(JSON.parse(JSON.stringify(whole())), whole())
})

t.test('a listener receives messages and sends answers', async (t) => {
  const { channels, operations, components } = whole()
  const messages = {
    OrderInput: {
      ...{ name: 'OrderInput', contentType: 'application/json' },
      payload: { $ref: '#/components/schemas/OrderInput' },
    },
    Order: {
      ...{ name: 'Order', contentType: 'application/json' },
      payload: { $ref: '#/components/schemas/Order' },
    },
    Problem: {
      ...{ name: 'Problem', contentType: 'application/problem+json' },
      payload: { $ref: '#/components/schemas/Problem' },
    },
  }
  t.same(channels['orders'], {
    address: '/orders/{shop}/{table}',
    servers: [{ $ref: '#/servers/public' }],
    parameters: { shop: {}, table: { description: 'An integer from 0 on.' } },
    messages,
  })
  const channel = { $ref: '#/channels/orders' }
  const refs = (...names: string[]) =>
    names.map((name) => ({ $ref: `#/channels/orders/messages/${name}` }))
  t.same(operations['receiveOrders'], {
    ...{ action: 'receive', channel, summary: 'Order at a table' },
    description: 'Each order is **confirmed**.',
    tags: [{ name: 'shop' }],
    security: [{ $ref: '#/components/securitySchemes/bearer' }],
    messages: refs('OrderInput'),
    reply: { channel, messages: refs('Order', 'Problem') },
  })
  t.same(components?.schemas?.['OrderInput']?.['required'], ['item'])
  t.same(components?.schemas?.['Order']?.['required'], ['item', 'count'])
})

t.test('schemas are those of draft 7', async (t) => {
  const { components, channels } = whole()
  t.match(components?.schemas?.['Moved'], {
    properties: { to: { type: 'array', items: [{ type: 'number' }, { type: 'number' }] } },
  })
  t.notMatch(JSON.stringify(whole()), 'prefixItems')
  const described = asyncapi(
    [
      WebSocketRoute(
        '/',
        websocketStream(() => [], {
          sends: z.object({
            it: Said.describe('What it is'),
            rest: z.tuple([z.string()], z.int()),
          }),
        }),
      ),
    ],
    INFO,
  )
  t.same(await faultsOf(described), [])
  t.match(described.channels['root']?.messages?.['sent']?.payload?.['properties'], {
    it: { description: 'What it is', allOf: [{ $ref: '#/components/schemas/Said' }] },
    rest: { items: [{ type: 'string' }], additionalItems: { type: 'integer' } },
  })
  const [tree] = Object.values(channels['feedsDay']?.messages ?? {})
  t.match(tree?.payload, { $ref: /^#\/components\/schemas\/\w/ }, 'one that refers to itself')
})

t.test('each named choice is a message', async (t) => {
  const { channels, operations, components } = whole()
  t.same(Object.keys(channels['talk']?.messages ?? {}), ['Said', 'Moved'])
  const { security } = operations['receiveTalk'] ?? {}
  t.match(security, [{ type: 'oauth2', scopes: ['talk'] }])
  t.match(components?.securitySchemes, {
    members: { flows: { clientCredentials: { availableScopes: { talk: 'To talk' } } } },
    key: { type: 'httpApiKey', in: 'query', name: 'key' },
    mutualTLS: { type: 'X509' },
  })
  t.same(operations['receiveAny']?.security, [
    { $ref: '#/components/securitySchemes/key' },
    { $ref: '#/components/securitySchemes/mutualTLS' },
  ])
})

t.test('strings, bytes and other values have the types with which they are sent', async (t) => {
  const Color = z.enum(['red', 'blue']).meta({ id: 'Color' })
  const typesOf = (encoding: 'text' | 'bytes' | 'json', sends: AnySchema): unknown => {
    const handler = websocketListener((): never => undefined as never, { encoding, sends } as never)
    const { channels } = asyncapi([WebSocketRoute('/', handler)], INFO)
    const messages = Object.values(channels['root']?.messages ?? {})
    return messages.filter(({ name }) => name !== 'received').map(({ contentType }) => contentType)
  }
  const [text, json, bytes] = ['text/plain', 'application/json', 'application/octet-stream']
  const cases: [encoding: 'text' | 'bytes' | 'json', sends: AnySchema, types: unknown][] = [
    ['text', Color, [text]],
    ['text', type("'red'|'blue'"), [text]],
    ['text', type("'red'"), [text]],
    ['text', z.union([Color, z.object({ no: z.int() }).meta({ id: 'No' })]), [text, json]],
    ['json', Color, [json]],
    ['bytes', z.instanceof(Uint8Array), [bytes]],
    ['bytes', type.instanceOf(Uint8Array), [bytes]],
    ['bytes', z.object({ done: z.int() }), [json]],
    ['bytes', Color, [text]],
  ]
  for (const [encoding, sends, types] of cases) t.same(typesOf(encoding, sends), types, encoding)
})

t.test('messages are described as far as they are known', async (t) => {
  const { channels, operations } = whole()
  const text = { contentType: 'text/plain', payload: { type: 'string' } }
  const bytes = { contentType: 'application/octet-stream' }
  t.same(channels['shout']?.messages, {
    received: { name: 'received', ...text },
    sent: { name: 'sent', ...text },
  })
  t.same(channels['blobs']?.messages, {
    received: { name: 'received', ...bytes },
    sent: { name: 'sent', ...bytes },
  })
  t.same(channels['any']?.messages, { received: { name: 'received' } })
  t.same(channels['raw']?.messages, { sent: { name: 'sent' } })
  t.match(operations['sendRaw'], { action: 'send', channel: { $ref: '#/channels/raw' } })
})

t.test('paths are those that a client uses, and hidden ones are left out', async (t) => {
  const addresses = Object.values(whole().channels).map(({ address }) => address)
  t.same(addresses, [
    ...['/orders/{shop}/{table}', '/talk', '/shout', '/blobs', '/any', '/feeds', '/feeds/{day}'],
    ...['/raw', '/plain/{at}', '/here', 'rooms/{room}', 'audit'],
  ])
  const plain = asyncapi(talk, INFO, { plain: false })
  t.notOk(Object.values(plain.channels).some(({ address }) => address.startsWith('/plain')))
  t.same(plain.channels['here']?.servers, [{ $ref: '#/servers/tenantExampleOrg' }])
  t.match(plain.servers, {
    tenantExampleOrg: { host: '{tenant}.example.org', protocol: 'wss' },
  })
})

t.test('channels of a bus are listed on the servers that are not for websockets', async (t) => {
  const { channels, operations } = whole()
  t.match(channels['roomsRoom'], {
    ...{ address: 'rooms/{room}', servers: [{ $ref: '#/servers/bus' }], parameters: { room: {} } },
    messages: { Said: { contentType: 'application/json' } },
  })
  t.match(operations['receiveRoomsRoom'], { summary: 'What is said', tags: [{ name: 'rooms' }] })
  t.match(operations['sendRoomsRoom'], { action: 'send' })
  t.match(operations['sendAudit'], { description: 'For *auditors*.' })
  t.equal(operations['receiveAudit'], undefined)
})

t.test('invalid options throw an error', async (t) => {
  const one = z.object({ a: z.string() }).meta({ id: 'Same' })
  const other = z.object({ b: z.string() }).meta({ id: 'Same' })
  const routes = [
    WebSocketRoute(
      '/a',
      websocketListener(() => {}, { parse: one }),
    ),
    WebSocketRoute(
      '/b',
      websocketListener(() => {}, { parse: other }),
    ),
  ]
  t.throws(() => asyncapi(routes, INFO), {
    message:
      'asyncapi: two schemas have the name "Same", one of /a and one of /b. Give one of them another name.',
  })
  t.throws(() => asyncapi(talk, {} as never), {
    message:
      "asyncapi: the info must have a title and a version, an object was given. Write { title: 'Chat', version: '1.0.0' }.",
  })
  t.throws(() => asyncapi('app' as never, INFO), { message: /^asyncapi: it takes an application/ })
  t.throws(() => asyncapi(talk, INFO, { server: {} } as never), {
    message: 'asyncapi: unknown option "server". Did you mean "servers"?',
  })
  t.throws(() => asyncapi(talk, INFO, { channels: { a: { message: 1 as never } } }), {
    message: /^asyncapi: the channel "a": message must be a Standard Schema, 1 was given/,
  })
  const action = 'shout' as never
  t.throws(() => asyncapi(talk, INFO, { channels: { a: { message: Said, action } } }), {
    message: /^asyncapi: the channel "a": action must be 'send', 'receive' or 'both'/,
  })
})
