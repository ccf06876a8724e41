import fc from 'fast-check'
import t from 'tap'
import { upstreamPath } from '../../../lib/interop/proxy/path.ts'
import { assertLinear } from '../../support/linear.ts'
import { runs } from '../../support/runs.ts'
import { httpScope } from '../../support/scopes.ts'

/** The path that an upstream at a base is asked for. */
function asked(rawPath: string, rootPath = '', base = '/v1', queryString = ''): string | undefined {
  return upstreamPath(
    base,
    httpScope({ path: decodeURIComponent(rawPath), rawPath, rootPath, queryString }),
  )
}

t.test('the base replaces the mount, and the rest is not changed', async (t) => {
  for (const [rawPath, rootPath, expected] of [
    ['/', '', '/v1/'],
    ['/a/b', '', '/v1/a/b'],
    ['/api/a', '/api', '/v1/a'],
    ['/api/', '/api', '/v1/'],
    ['/api', '/api', '/v1'],
    ['/api/a%2Fb', '/api', '/v1/a%2Fb'],
    ['/api/%E2%82%AC%20%25%3F', '/api', '/v1/%E2%82%AC%20%25%3F'],
    ['/donn%C3%A9es/x', '/données', '/v1/x'],
    ['/%64onn%c3%a9es/%64', '/données', '/v1/%64'],
    ['/%F0%9F%8C%9F%E2%82%AC/x', '/🌟€', '/v1/x'],
    ['/a%2Fb/x', '/a/b', '/v1/x'],
    ['/api//a///b', '/api', '/v1//a///b'],
    ["/api/a;b=c,d!$&'()*+:@~", '/api', "/v1/a;b=c,d!$&'()*+:@~"],
    ['/api/...', '/api', '/v1/...'],
    ['/api/..a/a../.well-known', '/api', '/v1/..a/a../.well-known'],
    ['/apix/a', '/api', '/v1/apix/a'],
  ] as const) {
    t.equal(asked(rawPath, rootPath), expected, rawPath)
  }
  t.equal(asked('/', '', ''), '/')
  t.equal(asked('/api', '/api', ''), '/')
  t.equal(asked('/a', '', '', 'b=c?d&e=%20'), '/a?b=c?d&e=%20')
})

t.test('rejects paths that a parser could resolve out of the base', async (t) => {
  for (const rest of [
    '..',
    '.',
    '../',
    '../x',
    'a/../x',
    'a/..',
    'a/./b',
    '%2e%2e/x',
    '%2e%2E',
    '.%2e/x',
    '..%2fx',
    'a%2f..%2f..%2fx',
    '%252e%252e/x',
    '%25252e%25252e%25252fx',
    '%2525252525252e',
    '..;/x',
    '..;a=b/x',
    '..%3b/x',
    '..%5cx',
    'a%5c..%5cx',
    '..%00/x',
    '..%20/x',
    '%09..',
    '..%23',
    '..%3f',
  ]) {
    t.equal(asked(`/api/${rest}`, '/api'), undefined, rest)
  }
  t.equal(asked('/api%2F..', '/api'), undefined)
})

t.test('rejects invalid paths', async (t) => {
  for (const [path, rawPath] of [
    ['*', '*'],
    ['', ''],
    ['x', 'x'],
    ['/a\\b', '/a\\b'],
    ['/a#b', '/a#b'],
    ['/a?b', '/a?b'],
    ['/a b', '/a b'],
    ['/ä', '/ä'],
    ['/a\r\nb', '/a\r\nb'],
  ]) {
    const scope = httpScope({ path: path ?? '', rawPath: rawPath ?? '' })
    const expected = path === '' ? '/v1' : undefined
    t.equal(upstreamPath('/v1', scope), expected, JSON.stringify(rawPath))
  }
  for (const queryString of ['a#b', 'a b', 'ä', 'a\r\nb']) {
    t.equal(asked('/', '', '', queryString), undefined, queryString)
  }
})

t.test('the encoded path must have a segment boundary at the mount', async (t) => {
  t.equal(asked('/api%2Fx', '/api'), undefined)
  t.equal(asked('/%E2%82%AC', '/'), '/v1/%E2%82%AC', 'a root path without a border is no prefix')
})

t.test('a path that a middleware changed is encoded', async (t) => {
  const written = (path: string): string | undefined =>
    upstreamPath('/v1', httpScope({ path, rawPath: '/old%20one', rootPath: '/new' }))

  t.equal(written('/new/a b?#%'), '/v1/a%20b%3F%23%25')
  t.equal(written('/new/../x'), undefined)
  const broken = httpScope({ path: '/a', rawPath: '/%ff' })
  t.equal(upstreamPath('/v1', broken), '/v1/a')
})

t.test('no path leaves the base, however it is resolved', async (t) => {
  const piece = fc.constantFrom('.', '..', '/', '\\', '%', '2e', '5c', '2f', '25', ';', 'a', '00')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const rawPath = `/api/${pieces.join('')}`
      let path: string
      try {
        path = decodeURIComponent(rawPath)
      } catch {
        return
      }
      const target = upstreamPath('/v1', httpScope({ path, rawPath, rootPath: '/api' }))
      if (target === undefined) return
      for (let text = target, round = 0; round < 4; round++) {
        const resolved = new URL(text, 'http://h')
        if (!/^\/v1(?:\/|$)/.test(resolved.pathname)) throw new Error(`${target} leaves the base`)
        text = text.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        )
      }
    }),
    { numRuns: runs(1_000) },
  )
  t.pass('for all paths')
})

t.test('takes linear time', async (t) => {
  const long = `/api/${'%E2%82%AC/..a'.repeat(1_000)}`
  t.equal(asked(long, decodeURIComponent(long)), '/v1')
  t.equal(asked(long, '/api'), `/v1${long.slice(4)}`)
  const worst: Readonly<Record<string, (size: number) => string>> = {
    'blanks behind a dot': (size) => `/.${'%20'.repeat(size / 3)}x`,
    'blanks around dots': (size) => `/${'%20'.repeat(size / 6)}.${'%20'.repeat(size / 6)}x`,
    'dots and blanks': (size) => `/${'.%20'.repeat(size / 4)}x`,
    slashes: (size) => '/'.repeat(size),
    backslashes: (size) => `/${'%5c.%00'.repeat(size / 7)}x`,
    escapes: (size) => `/%${'25'.repeat(size / 2)}`,
  }
  for (const make of Object.values(worst)) {
    assertLinear(t, make, (path) => asked(path, '/'))
  }
})
