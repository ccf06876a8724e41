// Mistakes that a newcomer makes: each is told where it is made, with what was given and what to write.
import {
  Application,
  JSONResponse,
  Mount,
  PlainTextResponse,
  RedirectResponse,
  Route,
  Router,
} from 'stellula'
import { SimpleUser } from 'stellula/authentication'
import { channels, memoryBackend, redisBackend } from 'stellula/channels'
import { fromConnect } from 'stellula/interop/fromconnect'
import { basicAuth } from 'stellula/middleware/basicauth'
import { bearerAuth } from 'stellula/middleware/bearerauth'
import { cors } from 'stellula/middleware/cors'
import { csrfToken } from 'stellula/middleware/csrf'
import { sessions } from 'stellula/middleware/sessions'
import { memoryStore, redisStore } from 'stellula/stores'
import { testClient } from 'stellula/testclient'
import t from 'tap'

const home = () => new PlainTextResponse('home')

class Users {
  get() {
    return home()
  }
}

/** JavaScript has no types to refuse them. */
const any = <Given>(value: Given): never => value as never

const MISTAKES: readonly (readonly [mistake: string, make: () => unknown, message: RegExp])[] = [
  [
    'a class as a handler',
    () => Route('/', any(Users)),
    /the class Users was given\. Write a table/,
  ],
  [
    'a list as a handler',
    () => Route('/', any([home])),
    /must be a function .* \[a function\] was/,
  ],
  ['a promise as a handler', () => Route('/', any(Promise.resolve(home))), /\(Promise\) was given/],
  [
    'a number as a name',
    () => Route('/', home, { name: any(7) }),
    /name must be text, 7 was given/,
  ],
  [
    'one middleware without a list',
    () => Route('/', home, { middleware: any(cors({ origins: ['*'] })) }),
    /middleware must be a list, a function was given\. Write middleware: \[cors\(/,
  ],
  [
    'middleware by name',
    () => Application({ middleware: any({ cors }) }),
    /middleware must be a list/,
  ],
  ['debug as text', () => Application({ debug: any('yes') }), /debug must be true or false, "yes"/],
  [
    'an exception handler without its key',
    () => Application({ exceptionHandlers: any([home]) }),
    /an entry must be \[status or error class, handler\], a function was given/,
  ],
  [
    'a backend that was not made',
    () => channels({ backend: any(memoryBackend) }),
    /memoryBackend\(\)/,
  ],
  [
    'the URL of Redis',
    () => redisBackend({ client: any('redis://:pw@x') }),
    /^(?!.*pw).*new Redis/,
  ],
  [
    'the URL of Redis for a store',
    () => redisStore({ client: any('redis://x') }),
    /new Redis\(url\)/,
  ],
  ['a store that was not made', () => sessions({ store: any(memoryStore) }), /memoryStore\(\)/],
  [
    'users as a list',
    () => basicAuth({ users: any(['ada']) }),
    /an object of passwords, \["ada"\]/,
  ],
  ['no options', () => bearerAuth(any(undefined)), /bearerAuth: the options must be an object/],
  ['no middleware of Express', () => fromConnect(), /at least one middleware, nothing was given/],
  ['no URL', () => new RedirectResponse(any(undefined)), /it needs a URL, undefined was given/],
  [
    'a user without a name',
    () => new SimpleUser(any(undefined)),
    /the name must be text, undefined/,
  ],
  [
    'a date as text',
    () => home().setCookie('a', 'b', { expires: any('tomorrow') }),
    /expires must be valid, "tomorrow" was given\. Write new Date/,
  ],
]

for (const [mistake, make, message] of MISTAKES) {
  t.test(`${mistake} throws at definition`, async (t) => {
    t.throws(make, { name: 'TypeError', message })
    t.throws(make, { message: /^[\w" /:.]+: .+, .+\. .+[.)]$/ }, 'in the form of all messages')
  })
}

t.test('returning a class instead of a response throws', async (t) => {
  await using client = await testClient(
    Router([
      Route(
        '/',
        any(() => JSONResponse),
      ),
    ]),
  )
  await t.rejects(client.get('/'), /returned a function\. Write new JSONResponse\(…\)\./)
})

t.test('csrfToken refuses the request, since it needs the session', async (t) => {
  await using client = await testClient(
    Router([Route('/', async (request) => new PlainTextResponse(await csrfToken(any(request))))]),
  )
  await t.rejects(
    client.get('/'),
    /an object \(Request\) was given\. Write csrfToken\(request\.session\)/,
  )
})

const user = Route('/{id:int}', home, { name: 'user' })

const NO_URLS: readonly (readonly [mistake: string, args: readonly unknown[], message: RegExp])[] =
  [
    ['a name with a slip', ['users:usr', { id: 1 }], /Did you mean "users:user" with \{ id \}\?$/],
    ['a path', ['/users/7'], /A route is found by its name, not by its path/],
    ['nothing', [undefined], /Pass the name of a route, or the route\.$/],
    ['a handler', [home], /Pass the route of this handler, or its name\.$/],
    [
      'a route without its parameters',
      [user],
      /The route is there, and its path has other parameters/,
    ],
    [
      'a number in place of parameters',
      ['users:user', 7],
      /must be an object, 7 was given\. Write \{ id: 7 \}/,
    ],
    ['null in place of parameters', ['users:user', null], /must be an object, null was given/],
  ]

for (const [mistake, args, message] of NO_URLS) {
  t.test(`urlFor is given ${mistake}`, async (t) => {
    const link = Route('/', (request) => {
      const urlFor = request.urlFor.bind(request) as (...args: readonly unknown[]) => URL
      return new PlainTextResponse(urlFor(...args).href)
    })
    const app = Application({ routes: [link, Mount('/users', Router([user]), { name: 'users' })] })
    await using client = await testClient(app)
    await t.rejects(client.get('/'), message)
  })
}
