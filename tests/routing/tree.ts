import t from 'tap'
import { buildTree, type Node } from '../../lib/routing/tree.ts'
import { entryOf } from '../support/entries.ts'

const tree = (...paths: string[]): Node => buildTree(paths.map((path) => entryOf(path)))

t.test('has one level for each segment, which routes share', async (t) => {
  const root = tree('/a/b', '/a/c', '/a')

  const a = root.literals.get('a')

  t.same([...root.literals.keys()], ['a'])
  t.same([...(a?.literals.keys() ?? [])], ['b', 'c'])
  t.same(
    a?.ends.map(({ order }) => order),
    [2],
  )
})

t.test('stores in each node the first route below it', async (t) => {
  const root = tree('/a/b', '/c/d', '/c')

  t.equal(root.first, 0)
  t.equal(root.literals.get('c')?.first, 1)
  t.equal(buildTree([]).first, Number.POSITIVE_INFINITY)
})

t.test('shares parameters with the same convertor and the same text around them', async (t) => {
  const root = tree('/{a}/x', '/{b}/y', '/{c:int}/x', '/v{d}/x', '/{e}.z/x')

  t.same(
    root.params.map(({ before, after, convertor }) => [before, convertor.name, after]),
    [
      ['', 'str', ''],
      ['', 'int', ''],
      ['v', 'str', ''],
      ['', 'str', '.z'],
    ],
  )
  t.same([...(root.params[0]?.node.literals.keys() ?? [])], ['x', 'y'])
})

t.test('ends at a parameter that takes the rest', async (t) => {
  const root = tree('/{p:path}', '/a/{p:path}')

  t.same(
    root.rests.map(({ order }) => order),
    [0],
  )
  t.equal(root.literals.get('a')?.rests.length, 1)
})

t.test('does not split paths that cannot be split at every slash', async (t) => {
  const root = tree('/{a}-{b}', '/{p:path}/x', '/x{p:path}', '/:a?', '/a/:b?', '/*', '/b/c/:d?')

  t.same(
    root.wholes.map(({ order }) => order),
    [0, 1, 2, 3, 4],
  )
  t.same(root.rests.length, 1)
  t.same(
    root.literals.get('b')?.wholes.map(({ order }) => order),
    [6],
  )
})

t.test('keeps mounts where their prefix ends', async (t) => {
  const root = buildTree([entryOf('', { prefix: true }), entryOf('/a', { prefix: true })])

  t.equal(root.mounts[0]?.order, 0)
  t.equal(root.literals.get('a')?.mounts[0]?.order, 1)
  t.equal(buildTree([entryOf('/{p:path}', { prefix: true })]).wholes.length, 1)
})
