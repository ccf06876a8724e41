import fc from 'fast-check'
import t from 'tap'
import { lowerName, lowerNames, withLowerNames } from '../../lib/http/fieldlists.ts'

t.test('a list in lower case is returned without a copy', async (t) => {
  const list = ['a', 'B', 'content-type', 'Text/Plain']

  t.equal(lowerNames(list), list)
  t.equal(lowerNames(list), list, 'once more')
  const message = { type: 'x', headers: list }
  t.equal(withLowerNames(message), message)
})

t.test('names become lower case; values, and the given list, stay as they are', async (t) => {
  const list = Object.freeze(['Set-Cookie', 'A=B', 'x', 'Y', 'VARY', 'Cookie'])

  t.same(lowerNames(list), ['set-cookie', 'A=B', 'x', 'Y', 'vary', 'Cookie'])
  t.same(withLowerNames({ status: 200, headers: list }), {
    status: 200,
    headers: ['set-cookie', 'A=B', 'x', 'Y', 'vary', 'Cookie'],
  })
})

t.test('a list that was changed in place is checked again', async (t) => {
  const list = ['set-cookie', 'a=1']
  lowerNames(list)
  list[0] = 'Set-Cookie'

  t.same(lowerNames(list), ['set-cookie', 'a=1'])
})

t.test('invalid names and lists are left for the server to refuse', async (t) => {
  const list = [1, 'a', undefined, null] as never[]

  t.equal(lowerNames(list), list)
  t.equal(lowerName(undefined as never), undefined)
  for (const message of [{}, { headers: 'X' as never }, { headers: undefined as never }]) {
    t.equal(withLowerNames(message), message)
  }
})

t.test('the result does not depend on earlier lists', (t) => {
  const text = fc.constantFrom('a', 'A', 'x-b', 'X-B', 'Set-Cookie', 'set-cookie')
  const lists = fc.array(fc.array(fc.tuple(text, text), { maxLength: 4 }), { maxLength: 6 })

  fc.assert(
    fc.property(lists, (all) =>
      all.every((pairs) => {
        const wanted = pairs.flatMap(([name, value]) => [name.toLowerCase(), value])
        return JSON.stringify(lowerNames(pairs.flat())) === JSON.stringify(wanted)
      }),
    ),
    { numRuns: 300 },
  )
  t.end()
})
