// Options that do not exist, given to methods and handlers.
import t from 'tap'
import { websocketListener, websocketStream } from '../../lib/endpoints.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { Request } from '../../lib/requests.ts'
import { httpScope, receiving } from '../support/scopes.ts'

/** What JavaScript may pass, without its type. */
// biome-ignore lint/complexity/noBannedTypes: fits every type of options
const options = (given: object): {} => given

t.test('handlers and exceptions refuse unknown options', async (t) => {
  t.throws(() => websocketListener(() => {}, options({ pars: 1 })), {
    message: 'websocketListener: unknown option "pars". Did you mean "parse"?',
  })
  t.throws(() => websocketStream(() => [], options({ x: 1 })), {
    message: /^websocketStream: unknown option "x"/,
  })
  t.throws(() => new HTTPException(404, 'x', options({ header: {} })), {
    message: 'HTTPException: unknown option "header". Did you mean "headers"?',
  })
  const limit = { max: 1, seconds: 1, second: 2 }
  t.throws(() => rateLimit({ limits: [limit] }), {
    message: 'rateLimit: limits: unknown option "second". Did you mean "seconds"?',
  })
  // @ts-expect-error a list is needed
  t.throws(() => exceptions({ 404: () => {} }), {
    message: /^exceptions: the argument must be a list of pairs, an object was given/,
  })
})

t.test('the readers of a request refuse unknown options', async (t) => {
  const request = new Request(httpScope(), receiving([]))
  const unknown = options({ maxsize: 1 })
  for (const name of ['text', 'json', 'form'] as const) {
    await t.rejects(request[name](unknown), { message: new RegExp(`^request.${name}: unknown`) })
  }
  await t.rejects(request.parts(unknown).next(), { message: /^request.parts: unknown/ })
  t.throws(() => request.bytes(unknown), { message: /^request.bytes: unknown/ })
  t.throws(() => request.stream(unknown), { message: /^request.stream: unknown/ })
})
