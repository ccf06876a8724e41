import t from 'tap'
import { type HostedRequest, placeOf } from '../../../lib/servers/hosted/mountpoint.ts'

type Case = [what: string, request: Record<string, string>, place: string[] | undefined]

/** Path, raw path and query below the prefix, and the prefix. */
const cases: Case[] = [
  ['no host', { url: '/x%20y?q' }, ['/x y', '/x%20y', 'q', '', '']],
  ['a host that takes nothing off', { url: '/x', originalUrl: '/x' }, ['/x', '/x', '', '', '']],
  [
    'Express',
    { url: '/x?q', originalUrl: '/a/b/x?q', baseUrl: '/a/b' },
    ['/x', '/x', 'q', '/a/b', '/a/b'],
  ],
  [
    'Express, an encoded prefix',
    { url: '/x', originalUrl: '/donn%C3%A9es/x', baseUrl: '/donn%C3%A9es' },
    ['/x', '/x', '', '/données', '/donn%C3%A9es'],
  ],
  [
    'Express, an encoded slash in a parameter of the prefix',
    { url: '/x', originalUrl: '/a%2Fb/x', baseUrl: '/a%2Fb' },
    ['/x', '/x', '', '/a/b', '/a%2Fb'],
  ],
  [
    'Express, the prefix itself',
    { url: '/?q', originalUrl: '/a?q', baseUrl: '/a' },
    ['', '', 'q', '/a', '/a'],
  ],
  [
    'Express, the prefix with a slash',
    { url: '/?q', originalUrl: '/a/?q', baseUrl: '/a' },
    ['/', '/', 'q', '/a', '/a'],
  ],
  [
    'Express, a target that a middleware has written',
    { url: '/y', originalUrl: '/a/x', baseUrl: '/a' },
    ['/y', '/y', '', '/a', '/a'],
  ],
  ['Connect', { url: '/x?q', originalUrl: '/a/x?q' }, ['/x', '/x', 'q', '/a', '/a']],
  ['Connect, the prefix itself', { url: '/?q', originalUrl: '/a?q' }, ['', '', 'q', '/a', '/a']],
  ['Connect, likewise without a query', { url: '/', originalUrl: '/a' }, ['', '', '', '/a', '/a']],
  [
    'Connect, a target that a middleware has written',
    { url: '/index.html', originalUrl: '/a/b' },
    ['/index.html', '/index.html', '', '', ''],
  ],
  [
    'an end of the query that looks like the target',
    { url: '/x', originalUrl: '/a?to=/x' },
    ['/x', '/x', '', '', ''],
  ],
  [
    'an absolute form',
    { url: 'http://host/x?q', originalUrl: 'http://host/a/x?q', baseUrl: '/a' },
    ['/x', '/x', 'q', '/a', '/a'],
  ],
  [
    'slashes are left alone',
    { url: '//x', originalUrl: '/a//x', baseUrl: '/a' },
    ['//x', '//x', '', '/a', '/a'],
  ],
  ['a prefix that is none', { url: '/x', originalUrl: '/%ff/x', baseUrl: '/%ff' }, undefined],
  ['a target that is none', { url: '/%ff', originalUrl: '/a/%ff', baseUrl: '/a' }, undefined],
  ['nothing', {}, undefined],
]

for (const [what, request, expected] of cases) {
  t.test(what, async (t) => {
    const { target, rootPath, rawRootPath } = placeOf(request as unknown as HostedRequest)
    const { path, rawPath, queryString } = target ?? {}

    t.same(target && [path, rawPath, queryString, rootPath, rawRootPath], expected)
  })
}
