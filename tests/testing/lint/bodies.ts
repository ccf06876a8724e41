import t from 'tap'
import {
  announcedLength,
  checkBody,
  checkStart,
  countBody,
  NO_LENGTH,
} from '../../../lib/testing/lint/bodies.ts'

const start = (...headers: string[]) => ({ type: 'http.response.start', status: 200, headers })
const body = (size: number, moreBody?: boolean) => ({
  type: 'http.response.body',
  body: new Uint8Array(size),
  moreBody,
})

t.test('a start has a status and headers', async (t) => {
  t.doesNotThrow(() => checkStart(start()))
  t.doesNotThrow(() => checkStart({ ...start(), trailers: true, 'my.key': 1 }))
  t.throws(() => checkStart({ ...start(), status: 101 }), {
    message:
      'lint: http.response.start: "status" must be an integer from 200 to 599, 101 was given. Interim responses are sent by the server.',
  })
  t.throws(() => checkStart({ type: 'x', status: 200 }), {
    message: /"headers" must be a flat list/,
  })
  t.throws(() => checkStart({ ...start(), trailers: 1 }), {
    message: /"trailers" must be a boolean/,
  })
})

t.test('a body has bytes, or is empty', async (t) => {
  t.doesNotThrow(() => checkBody({ type: 'http.response.body' }))
  t.doesNotThrow(() => checkBody(body(1, true)))
  t.throws(() => checkBody({ type: 'http.response.body', body: 'text' }), {
    message:
      'lint: http.response.body: "body" must be a Uint8Array, "text" was given. Encode text with TextEncoder.',
  })
  t.throws(() => checkBody({ type: 'http.response.body', moreBody: 'no' }), {
    message: /"moreBody" must be a boolean, "no" was given/,
  })
})

t.test('reads the announced length', async (t) => {
  t.equal(announcedLength(start()).announced, undefined)
  t.equal(announcedLength(start('x-a', 'content-length', 'content-length', '7')).announced, 7)
  t.equal(announcedLength(start('content-length', '7', 'content-length', '7')).announced, 7)
})

t.test('rejects an invalid length, and two lengths', async (t) => {
  for (const value of ['', '-1', '1.5', '0x10', '1, 1', ' 1', '1e3', '9999999999999999']) {
    t.throws(() => announcedLength(start('content-length', value)), {
      message: /content-length must be a number of bytes, .* was given/,
    })
  }
  t.throws(() => announcedLength(start('content-length', '7', 'content-length', '8')), {
    message: /must be one number, 7 and 8 were given/,
  })
})

t.test('compares the sent bytes with the announced length', async (t) => {
  const five = { announced: 5, sent: 0 }

  t.equal(countBody(NO_LENGTH, body(9)).sent, 9)
  t.equal(countBody(five, body(5)).sent, 5)
  t.equal(countBody(countBody(five, body(5, true)), { type: 'http.response.body' }).sent, 5)
  t.throws(() => countBody(five, body(4)), { message: /content-length is 5, but .* 4 bytes\. / })
  t.throws(() => countBody(five, body(6)), { message: /content-length is 5, but .* 6 bytes\. / })
  t.throws(() => countBody(five, body(6, true)), { message: /has 6 bytes or more\. / })
})
