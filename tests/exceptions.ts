import t from 'tap'
import {
  ClientDisconnected,
  HTTPException,
  isCloseCode,
  ProtocolError,
  UnsupportedProtocol,
  WebSocketException,
} from '../lib/exceptions.ts'
import { Headers } from '../lib/http/headers.ts'

// EX-1, un-exception-001 to 008
const texts: [status: number, detail: string | undefined, text: string][] = [
  [404, undefined, 'Not Found'],
  [400, undefined, 'Bad Request'],
  [413, undefined, 'Content Too Large'],
  [404, 'x', 'x'],
  [404, '', ''],
  [499, 'gone', 'gone'],
  [200, undefined, 'OK'],
  [599, 'last', 'last'],
]

for (const [status, detail, text] of texts) {
  t.test(`${status} with ${JSON.stringify(detail) ?? 'no detail'} says "${text}"`, (t) => {
    const error = new HTTPException(status, detail)

    t.equal(error.status, status)
    t.equal(error.detail, text)
    t.equal(error.message, text)
    t.strictSame(error.headers.list, [])
    t.end()
  })
}

// EX-2
t.test('an HTTPException is shown with its status', (t) => {
  const error = new HTTPException(404)

  t.equal(String(error), 'HTTPException: 404 Not Found')
  t.equal(error.name, 'HTTPException')
  t.ok(error instanceof Error)
  t.match(error.stack, /exceptions\.[jt]s/)
  t.end()
})

t.test('an exception of a subclass is shown with the name of the class', (t) => {
  class TooLate extends HTTPException {
    constructor() {
      super(410, 'too late')
    }
  }
  const error = new TooLate()

  t.equal(error.name, 'TooLate')
  t.equal(String(error), 'TooLate: 410 too late')
  t.ok(error instanceof HTTPException)
  t.end()
})

t.test('each HTTPException has its own headers', (t) => {
  const headers = new Headers(['www-authenticate', 'Basic', 'www-authenticate', 'Digest'])

  const error = new HTTPException(401, 'Who are you?', { headers })
  headers.delete('www-authenticate')

  t.strictSame(error.headers.list, ['www-authenticate', 'Basic', 'www-authenticate', 'Digest'])
  t.strictSame(new HTTPException(401, '', { headers: { 'X-A': '1' } }).headers.list, ['x-a', '1'])
  t.end()
})

t.test('a header that cannot be sent throws when the exception is created', (t) => {
  t.throws(() => new HTTPException(401, '', { headers: { a: 'x\r\ny' } }), {
    name: 'TypeError',
    message: /^Headers: the value of "a"/,
  })
  t.end()
})

t.test('an exception keeps its cause', (t) => {
  const cause = new Error('why')

  t.equal(new HTTPException(502, 'x', { cause }).cause, cause)
  t.equal(new WebSocketException(1011, 'x', { cause }).cause, cause)
  t.equal(new ClientDisconnected('x', { cause }).cause, cause)
  t.equal(new ProtocolError('x', { cause }).cause, cause)
  t.end()
})

for (const status of [
  0,
  100,
  101,
  199,
  600,
  999,
  -404,
  404.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
]) {
  t.test(`${status} is refused as a status of an exception`, (t) => {
    t.throws(() => new HTTPException(status, 'x'), {
      name: 'RangeError',
      message: `HTTPException: the status must be an integer from 200 to 599, ${status} was given. Interim responses are sent by the server.`,
    })
    t.end()
  })
}

// EX-1
t.test('a status without a phrase needs a detail', (t) => {
  t.throws(() => new HTTPException(499), {
    name: 'RangeError',
    message:
      'HTTPException: a status without a reason phrase needs a detail, 499 was given. Pass the text as second argument.',
  })
  t.end()
})

// EX-4, un-exception-010
t.test('a WebSocketException has a code and a reason', (t) => {
  const error = new WebSocketException(1008, 'Policy')

  t.equal(error.name, 'WebSocketException')
  t.equal(error.code, 1008)
  t.equal(error.reason, 'Policy')
  t.equal(error.message, 'Policy')
  t.ok(error instanceof Error)
  t.end()
})

t.test('the reason is empty by default', (t) => {
  const error = new WebSocketException(3000)

  t.equal(error.reason, '')
  t.equal(error.message, 'websocket closed with 3000')
  t.end()
})

t.test('a code that cannot be sent is refused', (t) => {
  t.throws(() => new WebSocketException(1006), {
    name: 'RangeError',
    message:
      'WebSocketException: the code must not be sent, 1006 was given. Use 1000 to 1014, except 1004, 1005 and 1006, or 3000 to 4999.',
  })
  t.end()
})

t.test('the reason is at most as long as a close frame allows', (t) => {
  t.equal(new WebSocketException(1000, 'é'.repeat(61)).reason.length, 61)
  t.throws(() => new WebSocketException(1000, 'é'.repeat(62)), {
    name: 'RangeError',
    message:
      'WebSocketException: the reason must have at most 123 bytes, 124 was given. Send longer texts in a message before.',
  })
  t.end()
})

// RFC 6455 section 7.4
t.test('accepts exactly the codes that can be sent', (t) => {
  const allowed = (code: number): boolean =>
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code) ||
    (code >= 3000 && code < 5000)

  for (let code = 0; code < 6000; code++) {
    if (isCloseCode(code) !== allowed(code)) t.fail(`code ${code}`)
  }
  for (const code of [-1000, 1000.5, Number.NaN, 65_536]) t.notOk(isCloseCode(code), String(code))
  t.end()
})

const contract: [error: Error, name: string, message: string][] = [
  [new ClientDisconnected(), 'ClientDisconnected', 'the client has disconnected'],
  [new ClientDisconnected('gone'), 'ClientDisconnected', 'gone'],
  [new ProtocolError('no'), 'ProtocolError', 'no'],
  [
    new UnsupportedProtocol('lifespan'),
    'UnsupportedProtocol',
    'this app does not serve the scope type "lifespan"',
  ],
]

for (const [error, name, message] of contract) {
  t.test(`${name} says "${message}"`, (t) => {
    t.ok(error instanceof Error)
    t.equal(String(error), `${name}: ${message}`)
    t.end()
  })
}
