import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { Table } from '../../lib/routing/table.ts'
import { entryOf, lookUp } from '../support/entries.ts'

const tableOf = (...paths: string[]): Table => new Table(paths.map((path) => entryOf(path)))

// RT-18: declaration order, whatever is fast.
t.test('the first of several matching entries is used', async (t) => {
  t.match(lookUp(tableOf('/{username}', '/nomatch'), '/nomatch'), { order: 0 })
  t.match(lookUp(tableOf('/me', '/{username}'), '/me'), { order: 0 })
  t.match(lookUp(tableOf('/{p:path}', '/{x}', '/a'), '/a'), { order: 0, values: ['a'] })
})

// RT-19: two routes of one path share it by their methods.
t.test('a later route serves the method that an earlier one does not', async (t) => {
  const table = new Table([
    entryOf('/func', { methods: ['GET', 'HEAD'] }),
    entryOf('/func', { methods: ['POST'] }),
  ])

  t.match(lookUp(table, '/func', 'http', 'GET'), { order: 0 })
  t.match(lookUp(table, '/func', 'http', 'POST'), { order: 1 })
  t.same(lookUp(table, '/func', 'http', 'DELETE'), [0, 1])
})

// RT-75, WS-19
t.test('http and websocket routes of one path are separate', async (t) => {
  const table = new Table([entryOf('/a', { type: 'http' }), entryOf('/a', { type: 'websocket' })])

  t.match(lookUp(table, '/a', 'http'), { order: 0 })
  t.match(lookUp(table, '/a', 'websocket', ''), { order: 1 })
})

const MISSES: readonly (readonly [path: string, text: string])[] = [
  ['/hello', '/HELLO'],
  ['/hello', '//hello'],
  ['/hello', '/hello/'],
  ['/hello', 'hello'],
  ['/hello', ''],
  // RT-9 and rt-012: the end is the end.
  ['/hello', '/hello\n'],
  ['/{x:int}', '/1\n'],
  // RT-11
  ['/{x:int}', '/-1'],
  ['/{x:int}', '/1.0'],
  ['/{x:int}', '/'],
  // RT-12
  ['/{x:float}', '/1-0'],
  ['/{x:float}', '/.5'],
  ['/{x:float}', '/1.'],
  // RT-10
  ['/{x}', '/'],
  ['/{x}', '/a/b'],
  // RT-82, cv-017: never a rounded value, and no newline in a path
  ['/{x:int}', '/9007199254740993'],
  ['/{x:path}', '/a\nb'],
]

for (const [path, text] of MISSES) {
  t.test(`${path} does not match ${JSON.stringify(text)}`, async (t) => {
    t.same(lookUp(tableOf(path), text), [])
  })
}

const HITS: readonly (readonly [path: string, text: string, values: unknown[]])[] = [
  ['/{x}', '/a b', ['a b']],
  ['/{x}', '/café?#%', ['café?#%']],
  ['/{x}', '/a\nb', ['a\nb']],
  ['/{x:int}', '/007', [7]], // RT-11
  ['/{x:float}', '/1.50', [1.5]], // RT-12
  ['/{x:uuid}', '/EC38DF32CEDA4CFA9B4A1AEB94AD551A', ['ec38df32-ceda-4cfa-9b4a-1aeb94ad551a']], // RT-13
  ['/{x:path}', '/', ['']], // RT-14
  ['/{x:path}', '//a/', ['/a/']],
  ['/a({x:int}).+', '/a(5).+', [5]], // RT-8
  ['/v{x:int}.{y}', '/v1.2', [1, '2']],
]

for (const [path, text, values] of HITS) {
  t.test(`${path} matches ${JSON.stringify(text)}`, async (t) => {
    t.same(lookUp(tableOf(path), text), { order: 0, values, rest: text.length })
  })
}

// RT-32; advisory 5
t.test('a mount matches its prefix only when a slash follows', async (t) => {
  const table = new Table([entryOf('/admin', { prefix: true })])

  t.same(lookUp(table, '/admin/'), { order: 0, values: [], rest: 6 })
  t.same(lookUp(table, '/admin/x/y'), { order: 0, values: [], rest: 6 })
  for (const path of ['/admin', '/administrator', '/admin-x', '/adminx/y', '/ADMIN/', '//admin/']) {
    t.same(lookUp(table, path), [], path)
  }
})

// RT-15, RT-83 and cv-045: a refusal is no match.
t.test('a convertor that throws does not match, and the next route is tried', async (t) => {
  registerConvertor('even', {
    pattern: /[0-9]+/,
    convert: (text) => {
      if (Number(text) % 2 === 1) throw new RangeError('odd')
      return Number(text)
    },
    toText: String,
  })
  const table = tableOf('/{x:even}', '/{y}')

  t.match(lookUp(table, '/2'), { order: 0, values: [2] })
  t.match(lookUp(table, '/3'), { order: 1, values: ['3'] })
})

t.test('a convertor with variable results is called each time', async (t) => {
  const known = new Map<string, object>()
  registerConvertor('user', {
    pattern: /[a-z]+/,
    convert: (text) => known.get(text),
    toText: String,
  })
  const table = tableOf('/{user:user}', '/ada')

  t.match(lookUp(table, '/ada'), { order: 1 })
  known.set('ada', { name: 'Ada' })
  t.match(lookUp(table, '/ada'), { order: 0, values: [{ name: 'Ada' }] })
})
