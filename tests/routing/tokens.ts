import t from 'tap'
import { parsePath } from '../../lib/routing/path.ts'
import { isParam, type Token, toSegments } from '../../lib/routing/tokens.ts'

const shape = (path: string): unknown =>
  toSegments(parsePath(path, 'Route').tokens).map((segment) => segment.map(nameOf))

function nameOf(token: Token): string {
  return isParam(token) ? `{${token.name}}` : token
}

t.test('splits a path at its slashes, in either form', async (t) => {
  t.same(shape('/'), [[]])
  t.same(shape('/users'), [['users']])
  t.same(shape('/users/'), [['users'], []])
  t.same(shape('/a//b'), [['a'], [], ['b']])
  t.same(shape('/v{id}/x'), [['v', '{id}'], ['x']])
  t.same(shape('/{a}-{b}/{c}'), [['{a}', '-', '{b}'], ['{c}']])
  t.same(shape('/:a/x/:b'), [['{a}'], ['x'], ['{b}']])
})

t.test('groups an optional parameter with the slash that it may remove', async (t) => {
  t.same(shape('/a/:b?'), [['a', '{b}']])
  t.same(shape('/:a?/b'), [['{a}'], ['b']])
  t.same(shape('/:a?/:b?'), [['{a}', '{b}']])
})

t.test('distinguishes parameters from text', async (t) => {
  t.equal(isParam('text'), false)
  t.equal(isParam(undefined), false)
  t.equal(isParam(parsePath('/{a}', 'Route').tokens[1]), true)
})
