import t from 'tap'
import { CLOSE, checkContent, DISCONNECT } from '../../../lib/testing/lint/frames.ts'
import { checkKeys } from '../../../lib/testing/lint/keys.ts'

t.test('a message has either text or bytes', async (t) => {
  const check = (content: object) => () =>
    checkContent('websocket.send', { type: 'websocket.send', ...content }, 'Look again.')

  t.doesNotThrow(check({ text: '' }))
  t.doesNotThrow(check({ bytes: new Uint8Array(0) }))
  t.doesNotThrow(check({ text: 'a', bytes: undefined }))
  t.throws(check({}), { message: /exactly one of "text" and "bytes" is required, neither was/ })
  t.throws(check({ text: 'a', bytes: new Uint8Array(1) }), { message: /both were given/ })
  t.throws(check({ text: 1 }), { message: /"text" must be text, 1 was given/ })
  t.throws(check({ text: null }), { message: /"text" must be text, null was given/ })
  t.throws(check({ bytes: 'a' }), { message: /"bytes" must be a Uint8Array, "a" was given/ })
})

t.test('a close has a code that may be sent, and a short reason', async (t) => {
  const check = (keys: object) => () =>
    checkKeys('websocket.close', { type: 'websocket.close', ...keys }, CLOSE, 'Look again.')

  for (const code of [undefined, 1000, 1001, 1003, 1007, 1014, 3000, 4999]) {
    t.doesNotThrow(check({ code }))
  }
  for (const code of [null, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, '1000']) {
    t.throws(check({ code }), { message: /"code" must be a close code that may be sent, / })
  }
  t.doesNotThrow(check({ reason: 'x'.repeat(123) }))
  t.throws(check({ reason: 'x'.repeat(124) }), { message: /123 bytes at most, it has 124/ })
  t.throws(check({ reason: 'é'.repeat(62) }), { message: /123 bytes at most, it has 124/ })
  t.throws(check({ reason: null }), { message: /"reason" must be text, null was given/ })
})

t.test('a disconnect has a code and a reason', async (t) => {
  const check = (keys: object) => () => checkKeys('x', { ...keys }, DISCONNECT, 'Look again.')

  for (const code of [1000, 1005, 1006, 1012, 4999]) t.doesNotThrow(check({ code, reason: '' }))
  for (const code of [undefined, 999, 5000, '1000']) {
    t.throws(check({ code, reason: '' }), { message: /"code" must be a close code, / })
  }
  t.throws(check({ code: 1000 }), { message: /"reason" must be text, undefined was given/ })
})
