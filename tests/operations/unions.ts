// Texts of queries for schemas that are a choice.
import t from 'tap'
import * as z from 'zod'
import { offsetPage } from '../../lib/pagination.ts'
import { queried } from '../support/queried.ts'

t.test('the alternatives of a union may have one name with different types', async (t) => {
  const union = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('number'), value: z.number() }),
    z.object({ kind: z.literal('text'), value: z.string() }),
    z.object({ kind: z.literal('list'), value: z.array(z.int()) }),
    z.discriminatedUnion('deep', [
      z.object({ kind: z.enum(['deep']), deep: z.literal(1), value: z.boolean() }),
      z.object({ kind: z.enum(['deep']), deep: z.literal(2), value: z.int() }),
    ]),
  ])
  const kinds: [search: string, value: object][] = [
    ['kind=number&value=5', { kind: 'number', value: 5 }],
    ['kind=text&value=5', { kind: 'text', value: '5' }],
    ['value=5&kind=list', { kind: 'list', value: [5] }],
    ['kind=list&value=5&value=6', { kind: 'list', value: [5, 6] }],
    ['kind=deep&deep=1&value=1', { kind: 'deep', deep: 1, value: true }],
    ['kind=deep&deep=2&value=1', { kind: 'deep', deep: 2, value: 1 }],
  ]
  for (const [search, value] of kinds) {
    t.same(await queried(union, search), { status: 200, body: value }, search)
    const nested = search.replace(/(\w+)=/g, 'of[$1]=')
    const body = { page: 2, of: value }
    const within = z.object({ page: z.int(), of: union.optional() })
    t.same(await queried(within, `page=2&${nested}`), { status: 200, body }, nested)
    const both = z.object({ page: z.int() }).and(union)
    const whole = { status: 200, body: { page: 2, ...value } }
    t.same(await queried(both, `page=2&${search}`), whole, search)
    const { query } = offsetPage(z.string(), { filters: union })
    const paged = { status: 200, body: { ...value, limit: 2, offset: 0 } }
    t.same(await queried(query, `limit=2&${search}`), paged, search)
  }
  const flags = z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value: z.int() }),
    z.object({ ok: z.literal(false), value: z.string() }),
    z.object({ ok: z.null(), value: z.array(z.string()) }),
  ])
  for (const [search, value] of [
    ['ok=true&value=5', { ok: true, value: 5 }],
    ['ok=1&value=5', { ok: true, value: 5 }],
    ['ok=0&value=5', { ok: false, value: '5' }],
    ['ok=null&value=5', { ok: null, value: ['5'] }],
  ] as const) {
    t.same(await queried(flags, search), { status: 200, body: value }, search)
  }
  for (const search of ['kind=number&value=x', 'kind=other&value=5', 'value=5', '']) {
    t.equal((await queried(union, search)).status, 422, search)
  }
})

t.test('beside certain texts, other types are converted', async (t) => {
  const query = z.object({
    size: z.union([z.literal('all'), z.int()]).optional(),
    mixed: z.literal([1, 'x', true]).optional(),
    sort: z.enum(['up', 'down']).nullable().optional(),
    only: z.enum(['1', '2']).optional(),
    tags: z.array(z.union([z.literal('any'), z.int()])).optional(),
  })
  const cases: [search: string, value: object][] = [
    ['size=all', { size: 'all' }],
    ['size=5', { size: 5 }],
    ['mixed=1', { mixed: 1 }],
    ['mixed=x', { mixed: 'x' }],
    ['mixed=true', { mixed: true }],
    ['sort=up', { sort: 'up' }],
    ['sort=', { sort: null }],
    ['only=1', { only: '1' }],
    ['tags=any&tags=7', { tags: ['any', 7] }],
  ]
  for (const [search, body] of cases) {
    t.same(await queried(query, search), { status: 200, body }, search)
  }
  t.equal((await queried(query, 'size=other')).status, 422)
  t.equal((await queried(query, 'only=3')).status, 422)
})

t.test(
  'alternatives that no value tells apart keep a text if one of them accepts it',
  async (t) => {
    const order = z.enum(['up', 'down']).optional()
    const query = z.union([z.object({ order, n: z.number() }), z.object({ n: z.string() })])
    t.same(await queried(query, 'order=up&n=5'), { status: 200, body: { n: '5' } })
  },
)
