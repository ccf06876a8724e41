import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromNode, type NodeHandler } from '../../lib/interop/fromnode.ts'
import { accessLog } from '../../lib/middleware/accesslog.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { Mount } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { folderOf } from '../support/folder.ts'
import { type Foreign, foreignSites } from '../support/foreign.ts'
import { request } from '../support/sockets.ts'
import { framedAs, twice, type Understood } from '../support/twice.ts'

const directory = folderOf(t, {
  'page.html': '<h1>page</h1>',
  'long.txt': 'long '.repeat(10_000),
  sub: { 'index.html': '<h1>sub</h1>' },
})
const CLOSE = 'connection: close'
const ORIGIN = 'origin: https://example.org'

function multipart(): { fields: string[]; body: string } {
  const body = [
    '--b',
    'content-disposition: form-data; name="title"',
    '',
    'a title',
    '--b',
    'content-disposition: form-data; name="file"; filename="a.txt"',
    'content-type: text/plain',
    '',
    'x'.repeat(100_000),
    '--b--',
    '',
  ].join('\r\n')
  return {
    fields: ['content-type: multipart/form-data; boundary=b', `content-length: ${body.length}`],
    body,
  }
}

const FORM = 'a=1&b=two'
const JSON_TEXT = '{"a":[1,2],"b":"é"}'
const CHUNKS = '5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'
const { fields: UPLOAD, body: UPLOADED } = multipart()

/** What a client asks a site for; the path is relative to where the site is. */
const ASKED: readonly (readonly [line: string, fields?: readonly string[], body?: string])[] = [
  ['GET /'],
  ['GET /?q=1'],
  ['HEAD /'],
  ['GET /visits'],
  ['GET /visits', ['cookie: visits=3; other=1']],
  ['GET /nowhere'],
  ['GET /nowhere%20at%2Fall?a=%20'],
  ['POST /json', ['content-type: application/json', 'content-length: 19'], JSON_TEXT],
  ['POST /json', ['content-type: application/json', 'content-length: 1'], '{'],
  ['POST /form', ['content-type: application/x-www-form-urlencoded', 'content-length: 9'], FORM],
  ['POST /upload', UPLOAD, UPLOADED],
  ['POST /echo', ['content-type: text/plain', 'transfer-encoding: chunked'], CHUNKS],
  ['POST /echo', ['content-type: text/plain', 'content-length: 5'], 'hello'],
  ['GET /stream'],
  ['HEAD /stream'],
  ['GET /large'],
  ['GET /away'],
  ['GET /error'],
  ['GET /static/page.html'],
  ['HEAD /static/page.html'],
  ['GET /static/page.html', ['range: bytes=4-7']],
  ['GET /static/long.txt', ['range: bytes=0-3,9-12']],
  ['GET /static/long.txt'],
  ['GET /static/sub'],
  ['GET /static/sub/'],
  ['GET /static/missing'],
  ['GET /static/..%2fx'],
  ['OPTIONS /'],
  ['DELETE /visits'],
]

/** What our middleware adds; taken away, nothing may be left that the site has not sent itself. */
function withoutAdded({ headers, ...rest }: Understood, wanted: Understood): Understood {
  const { 'access-control-allow-origin': origin, vary = [], ...others } = headers
  const named = vary.flatMap((value) => value.split(', '))
  const own = (wanted.headers['vary'] ?? []).flatMap((value) => value.split(', '))
  const kept = named.filter((name) => own.includes(name))
  return {
    ...rest,
    headers: {
      ...others,
      ...(kept.length > 0 ? { vary: wanted.headers['vary'] ?? [] } : {}),
      ...(origin?.[0] === '*' ? {} : { origin: origin ?? [] }),
    },
  }
}

/** Redirects lead to where the site is now, and say so in their bodies. */
function withoutPrefix({ headers, body, ...rest }: Understood): Understood {
  const plain = body.replaceAll('/a/b/', '/')
  const changed = { ...headers }
  const { location, 'content-length': length } = headers
  if (location) changed['location'] = location.map((value) => value.replace(/^\/a\/b\//, '/'))
  if (length) changed['content-length'] = [`${Number(length[0]) - (body.length - plain.length)}`]
  return { ...rest, headers: changed, body: plain }
}

function mounted(handler: NodeHandler): { app: App; lines: object[] } {
  const lines: object[] = []
  const write = (line: object): number => lines.push(line)
  const app = Application({
    routes: [Mount('/a', Application({ routes: [Mount('/b', fromNode(handler))] }))],
    middleware: [
      accessLog({ logger: { info: write, error: write } }),
      cors({ origins: '*' }),
      compress(),
      sessions({ secret: 'a secret for tests of 32 bytes or so' }),
    ],
  })
  return { app, lines }
}

for (const site of await foreignSites(directory)) {
  t.test(`${site.name} below /a/b and behind middleware as alone`, (t) => sameAsBare(t, site))
}

async function sameAsBare(t: Test, { handler, knowsPrefix }: Foreign): Promise<void> {
  const { app, lines } = mounted(handler)
  const { bare, inside, errors } = await twice(t, handler, app)
  for (const [line, fields = [], body = ''] of ASKED) {
    const wanted = await bare(request(line, [CLOSE, ORIGIN, ...fields], body))
    const below = request(line.replace(' /', ' /a/b/'), [CLOSE, ORIGIN, ...fields], body)
    const found = framedAs(wanted, withoutAdded(await inside(below), wanted))
    t.strictSame(knowsPrefix ? withoutPrefix(found) : found, wanted, line)
  }
  t.strictSame(errors, [])
  t.equal(lines.length, ASKED.length)
}
