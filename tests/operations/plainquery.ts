// Plain queries are read in another way than others; both must give the same.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import * as z from 'zod'
import { membersOf } from '../../lib/operations/coercion.ts'
import { plainQuery } from '../../lib/operations/plainquery.ts'
import { objectOf } from '../../lib/operations/texts.ts'
import { anyText } from '../support/texts.ts'

const schema = z.object({
  a: z.int(),
  b: z.boolean(),
  c: z.array(z.number()),
  d: z.string(),
  e: z.object({ x: z.int() }),
  n: z.number().nullable(),
  t: z.tuple([z.int()]),
})
const open = z.looseObject({ a: z.int() })
const rest = z.object({ a: z.string() }).catchall(z.int())
const wanted = [undefined, ...[schema, open, rest].map(membersOf)]

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    'd',
    'e',
    'n',
    't',
    'c[]',
    'e[x]',
    '__proto__',
    'toString',
    '',
    '0',
    '?',
  ),
  fc.string({ maxLength: 3 }),
)
const value = fc.oneof(
  fc.constantFrom('1', '-2.5', 'true', '0', '', 'null', 'x', '1e400', '9007199254740993', 'a=b'),
  fc.constantFrom(
    'a+b',
    '%20',
    '%zz',
    '%',
    '%C3%A4',
    '%ED%A0%80',
    '%EF%BB%BF',
    '%FF',
    '\ud800',
    'ä',
  ),
  anyText({ maxLength: 4 }),
)
const pair = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, value).map(([one, other]) => `${one}=${other}`) },
  name,
  fc.constantFrom('', '=', '==', '=1'),
)
const query = fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join('&'))

t.test('a plain query gives the result of the general parser', async (t) => {
  let plain = 0
  fc.assert(
    fc.property(query, fc.constantFrom(...wanted), (search, members) => {
      const quick = plainQuery(search, members)
      if (quick === undefined) return
      plain++
      const general = objectOf(new URLSearchParams(search), members)
      assert.deepEqual(Object.entries(quick), Object.entries(general))
    }),
    { numRuns: 5000 },
  )
  t.ok(plain > 500)
})

t.test('other queries are not read as plain ones', async (t) => {
  const many = Array.from({ length: 33 }, (_, index) => `k${index}=1`).join('&')
  for (const search of [
    'a=1&a=2',
    'e[x]=1',
    'e%5Bx%5D=1',
    'a+b=1',
    '?a=1',
    'a=%zz',
    '__proto__=1',
    many,
  ])
    t.equal(plainQuery(search, undefined), undefined, search)
  for (const search of ['a=1', 'a', 'a=', '&a=1&&b=2&', 'a=1+1%20', 'd=[x]', 'ä=ö'])
    t.ok(plainQuery(search, undefined), search)
})
