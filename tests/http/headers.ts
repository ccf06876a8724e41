import fc from 'fast-check'
import t from 'tap'
import { contentLength, Headers, indexOfName } from '../../lib/http/headers.ts'

const LIST = ['a', '123', 'a', '456', 'b', '789']
const example = (): Headers => new Headers(LIST.slice())

// DS-12, un-headers-001
t.test('shows a flat list by name', (t) => {
  const headers = example()

  t.equal(headers.get('A'), '123')
  t.equal(headers.get('nope'), null)
  t.strictSame(headers.getAll('A'), ['123', '456'])
  t.strictSame(headers.getAll('nope'), [])
  t.ok(headers.has('B'))
  t.notOk(headers.has('123'), 'a value is no name')
  t.end()
})

t.test('is read in pairs, in wire order, with duplicates', (t) => {
  const headers = example()

  t.strictSame(
    [...headers],
    [
      ['a', '123'],
      ['a', '456'],
      ['b', '789'],
    ],
  )
  t.strictSame([...headers.entries()], [...headers])
  t.strictSame([...headers.keys()], ['a', 'a', 'b'])
  t.strictSame([...headers.values()], ['123', '456', '789'])
  t.end()
})

t.test('becomes fetch headers', (t) => {
  // Fetch takes every iterable of pairs; its types name arrays only.
  const pairs = example() as unknown as [string, string][]

  t.equal(new globalThis.Headers(pairs).get('a'), '123, 456')
  t.end()
})

t.test('becomes an object with the first value of each name, in wire order', (t) => {
  const headers = new Headers(['b', '1', 'a', '2', 'b', '3', '__proto__', '4'])

  t.equal(JSON.stringify(headers), '{"b":"1","a":"2","__proto__":"4"}')
  t.end()
})

t.test('the list is returned without a copy, and never changes afterwards', (t) => {
  const list = Object.freeze(['a', '1'])
  const headers = new Headers(list)

  t.equal(headers.list, list)

  headers.append('B', '2').append('c', '3')
  const changed = headers.list
  headers.set('a', '4').delete('c')

  t.strictSame(list, ['a', '1'])
  t.strictSame(changed, ['a', '1', 'b', '2', 'c', '3'])
  t.strictSame(headers.list, ['a', '4', 'b', '2'])
  t.equal(headers.list, headers.list, 'nothing is copied for reading')
  t.end()
})

t.test('a call that changes nothing does not copy the list', (t) => {
  const list = Object.freeze(['a', '1', 'vary', 'Origin'])
  const headers = new Headers(list).delete('b').vary()
  headers.setDefault('a', '2')

  t.equal(headers.list, list)
  t.end()
})

t.test('fields can be changed during iteration', (t) => {
  const headers = new Headers(LIST)
  const seen: string[] = []

  for (const [name, value] of headers) {
    seen.push(name, value)
    headers.delete(name)
  }

  t.strictSame(seen, LIST)
  t.strictSame(headers.list, [])
  t.end()
})

t.test('a name without a value at the end of a list is ignored', (t) => {
  const headers = new Headers(['a', '1', 'b'])

  t.equal(headers.get('b'), null)
  t.strictSame([...headers], [['a', '1']])
  t.end()
})

t.test('starts empty', (t) => {
  t.strictSame(new Headers().list, [])
  t.strictSame(Headers.from(undefined).list, [])
  t.end()
})

const inits: [title: string, init: Parameters<typeof Headers.from>[0], list: string[]][] = [
  ['an object', { 'X-A': '1', 'x-b': '2' }, ['x-a', '1', 'x-b', '2']],
  ['pairs', [['X-A', '1'], ['x-a', '2']], ['x-a', '1', 'x-a', '2']], // biome-ignore format: a table
  ['a map', new Map([['X-A', '1']]), ['x-a', '1']],
  ['headers', new Headers(['x-a', '1', 'x-a', '2']), ['x-a', '1', 'x-a', '2']],
  ['fetch headers', new globalThis.Headers({ 'X-A': '1' }), ['x-a', '1']],
]

for (const [title, init, list] of inits) {
  t.test(`is made from ${title}`, (t) => {
    t.strictSame(Headers.from(init).list, list)
    t.end()
  })
}

t.test('copies the headers that it is made from', (t) => {
  const headers = example()
  const copy = Headers.from(headers)

  copy.set('a', '0')

  t.strictSame(headers.list, LIST)
  t.end()
})

// DS-13, un-headers-006 to 013
const changes: [title: string, change: (headers: Headers) => unknown, list: string[]][] = [
  ['set replaces the first in its place', (h) => h.set('A', '1'), ['a', '1', 'b', '789']],
  ['set appends a new name', (h) => h.set('C', '1'), [...LIST, 'c', '1']],
  ['append adds one more', (h) => h.append('B', '1'), [...LIST, 'b', '1']],
  ['delete removes all', (h) => h.delete('A'), ['b', '789']],
  ['delete of an unknown name does nothing', (h) => h.delete('c'), LIST],
  ['delete does not look at values', (h) => h.delete('123'), LIST],
  ['setDefault leaves what is there', (h) => h.setDefault('A', '1'), LIST],
  ['setDefault adds what is not', (h) => h.setDefault('C', '1'), [...LIST, 'c', '1']],
]

for (const [title, change, list] of changes) {
  t.test(title, (t) => {
    const headers = example()

    change(headers)

    t.strictSame(headers.list, list)
    t.end()
  })
}

t.test('changes can be chained', (t) => {
  const headers = new Headers().set('a', '1').append('a', '2').delete('b').vary('accept')

  t.strictSame(headers.list, ['a', '1', 'a', '2', 'vary', 'accept'])
  t.end()
})

t.test('setDefault returns the value that is in effect', (t) => {
  const headers = example()

  t.equal(headers.setDefault('a', '1'), '123')
  t.equal(headers.setDefault('c', '1'), '1')
  t.end()
})

// DS-14, co-106, co-108
const varying: [title: string, list: string[], names: string[], wanted: string | null][] = [
  ['names the first field', [], ['Origin'], 'Origin'],
  ['adds to what is there', ['vary', 'Origin'], ['Cookie'], 'Origin, Cookie'],
  ['names a field once', ['vary', 'Origin'], ['origin'], 'Origin'],
  ['names a field once that is given twice', [], ['Origin', 'origin'], 'Origin'],
  ['joins several Vary fields', ['vary', 'a', 'vary', 'b'], ['c'], 'a, b, c'],
  ['leaves the star alone', ['vary', '*'], ['Origin'], '*'],
  ['leaves a star in a list alone', ['vary', 'a, *'], ['Origin'], '*'],
  ['a star replaces all others', ['vary', 'Origin'], ['*'], '*'],
  ['passes over empty elements', ['vary', ' ,a,, '], ['b'], 'a, b'],
  ['takes an empty field as none', ['vary', ''], ['b'], 'b'],
  ['adds nothing for nothing', [], [], null],
  ['leaves what is there for nothing', ['vary', 'a,b'], [], 'a,b'],
]

for (const [title, list, names, wanted] of varying) {
  t.test(`vary ${title}`, (t) => {
    const headers = new Headers(list.slice()).vary(...names)

    t.strictSame(headers.getAll('vary'), wanted === null ? [] : [wanted])
    t.end()
  })
}

t.test('names of Object.prototype are ordinary names', (t) => {
  const headers = new Headers()

  t.equal(headers.get('constructor'), null)
  t.equal(headers.set('__proto__', 'x').get('__proto__'), 'x')
  t.end()
})

t.test('finds a name at even indexes only', (t) => {
  t.equal(indexOfName(['a', 'b', 'b', 'c'], 'b'), 2)
  t.equal(indexOfName(['a', 'b'], 'b'), -1)
  t.equal(indexOfName([], 'b'), -1)
  t.end()
})

// The same operations on a list of pairs, simple instead of fast.
type Pairs = [string, string][]
type Operation = [verb: 'set' | 'append' | 'delete' | 'setDefault', name: string, value: string]

/** An operation on headers: a change, or reading the list, directly or for other headers. */
type Step = Operation | 'hand out' | 'share'

function model(pairs: Pairs, [verb, name, value]: Operation): Pairs {
  const key = name.toLowerCase()
  const first = pairs.findIndex(([known]) => known === key)
  if (verb === 'delete') return pairs.filter(([known]) => known !== key)
  if (verb === 'append' || first < 0) return [...pairs, [key, value]]
  if (verb === 'setDefault') return pairs
  return pairs
    .map(([known, old], index): [string, string] => [known, index === first ? value : old])
    .filter(([known], index) => known !== key || index === first)
}

t.test('behaves as a list of pairs under any sequence of operations', (t) => {
  const name = fc.constantFrom('a', 'A', 'b', 'x-c', 'X-C')
  const value = fc.constantFrom('', '1', '2', 'a', 'b')
  const verb = fc.constantFrom('set', 'append', 'delete', 'setDefault')
  const operations = fc.array(fc.tuple(verb, name, value) as fc.Arbitrary<Operation>)

  fc.assert(
    fc.property(operations, (list) => {
      const headers = new Headers()
      let pairs: Pairs = []
      for (const operation of list) {
        const [does, key, text] = operation
        if (does === 'delete') headers.delete(key)
        else headers[does](key, text)
        pairs = model(pairs, operation)
        t.strictSame([...headers], pairs)
      }
      for (const key of ['a', 'b', 'X-c']) {
        const values = pairs
          .filter(([known]) => known === key.toLowerCase())
          .map(([, text]) => text)
        t.strictSame(headers.getAll(key), values)
        t.equal(headers.get(key), values[0] ?? null)
        t.equal(headers.has(key), values.length > 0)
      }
    }),
    { numRuns: 60 },
  )
  t.end()
})

t.test('a list that was read is not affected by later operations', (t) => {
  const name = fc.constantFrom('a', 'A', 'b', 'x-c')
  const value = fc.constantFrom('', '1', '2', 'a')
  const verb = fc.constantFrom('set', 'append', 'delete', 'setDefault')
  const operation = fc.tuple(verb, name, value) as fc.Arbitrary<Operation>
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: operation },
    fc.constantFrom<Step>('hand out', 'share'),
  )
  const start = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'x-c'), value), { maxLength: 4 })

  fc.assert(
    fc.property(start, fc.array(step), fc.boolean(), (first, steps, isFrozen) => {
      const given = first.flat()
      let headers = new Headers(isFrozen ? Object.freeze(given.slice()) : given)
      let pairs: Pairs = first
      const handedOut: [list: readonly string[], then: string[]][] = [[given, given.slice()]]
      for (const one of steps) {
        if (typeof one === 'string') {
          handedOut.push([headers.list, pairs.flat()])
          if (one === 'share') headers = new Headers(headers.list)
          continue
        }
        const [does, key, text] = one
        if (does === 'delete') headers.delete(key)
        else headers[does](key, text)
        pairs = model(pairs, one)
        if (JSON.stringify([...headers]) !== JSON.stringify(pairs)) return false
      }
      handedOut.push([headers.list, pairs.flat()])
      return handedOut.every(([list, then]) => JSON.stringify(list) === JSON.stringify(then))
    }),
    { numRuns: 500 },
  )
  t.end()
})

t.test('contentLength reads the field', async (t) => {
  t.equal(contentLength(['content-length', '12']), 12)
  t.equal(contentLength(['a', '12']), undefined)
  t.ok(Number.isNaN(contentLength(['content-length', 'twelve'])), 'for the server to refuse')
})
