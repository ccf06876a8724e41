import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import {
  names,
  type PreflightRequest,
  permissionsOf,
  preflightFields,
  preflightRequestOf,
  refusedParts,
  requestedMethod,
} from '../../../lib/middleware/cors/preflight.ts'
import { httpScope } from '../../support/scopes.ts'

const REQUEST_METHOD = 'access-control-request-method'
const REQUEST_HEADERS = 'access-control-request-headers'

const fieldsOf = (options: Parameters<typeof permissionsOf>[0]) =>
  new Headers(permissionsOf(options).fields).toJSON()

const wanting = (preflight: Partial<PreflightRequest>): PreflightRequest => ({
  method: 'GET',
  headers: [],
  privateNetwork: false,
  ...preflight,
})

// MW-CORS-1, MW-CORS-6
t.test('the defaults', async (t) => {
  t.same(fieldsOf({}), {
    'access-control-allow-methods': 'GET',
    'access-control-max-age': '600',
    'access-control-allow-headers': 'Accept, Accept-Language, Content-Language, Content-Type',
  })
})

t.test('the allowed methods and fields are listed', async (t) => {
  const options = {
    methods: ['put', 'GET'],
    headers: ['X-B', 'content-type', 'A-B', 'x-b'],
    maxAge: 0,
    credentials: true,
  }

  t.same(fieldsOf(options), {
    'access-control-allow-methods': 'PUT, GET',
    'access-control-max-age': '0',
    'access-control-allow-headers':
      'A-B, Accept, Accept-Language, Content-Language, Content-Type, X-B',
    'access-control-allow-credentials': 'true',
  })
})

// MW-CORS-2, MW-CORS-7
t.test('wildcards', async (t) => {
  for (const any of ['*', ['*']] as const) {
    t.same(fieldsOf({ methods: any, headers: any }), {
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-max-age': '600',
    })
  }
})

// MW-CORS-4, MW-CORS-19
t.test('only OPTIONS with a requested method is a preflight', async (t) => {
  const headers = [REQUEST_METHOD, 'PUT']

  t.equal(requestedMethod(httpScope({ method: 'OPTIONS', headers })), 'PUT')
  t.equal(requestedMethod(httpScope({ method: 'GET', headers })), undefined)
  t.equal(requestedMethod(httpScope({ method: 'OPTIONS', headers: [] })), undefined)
})

t.test('reads the requested fields, and ignores empty elements', async (t) => {
  const headers = [REQUEST_HEADERS, ' X-A,, b ,', REQUEST_HEADERS, 'C']
  const local = ['access-control-request-private-network', 'true']

  t.same(preflightRequestOf('GET', httpScope({ headers })), wanting({ headers: ['X-A', 'b', 'C'] }))
  t.same(preflightRequestOf('PUT', httpScope({ headers: local })), {
    method: 'PUT',
    headers: [],
    privateNetwork: true,
  })
})

// MW-CORS-8, MW-CORS-17, MW-CORS-18
t.test('refused fields are listed in order', async (t) => {
  const permissions = permissionsOf({ methods: ['GET'], headers: ['X-A'] })
  const all = wanting({ method: 'get', headers: ['x-b', 'x-c'], privateNetwork: true })

  t.same(refusedParts(wanting({ headers: ['x-a', 'ACCEPT'] }), permissions), [])
  t.same(refusedParts(all, permissions), ['method', 'headers', 'private-network'])
  t.same(
    refusedParts(wanting({ privateNetwork: true }), permissionsOf({ privateNetwork: true })),
    [],
  )
})

t.test('with headers: ’*’, invalid names are still refused', async (t) => {
  const permissions = permissionsOf({ headers: '*' })
  const preflight = wanting({ headers: ['X-A', 'a b', 'é'] })

  t.same(refusedParts(preflight, permissions), ['headers'])
  t.same(
    new Headers(preflightFields(preflight, permissions)).get('access-control-allow-headers'),
    'X-A',
  )
})

t.test('private network access is answered if requested', async (t) => {
  const name = 'access-control-allow-private-network'
  const fields = (privateNetwork: boolean, options: { privateNetwork?: boolean }) =>
    new Headers(preflightFields(wanting({ privateNetwork }), permissionsOf(options))).get(name)

  t.equal(fields(true, { privateNetwork: true }), 'true')
  t.equal(fields(false, { privateNetwork: true }), null)
  t.equal(fields(true, {}), null)
})

t.test('an answer does not change the next one', async (t) => {
  const permissions = permissionsOf({ headers: '*' })
  const first = preflightFields(wanting({ headers: ['x-a'] }), permissions)

  t.same(preflightFields(wanting({}), permissions), [
    'access-control-allow-methods',
    'GET',
    'access-control-max-age',
    '600',
  ])
  t.ok(first.includes('x-a'))
})

t.test('invalid options throw at once', async (t) => {
  for (const maxAge of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => permissionsOf({ maxAge }), {
      name: 'RangeError',
      message: `cors: maxAge must be a whole number of seconds, ${maxAge} was given. Write 0 to disable caching.`,
    })
  }
  t.throws(() => permissionsOf({ methods: ['GET, POST'] }), {
    name: 'TypeError',
    message:
      'cors: methods must be a list of names, "GET, POST" was given. Give each name on its own.',
  })
  t.throws(() => permissionsOf({ methods: true as never }), {
    message: /methods must be a list, true/,
  })
  t.throws(() => permissionsOf({ headers: {} as never }), { message: /headers must be a list, an/ })
  t.throws(() => permissionsOf({ headers: ['x-a\r\nx-b'] }), {
    message: /^cors: headers must be a list/,
  })
  t.throws(() => names('headers', 'x-a' as '*'), {
    message: 'cors: headers must be a list, "x-a" was given. Write headers: [\'…\'].',
  })
})
