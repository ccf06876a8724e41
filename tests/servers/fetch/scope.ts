import t from 'tap'
import { buildScope, buildWebSocketScope, type Service } from '../../../lib/servers/fetch/scope.ts'
import { lint } from '../../../lib/testing/lint.ts'
import type { App } from '../../../lib/types.ts'

const service: Service = {
  app: async () => {},
  rootPath: '/root',
  server: null,
  state: undefined,
  upgrade: undefined,
  maxMessageSize: 1,
  begin: () => {},
  end: () => {},
  onError: () => {},
}

const read = {
  request: new globalThis.Request('https://h/a%20b'),
  args: [{ client: { host: 'c', port: 1 } }, undefined],
  target: { path: '/a b', rawPath: '/a%20b', queryString: '' },
  headers: ['host', 'h'],
} as const

const KEPT = { headers: [...read.headers] }

t.test('both scopes are valid by the contract', async (t) => {
  const seen: string[] = []
  const app: App = lint()(async (scope, _receive, send) => {
    seen.push(scope.type)
    if (scope.type === 'websocket') await send({ type: 'websocket.close' })
    if (scope.type !== 'http') return
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body' })
  })
  const given = { ...read, ...KEPT }
  const scopes = [
    buildScope(service, given, () => {}),
    buildWebSocketScope(service, given, ['chat']),
  ]

  t.match(scopes, [
    { type: 'http', scheme: 'https', path: '/root/a b', rawPath: '/root/a%20b' },
    { type: 'websocket', scheme: 'wss', subprotocols: ['chat'] },
  ])
  for (const scope of scopes) {
    t.same(scope.client, { host: 'c', port: 1 })
    const receive = async () => ({ type: 'websocket.connect' }) as const
    await app(scope, receive, async () => {})
  }
  t.same(seen, ['http', 'websocket'])
  t.ok(scopes[1]?.extensions?.['websocket.http.response'])
})
