import fc from 'fast-check'
import t from 'tap'
import { baseURL, encodePath, requestURL, URLPath } from '../../lib/http/urls.ts'
import type { ConnectionScope } from '../../lib/types.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope, websocketScope } from '../support/scopes.ts'
import { anyText } from '../support/texts.ts'

const SERVER = { host: 'ex.com', port: 80 }

function hrefOf(overrides: Partial<ConnectionScope>): string {
  return requestURL(httpScope({ headers: [], server: SERVER, path: '/admin', ...overrides })).href
}

// RQ-4, RQ-8, DS-5; un-url-057 to 065
const scopes: [title: string, scope: Partial<ConnectionScope>, href: string][] = [
  ['server, path and query', { scheme: 'https', server: { host: 'example.org', port: 123 }, path: '/p', queryString: 'a=1' }, 'https://example.org:123/p?a=1'], // biome-ignore format: a table
  ['the default port left out', { scheme: 'wss', server: { host: 'h', port: 443 }, path: '/' }, 'wss://h/'], // biome-ignore format: a table
  ['another port kept', { server: { host: 'h', port: 8000 }, path: '/' }, 'http://h:8000/'],
  ['the Host field', { headers: ['host', 'foo.com:81'] }, 'http://foo.com:81/admin'],
  ['a mount prefix kept', { rootPath: '/a', path: '/a/b' }, 'http://ex.com/a/b'],
  ['an empty path', { path: '' }, 'http://ex.com/'],
  ['no server', { server: null }, 'http://localhost/admin'],
  // DS-19, un-url-083 and 084
  ['an IPv6 server', { server: { host: '::1', port: 8000 } }, 'http://[::1]:8000/admin'],
  ['a unix socket', { server: { host: '/tmp/sock', port: null } }, 'http://localhost/admin'],
  ['a server that is not valid in a URL', { server: { host: 'fe80::1%eth0', port: 1 } }, 'http://localhost/admin'], // biome-ignore format: a table
  ['special characters', { path: '/a b/é?#[%]' }, 'http://ex.com/a%20b/%C3%A9%3F%23%5B%25%5D'],
  ['the query as it came', { queryString: 'a=%zz&b=+' }, 'http://ex.com/admin?a=%zz&b=+'],
  ['a "#" in the query', { queryString: 'a=1#&b=2' }, 'http://ex.com/admin?a=1%23&b=2'],
]

for (const [title, scope, href] of scopes) {
  t.test(`the URL of a request has ${title}`, (t) => {
    t.equal(hrefOf(scope), href)
    t.end()
  })
}

// RQ-6; advisory rows 2 and 14: the path never moves into the authority.
const strange = [
  '@google.com',
  '//google.com/x',
  'http://google.com/x',
  'user:pass@g',
  '?y/admin',
  '#y/admin',
  ';y/admin',
  ':80/admin',
  '\\\\google.com',
  '/\\google.com',
  '.google.com',
  '..',
  '/../admin',
  '/./admin/.',
  '/%2e%2e/admin',
  '/..%2fadmin',
  '\t/x',
  '\ud83c',
]

for (const path of strange) {
  t.test(`the path ${JSON.stringify(path)} stays a path`, (t) => {
    const url = requestURL(httpScope({ path, headers: ['host', 'good.org'] }))

    t.equal(url.host, 'good.org')
    t.equal(url.username, '')
    t.equal(url.search, '')
    t.equal(url.hash, '')
    t.equal(url.pathname, path.startsWith('/') ? encodePath(path) : `/${encodePath(path)}`)
    t.end()
  })
}

// RQ-5, RQ-7; un-url-067 to 083; advisory rows 1, 26 and 27.
const hosts: [host: string, href: string][] = [
  ['FOO.com', 'http://foo.com/admin'],
  ['foo.com:0', 'http://foo.com:0/admin'],
  ['127.0.0.1:8', 'http://127.0.0.1:8/admin'],
  ['[::1]', 'http://[::1]/admin'],
  ['[::1]:80', 'http://[::1]/admin'],
  ['foo_bar', 'http://foo_bar/admin'],
  ['my_service:8000', 'http://my_service:8000/admin'],
  ['a.b:', 'http://a.b/admin'],
  ['example.org.', 'http://example.org/admin'],
  ['example.org.:81', 'http://example.org:81/admin'],
]
const unusable = [
  '', '::1', '[', '[]', '[zz::1]', '[::1', 'a b', ':80', 'a..b', '127.1', '0x7f.1', '2130706433', '.', 'a:99999', 'a:123456',
  'foo/?x=', 'foo/#', 'x/admin', 'x/admin?', 'x?', 'x#', 'x\\', 'x\\@y', 'a@b', 'a@b:1', 'a:b@c',
  '1.2.3.999', 'a\tb', 'a\n', 'é.org', 'a%2fb', 'a,b', "a'b",
] // biome-ignore format: a list

for (const [host, href] of [...hosts, ...unusable.map((host) => [host, 'http://ex.com/admin'])]) {
  t.test(`Host: ${JSON.stringify(host)} gives ${href}`, (t) => {
    t.equal(hrefOf({ headers: ['accept', '*/*', 'host', host ?? '', 'host', 'other'] }), href)
    t.end()
  })
}

t.test('the path of the URL is the path of the scope, for any Host and path', (t) => {
  const text = fc.oneof(anyText(), fc.webUrl(), fc.domain(), fc.ipV6())

  fc.assert(
    fc.property(text, text, text, (host, path, query) => {
      const queryString = query.replace(/[^!-~]/g, '')
      const headers = ['host', host]
      const url = requestURL(httpScope({ headers, path: `/${path}`, queryString }))
      t.equal(url.pathname, encodePath(`/${path}`))
      t.equal(url.hash, '')
      t.equal(url.username, '')
      t.strictSame([...url.searchParams], [...new URLSearchParams(queryString)])
    }),
    { numRuns: 200 },
  )
  t.end()
})

t.test('a websocket has a URL too', (t) => {
  t.equal(requestURL(websocketScope({ path: '/chat' })).href, 'ws://testserver/chat')
  t.end()
})

// RQ-9
const bases: [title: string, scope: Partial<ConnectionScope>, href: string][] = [
  ['the origin', {}, 'http://testserver/'],
  ['no path and no query', { path: '/x', queryString: 'a=1' }, 'http://testserver/'],
  ['the prefix of the server', { rootPath: '/proxy' }, 'http://testserver/proxy/'],
  ['one slash at the end', { rootPath: '/proxy/' }, 'http://testserver/proxy/'],
  ['a prefix without slash', { rootPath: 'proxy' }, 'http://testserver/proxy/'],
  ['the outermost prefix', { rootPath: '/proxy/users', appRootPath: '/proxy' }, 'http://testserver/proxy/'], // biome-ignore format: a table
  ['an outermost prefix that is empty', { rootPath: '/users', appRootPath: '' }, 'http://testserver/'], // biome-ignore format: a table
  ['a prefix percent-encoded', { rootPath: '/donn\u00e9es' }, 'http://testserver/donn%C3%A9es/'],
]

for (const [title, scope, href] of bases) {
  t.test(`the base URL has ${title}`, (t) => {
    t.equal(baseURL(httpScope(scope)).href, href)
    t.end()
  })
}

// DS-6; un-url-085 to 095
type Kind = 'http' | 'websocket' | ''
const absolutes: [path: string, protocol: Kind, host: string, base: string, href: string][] = [
  ['/', 'http', '', 'https://example.org', 'https://example.org/'],
  ['/', 'http', '', 'https://example.org/root_path/', 'https://example.org/root_path/'],
  ['/u', '', '', 'https://example.org', 'https://example.org/u'],
  ['/u', '', '', 'https://example.org/root', 'https://example.org/root/u'],
  ['/u', '', '', 'https://example.org/root//', 'https://example.org/root/u'],
  ['/ws', 'websocket', '', 'https://example.org', 'wss://example.org/ws'],
  ['/ws', 'websocket', '', 'http://example.org', 'ws://example.org/ws'],
  ['/ws', 'websocket', '', 'wss://example.org', 'wss://example.org/ws'],
  ['/x', 'http', '', 'wss://h', 'https://h/x'],
  ['/x', 'http', '', 'ws://h', 'http://h/x'],
  ['/x', '', '', 'wss://h', 'wss://h/x'],
  ['/x', 'http', 'other.org', 'https://h:8000', 'https://other.org/x'],
  ['/x', 'http', 'other.org:81', 'http://h', 'http://other.org:81/x'],
  ['/x', 'http', '[::1]:81', 'http://h', 'http://[::1]:81/x'],
  ['/a?b', 'http', '', 'http://h/q?z=1#f', 'http://h/q/a?b'],
  ['/x', 'http', '', 'http://user:password@h:81/', 'http://h:81/x'],
  ['@evil.org', 'http', '', 'http://good', 'http://good/@evil.org'],
  ['//evil.org', 'http', '', 'http://good', 'http://good//evil.org'],
]

for (const [path, protocol, host, base, href] of absolutes) {
  t.test(`${protocol || 'any'} ${host}${path} seen from ${base} is ${href}`, (t) => {
    t.equal(new URLPath(path, protocol, host).absolute(base).href, href)
    t.equal(new URLPath(path, protocol, host).absolute(new URL(base)).href, href)
    t.end()
  })
}

t.test('a URLPath converts to its path, in templates and in JSON', (t) => {
  const path = new URLPath('/users/7')

  t.equal(`${path}`, '/users/7')
  t.equal(JSON.stringify({ path }), '{"path":"/users/7"}')
  t.match(path, { path: '/users/7', protocol: '', host: '' })
  t.end()
})

for (const host of [
  'evil.org#',
  'evil.org?',
  'evil.org/',
  'a@evil.org',
  'evil.org\\',
  'a b',
  ':80',
]) {
  t.test(`a URLPath refuses the host ${JSON.stringify(host)}`, (t) => {
    t.throws(() => new URLPath('/', 'http', host), {
      name: 'TypeError',
      message: `URLPath: the host must be a name or an address, ${JSON.stringify(host)} was given. Check the parameters of the Host route.`,
    })
    t.end()
  })
}

t.test('an invalid base is refused', (t) => {
  t.throws(() => new URLPath('/').absolute('example.org'), { name: 'TypeError' })
  t.end()
})

for (const unit of ['-', '0:', '[', '[::', '/', '#', 'a.', '%']) {
  t.test(`the URL of a request is linear in many ${JSON.stringify(unit)}`, (t) => {
    const makeInput = (size: number): string => `${unit.repeat(size / unit.length)}x\\`

    assertLinear(t, makeInput, (host) => hrefOf({ headers: ['host', host] }))
    assertLinear(t, makeInput, (queryString) => hrefOf({ queryString }))
    assertLinear(t, makeInput, (path) => hrefOf({ path }))
    t.end()
  })
}
