import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { Search } from '../../lib/routing/table.ts'
import { buildTree } from '../../lib/routing/tree.ts'
import { entryOf } from '../support/entries.ts'

t.test('finds the first entry for a type and a method', async (t) => {
  const root = buildTree([
    entryOf('/a', { methods: ['POST'] }),
    entryOf('/{x}', { type: 'websocket' }),
    entryOf('/{y}', { methods: ['GET'] }),
    entryOf('/a'),
  ])

  const found = new Search('/a', 'http', 'GET').first(root)

  t.equal(found.match?.order, 2)
  t.same(found.match?.values, ['a'])
  t.same(found.partial, [])
})

t.test('returns entries of other methods in order when none serves this one', async (t) => {
  const root = buildTree([
    entryOf('/{p:path}', { methods: ['PUT'] }),
    entryOf('/a', { methods: ['POST'] }),
    entryOf('/{x}', { methods: ['GET'] }),
  ])

  const { match, partial } = new Search('/a', 'http', 'DELETE').first(root)

  t.equal(match, undefined)
  t.same(
    partial.map(({ order }) => order),
    [0, 1, 2],
  )
})

t.test('returns all matching entries in order', async (t) => {
  const root = buildTree([
    entryOf('/{p:path}'),
    entryOf('/b'),
    entryOf('/{x}-{y}'),
    entryOf('/a-b', { type: 'websocket' }),
    entryOf('', { prefix: true }),
  ])

  const found = new Search('/a-b').all(root)

  t.same(
    found.map(({ order }) => order),
    [0, 2, 3, 4],
  )
})

t.test('reports whether a convertor with variable results was used', async (t) => {
  registerConvertor('moody', { pattern: /[a-z]+/, convert: () => undefined, toText: String })
  const asked = (path: string, text: string): boolean => {
    const search = new Search(text)
    search.all(buildTree([entryOf(path)]))
    return !search.pure
  }

  t.equal(asked('/{x:moody}', '/a'), true)
  t.equal(asked('/{x:moody}-{y}', '/a-b'), true)
  t.equal(asked('/a/{x:moody}', '/b/a'), false)
  t.equal(asked('/{x:int}', '/a'), false)
})
