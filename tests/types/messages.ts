// The types of messages follow the schemas of what a handler takes and sends.
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import type { Assert, Equal } from './assert.ts'

const Order = z.object({ item: z.string(), count: z.int().default(1) })
const Receipt = z.object({ id: z.int(), tags: z.array(z.enum(['a', 'b'])) })

export function received(): void {
  WebSocketRoute(
    '/orders/{shop}',
    websocketListener(
      (order, websocket) => {
        true satisfies Assert<Equal<typeof order, { item: string; count: number }>>
        websocket.pathParams.shop satisfies string
        // @ts-expect-error the path has no such parameter
        websocket.pathParams.id
      },
      { parse: Order },
    ),
  )
  websocketListener((n) => void (true satisfies Assert<Equal<typeof n, number>>), {
    parse: v.pipe(v.string(), v.transform(Number)),
  })
  websocketListener((user) => void (true satisfies Assert<Equal<typeof user, { name: string }>>), {
    parse: type({ name: 'string' }),
  })
  websocketListener((text) => void (true satisfies Assert<Equal<typeof text, string>>), {
    encoding: 'text',
    parse: z.string().min(1),
  })
  // @ts-expect-error what it takes is not what the schema gives
  websocketListener((order: { price: number }) => order.price, { parse: Order })
}

export function sent(): void {
  websocketListener((order) => ({ id: order.count, tags: ['a'] }), {
    parse: Order,
    sends: Receipt,
  })
  websocketListener(async (order) => (order.count > 0 ? { id: 1, tags: [] } : undefined), {
    parse: Order,
    sends: Receipt,
  })
  websocketListener(() => {}, { sends: Receipt })
  // @ts-expect-error the id is a number
  websocketListener(() => ({ id: 'a', tags: [] }), { sends: Receipt })
  // @ts-expect-error there is no such tag
  websocketListener(async () => ({ id: 1, tags: ['c'] }), { sends: Receipt })

  WebSocketRoute(
    '/receipts/{from:int}',
    websocketStream(
      function* ({ pathParams }) {
        yield { id: pathParams.from, tags: ['a', 'b'] }
      },
      { sends: Receipt },
    ),
  )
  // @ts-expect-error the id is a number
  websocketStream(() => [{ id: 'a', tags: [] }], { sends: Receipt })
  websocketStream(() => ['text', new Uint8Array(), { any: 'thing' }])
}

const Event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('joined'), user: z.string() }),
  z.object({ kind: z.literal('said'), text: z.string() }),
])

/** Texts that a schema lists keep their types where they are written. */
export function literals(): void {
  websocketListener((event) => (event.kind === 'said' ? undefined : { kind: 'said', text: '' }), {
    parse: Event,
    sends: Event,
  })
  websocketListener(async () => ({ kind: 'joined', user: 'Ada' }), { sends: Event })
  // @ts-expect-error one that has joined has a name
  websocketListener(async () => ({ kind: 'joined', text: 'Ada' }), { sends: Event })
  websocketStream(() => [{ kind: 'joined', user: 'Ada' }], { sends: Event })
  websocketStream(
    // The compiler gives the items of an async generator no type from outside.
    async function* () {
      yield { kind: 'joined', user: 'Ada' } as const
      yield { kind: 'said', text: 'hello' } as const
    },
    { sends: Event },
  )
  websocketStream(
    // @ts-expect-error there is no such event
    function* () {
      yield { kind: 'left', user: 'Ada' }
    },
    { sends: Event },
  )
}
