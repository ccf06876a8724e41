import t from 'tap'
import { parsePath } from '../../lib/routing/path.ts'
import { isParam, type Token, toSegments } from '../../lib/routing/tokens.ts'

const shape = (path: string): unknown =>
  toSegments(parsePath(path, 'Route').tokens).map((segment) => segment.map(nameOf))

function nameOf(token: Token): string {
  return isParam(token) ? `{${token.name}}` : token
}

t.test('cuts a path at its slashes, whichever way it was spelled', async (t) => {
  t.same(shape('/'), [[]])
  t.same(shape('/users'), [['users']])
  t.same(shape('/users/'), [['users'], []])
  t.same(shape('/a//b'), [['a'], [], ['b']])
  t.same(shape('/v{id}/x'), [['v', '{id}'], ['x']])
  t.same(shape('/{a}-{b}/{c}'), [['{a}', '-', '{b}'], ['{c}']])
  t.same(shape('/:a/x/:b'), [['{a}'], ['x'], ['{b}']])
})

t.test('puts an optional parameter behind what it may swallow the slash after', async (t) => {
  t.same(shape('/a/:b?'), [['a', '{b}']])
  t.same(shape('/:a?/b'), [['{a}'], ['b']])
  t.same(shape('/:a?/:b?'), [['{a}', '{b}']])
})

t.test('tells parameters from text', async (t) => {
  t.equal(isParam('text'), false)
  t.equal(isParam(undefined), false)
  t.equal(isParam(parsePath('/{a}', 'Route').tokens[1]), true)
})
