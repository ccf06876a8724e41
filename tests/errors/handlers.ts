import t from 'tap'
import { type ExceptionHandler, ExceptionHandlers, handlersOf } from '../../lib/errors/handlers.ts'
import { answerHTTPException } from '../../lib/errors/table.ts'
import { HTTPException, WebSocketException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { Response } from '../../lib/responses/response.ts'
import { httpScope } from '../support/scopes.ts'

class Invalid extends Error {}
class InvalidOrder extends Invalid {}
class Missing extends HTTPException {
  constructor() {
    super(404, 'missing')
  }
}

const one: ExceptionHandler = () => new PlainTextResponse('one')
const two: ExceptionHandler = () => new PlainTextResponse('two')

// EX-5
t.test('the handler of a status takes precedence over that of the class', (t) => {
  const handlers = new ExceptionHandlers([
    [HTTPException, one],
    [Missing, one],
    [404, two],
  ])

  t.equal(handlers.find(new HTTPException(404)), two)
  t.equal(handlers.find(new Missing()), two)
  t.equal(handlers.find(new HTTPException(403)), one)
  t.end()
})

t.test('the handler of the nearest class is called, in any order of the handlers', (t) => {
  const handlers = new ExceptionHandlers([
    [Invalid, one],
    [InvalidOrder, two],
  ])

  t.equal(handlers.find(new InvalidOrder()), two)
  t.equal(handlers.find(new Invalid()), one)
  t.equal(new ExceptionHandlers([[Invalid, one]]).find(new InvalidOrder()), one)
  t.end()
})

t.test('a class between an exception and HTTPException answers for it', (t) => {
  const handlers = new ExceptionHandlers([
    [HTTPException, one],
    [Missing, two],
  ])

  t.equal(handlers.find(new Missing()), two)
  t.end()
})

t.test('a status matches HTTPExceptions only', (t) => {
  const handlers = new ExceptionHandlers([[404, one]])

  t.equal(handlers.find(Object.assign(new Error('x'), { status: 404 })), undefined)
  t.end()
})

// EX-18
t.test('the key 500 and the class Error are for bugs, not for exceptions', (t) => {
  const handlers = new ExceptionHandlers([[500, one]])

  t.equal(handlers.serverError, one)
  t.not(handlers.find(new HTTPException(500)), one)
  t.equal(handlers.find(new Error('bug')), undefined)
  t.equal(new ExceptionHandlers([[Error, two]]).serverError, two)
  t.equal(new ExceptionHandlers([[Error, two]]).find(new Error('bug')), undefined)
  t.equal(new ExceptionHandlers([[Error, two], [500, one]]).serverError, one) // biome-ignore format: short
  t.equal(new ExceptionHandlers().serverError, undefined)
  t.end()
})

t.test('only HTTPException has a default handler', (t) => {
  const handlers = new ExceptionHandlers()

  t.type(handlers.find(new HTTPException(404)), 'function')
  t.equal(handlers.find(new Invalid()), undefined)
  t.equal(handlers.find(new WebSocketException(1000)), undefined)
  t.end()
})

t.test('thrown values need not be Errors', (t) => {
  class Plain {}
  const handlers = new ExceptionHandlers([[Plain, one]])

  t.equal(handlers.find(new Plain()), one)
  for (const value of ['text', 7, null, undefined, {}, Object.create(null), () => {}]) {
    t.equal(handlers.find(value), undefined)
  }
  t.end()
})

t.test('a handler that is added replaces the previous one', (t) => {
  const handlers = new ExceptionHandlers(new Map([[404, one]]))

  handlers.add(404, two)
  handlers.add(Invalid, two)

  t.equal(handlers.find(new HTTPException(404)), two)
  t.equal(handlers.find(new Invalid()), two)
  t.end()
})

const misuse: [title: string, entry: [unknown, unknown], shown: string][] = [
  ['a text as key', ['404', one], '["404", a function]'],
  ['no handler', [404, undefined], '[404, undefined]'],
  ['a response instead of a handler', [404, new Response()], '[404, an object (Response)]'],
  ['an entry the wrong way round', [one, 404], '[a function, 404]'],
  ['a key that is no class', [one, two], '[a function, a function]'],
  ['an instance as key', [new Invalid(), one], '[an object (Invalid), a function]'],
  ['a status that no exception has', [101, one], '[101, a function]'],
  ['a status that is none', [4040, one], '[4040, a function]'],
  ['no integer', [404.5, one], '[404.5, a function]'],
  ['nothing as key', [undefined, one], '[undefined, a function]'],
]

for (const [title, entry, shown] of misuse) {
  t.test(`refuses ${title}`, (t) => {
    t.throws(() => new ExceptionHandlers([entry as [number, ExceptionHandler]]), {
      name: 'TypeError',
      message: `exceptionHandlers: an entry must be [status or error class, handler], ${shown} was given. Write [404, (request, error) => …].`,
    })
    t.end()
  })
}

t.test('reads the handlers that a middleware put into the scope, or the defaults', (t) => {
  const handlers = new ExceptionHandlers()

  t.equal(handlersOf(httpScope({ exceptionHandlers: handlers })), handlers)
  t.type(handlersOf(httpScope()).find(new HTTPException(404)), 'function')
  handlersOf(httpScope({ exceptionHandlers: 'others' })).add(404, () => {})
  t.equal(handlersOf(httpScope()).find(new HTTPException(404)), answerHTTPException, 'made anew')
  t.end()
})
