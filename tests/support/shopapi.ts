// A large API of many shapes, by three schema libraries, for those who read its document.
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { Application, Mount, Route, Router } from '../../lib/index.ts'
import {
  bytes,
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
import { Problem, problemDetails } from '../../lib/problems.ts'

export const INFO = {
  title: 'Shop',
  version: '1.0.0',
  summary: 'All that a shop needs',
  description: 'An API of many shapes.',
  contact: { name: 'Shop', url: 'https://shop.test/' },
  license: { name: 'MIT', identifier: 'MIT' },
}

export const SERVERS = [{ url: 'https://api.shop.test/v1', description: 'The shop' }]

const Money = z.object({ amount: z.int(), currency: z.enum(['EUR', 'USD']) }).meta({ id: 'Money' })
const Category = z
  .object({
    name: z.string(),
    get inner() {
      return z.array(Category).default([])
    },
  })
  .meta({ id: 'Category' })
const Payment = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('card'), number: z.string().regex(/^\d{4}$/) }).meta({ id: 'Card' }),
    z.object({ kind: z.literal('cash') }).meta({ id: 'Cash' }),
  ])
  .meta({ id: 'Payment' })
const Item = z
  .object({
    id: z.uuid(),
    name: z.string().min(1).max(20),
    price: Money,
    tags: z.array(z.string()).max(5).default([]),
    size: z.tuple([z.number(), z.number()]).nullable(),
    made: z.iso.date().optional(),
    stock: z.record(z.string(), z.int()),
    payment: Payment.optional(),
    key: z.string().brand('Key'),
  })
  .meta({ id: 'Item', description: 'What is sold' })
const Search = z.object({
  text: z.string().optional().describe('What to look for'),
  limit: z.int().min(1).max(100).default(10),
  sort: z.enum(['name', 'price']).default('name'),
  tag: z.array(z.string()).optional(),
  cheap: z.boolean().default(false),
  price: z.object({ from: z.int().optional(), to: z.int().optional() }).optional(),
})
const Note = toStandardJsonSchema(
  v.pipe(
    v.object({ text: v.string(), at: v.nullable(v.pipe(v.string(), v.maxLength(9))) }),
    v.title('Note'),
  ),
)
const Address = type({ street: 'string', 'number?': 'number.integer', '+': 'delete' }).configure({
  title: 'Address',
})

const user = secured({ type: 'http', scheme: 'bearer' }, () => ({ scopes: [] }))
const key = secured({ type: 'apiKey', in: 'header', name: 'x-key' }, () => 1)

const items = layer({ tags: ['items'], responses: { 403: Problem } }, [
  Route('/', {
    get: operation(
      { summary: 'List items', query: Search, responses: { 200: z.array(Item), 404: Problem } },
      () => reply(200, []),
    ),
    post: operation(
      {
        summary: 'Add an item',
        guards: [user],
        body: Item,
        responses: { 201: Item, 409: Problem },
      },
      ({ body }) => reply(201, body, { headers: { location: `/items/${body.id}` } }),
    ),
  }),
  Route('/{id:uuid}', {
    get: operation(
      {
        summary: 'Retrieve an item',
        headers: z.object({
          'x-trace': z.string().optional(),
          'x-list': z.array(z.int()).optional(),
        }),
        cookies: z.object({ theme: z.enum(['dark', 'light']).optional() }),
        responses: { 200: Item, 404: Problem },
      },
      () => reply(404, { title: 'No such item' }),
    ),
    delete: operation(
      {
        summary: 'Remove an item',
        guards: [user.requiring('admin')],
        use: { key },
        responses: { 204: null },
      },
      () => reply(204),
    ),
  }),
  Route('/{id:int}/old', {
    get: operation(
      {
        summary: 'Retrieve an old item',
        deprecated: true,
        responses: { 200: z.object({ id: z.int() }) },
      },
      ({ params }) => reply(200, { id: params.id }),
    ),
  }),
])

const others = layer({ tags: ['others'] }, [
  Route('/categories/{depth:int}', {
    put: operation(
      {
        summary: 'Replace categories',
        body: z.array(Category),
        responses: { 200: z.array(Category) },
      },
      ({ body }) => reply(200, body),
    ),
  }),
  Route('/notes/:name/:version?', {
    post: operation(
      { summary: 'Write a note', operationId: 'writeNote', body: Note, responses: { 200: Note } },
      ({ body }) => reply(200, body),
    ),
    get: operation(
      {
        summary: 'Read a note',
        params: z.object({ name: z.string().max(9), version: z.int().optional() }),
        responses: { 200: z.object({ name: z.string(), version: z.int().optional() }) },
      },
      ({ params }) => reply(200, params),
    ),
  }),
  Route('/address', {
    post: operation(
      {
        summary: 'Check an address',
        status: 400,
        body: Address,
        responses: { 200: Address, default: Problem },
      },
      ({ body }) => reply(200, body),
    ),
  }),
  Route('/order', {
    post: operation(
      {
        summary: 'Order by a form',
        body: {
          'application/json': z.object({ count: z.int(), gift: z.boolean() }),
          'application/x-www-form-urlencoded': form(
            z.object({ count: z.int(), gift: z.boolean() }),
          ),
        },
        responses: { 200: z.object({ count: z.int(), gift: z.boolean() }) },
      },
      ({ body }) => reply(200, body),
    ),
  }),
  Route('/photo', {
    post: operation(
      {
        summary: 'Upload a photo',
        body: multipart(z.object({ title: z.string() }), {
          files: { photo: { types: ['image/*'] }, more: { many: true, maxCount: 2 } },
        }),
        responses: { 200: z.object({ title: z.string(), size: z.int() }) },
      },
      ({ body }) => reply(200, { title: body.title, size: body.photo.size }),
    ),
    get: operation(
      { summary: 'Download', responses: { 200: file('image/png'), 404: Problem } },
      () => reply(200, new Uint8Array([1])),
    ),
  }),
  Route('/text', {
    post: operation({ summary: 'Count', body: text(), responses: { 200: z.int() } }, ({ body }) =>
      reply(200, body.length),
    ),
    put: operation({ summary: 'Weigh', body: bytes(), responses: { 200: z.int() } }, ({ body }) =>
      reply(200, body.byteLength),
    ),
  }),
  Route('/stream', {
    get: operation(
      {
        summary: 'Follow',
        query: z.object({ n: z.int().max(3).optional() }),
        responses: { 200: events(Money) },
      },
      () => reply(200, [{ amount: 1, currency: 'EUR' }]),
    ),
    post: operation(
      { summary: 'Export', body: z.null().optional(), responses: { 200: lines(Note) } },
      () => reply(200, [{ text: 'a', at: null }]),
    ),
  }),
  Route('/times', {
    get: operation(
      {
        summary: 'Read times',
        query: z.object({ at: z.coerce.date().optional() }),
        responses: {
          200: z.object({ at: z.date(), big: z.bigint(), length: z.string().transform(Number) }),
        },
      },
      () => reply(200, { at: new Date(0), big: 1n, length: '3' }),
    ),
  }),
])

export const shopRoutes = [Mount('/items', Router(items), { name: 'items' }), ...others]
export const shop = Application({ routes: shopRoutes, exceptionHandlers: problemDetails() })
