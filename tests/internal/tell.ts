import t from 'tap'
import { asText, tell } from '../../lib/internal/tell.ts'

t.test('what a listener throws or rejects with goes to stderr', async (t) => {
  const lines = t.capture(console, 'error', () => {})
  const nothing = Object.create(null) as object

  tell('here', (one: number, two: number) => t.same([one, two], [1, 2]), 1, 2)
  tell('here', () => {
    throw new Error('at once')
  })
  tell('here', () => {
    throw nothing
  })
  tell('here', () => Promise.reject(new Error('later')))
  await new Promise(setImmediate)

  t.same(
    lines().map(({ args }) => args[0]),
    ['here failed: Error: at once', 'here failed: [object Object]', 'here failed: Error: later'],
  )
})

t.test('any value has a text', async (t) => {
  t.equal(asText(new TypeError('x')), 'TypeError: x')
  t.equal(asText(undefined), 'undefined')
  t.equal(asText(Symbol('s')), 'Symbol(s)')
  t.equal(asText(Object.create(null)), '[object Object]')
})
