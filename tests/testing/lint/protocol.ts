import t from 'tap'
import {
  assertForeign,
  assertOffered,
  messageOf,
  outOfOrder,
} from '../../../lib/testing/lint/protocol.ts'

t.test('a message is an object with a type, and is not copied', async (t) => {
  const message = { type: 'x', extra: 1 }

  t.equal(messageOf('a message', message), message)
  for (const [value, given] of [
    [undefined, 'undefined'],
    ['http.response.start', '"http.response.start"'],
    [{}, 'undefined'],
    [{ type: 7 }, '7'],
  ]) {
    t.throws(() => messageOf('a message', value), {
      message: new RegExp(`^lint: a message must be an object with a "type", ${given} was given`),
    })
  }
})

t.test('messages of an offered extension pass', async (t) => {
  t.doesNotThrow(() => assertForeign('my.ext', 'http', ['my.ext'], 'app'))
  t.doesNotThrow(() => assertForeign('my.ext.start', 'http', ['my.ext'], 'server'))
  t.throws(() => assertForeign('my.ext', 'http', [], 'app'), {
    message: /^lint: "my\.ext" is not a message that an app sends on http scopes/,
  })
  t.throws(() => assertForeign('http.request', 'lifespan', [], 'server'), {
    message: /^lint: the server sent "http\.request", which is not a message of lifespan scopes/,
  })
})

t.test('an extension that is not offered is reported', async (t) => {
  t.doesNotThrow(() => assertOffered('a', 'a.start', ['a']))
  t.throws(() => assertOffered('a', 'a.start', ['b']), {
    message: /^lint: a\.start needs the extension "a", which this scope does not offer/,
  })
})

t.test('a message out of order has a reason', async (t) => {
  t.equal(
    outOfOrder('a', 'it is late', 'Hurry.').message,
    'lint: a: out of place, it is late. Hurry.',
  )
})
