// Websockets of each kind, with all that a document tells of them.
import * as z from 'zod'
import { websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { secured } from '../../lib/operations.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Host, layer, Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'

export const INFO = { title: 'Talk', version: '1.0.0' }

const Point = z.tuple([z.number(), z.number()])
export const Said = z.object({ kind: z.literal('said'), text: z.string() }).meta({ id: 'Said' })
const Moved = z.object({ kind: z.literal('moved'), to: Point }).meta({ id: 'Moved' })
const Order = z
  .object({ item: z.string().min(1), count: z.int().default(1), path: z.array(Point).optional() })
  .meta({ id: 'Order' })
interface Node {
  name: string
  inner?: Node[] | undefined
}
const Tree: z.ZodType<Node> = z.object({
  name: z.string(),
  get inner() {
    return z.array(Tree).optional()
  },
})

const user = secured({ type: 'http', scheme: 'bearer' }, () => ({ name: 'Ada' }))
const key = secured({ type: 'apiKey', in: 'query', name: 'key' }, () => ({ name: 'Ada' }))
const card = secured({ type: 'mutualTLS' }, () => ({ name: 'Ada' }))
const member = secured(
  {
    type: 'oauth2',
    flows: {
      clientCredentials: { tokenUrl: 'https://example.org/token', scopes: { talk: 'To talk' } },
    },
  },
  () => ({ name: 'Ada', scopes: ['talk'] }),
  { name: 'members', scopes: ['talk'] },
)

export const talk = [
  WebSocketRoute(
    '/orders/{shop}/{table:int}',
    websocketListener((order) => order, {
      ...{ parse: Order, sends: Order, sendProblem: true },
      summary: 'Order at a table',
      description: 'Each order is **confirmed**.',
    }),
    { name: 'orders', tags: ['shop'], guards: [user] },
  ),
  WebSocketRoute(
    '/talk',
    websocketListener(() => {}, { parse: z.discriminatedUnion('kind', [Said, Moved]) }),
    { guards: [member] },
  ),
  WebSocketRoute(
    '/shout',
    websocketListener((text) => text.toUpperCase(), { encoding: 'text', sends: z.string() }),
  ),
  WebSocketRoute(
    '/blobs',
    websocketListener((bytes) => new Uint8Array(bytes), {
      encoding: 'bytes',
      sends: z.instanceof(Uint8Array),
    }),
  ),
  WebSocketRoute(
    '/any',
    websocketListener(() => {}, { encoding: undefined }),
    { guards: [key, card] },
  ),
  Mount(
    '/feeds',
    Router([
      WebSocketRoute(
        '/:day?',
        websocketStream(() => [], { sends: Tree }),
      ),
    ]),
  ),
  WebSocketRoute(
    '/raw',
    websocketStream(() => ['text', 1]),
  ),
  WebSocketRoute('/plain/{at:datetime}', () => {}),
  WebSocketRoute('/plain/{again}', () => {}),
  ...layer({ hidden: true }, [
    WebSocketRoute(
      '/secret',
      websocketListener(() => {}),
    ),
  ]),
  Host(
    '{tenant}.example.org',
    Router([
      WebSocketRoute(
        '/here',
        websocketListener(() => {}),
      ),
    ]),
  ),
  Route('/http', () => new PlainTextResponse('')),
] as const
