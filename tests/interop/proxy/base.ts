import t from 'tap'
import { readBase } from '../../../lib/interop/proxy/base.ts'

t.test('parses a target', async (t) => {
  t.same(readBase('http://Example.org'), {
    secure: false,
    origin: 'http://example.org',
    hostname: 'example.org',
    port: 80,
    authority: 'example.org',
    path: '',
  })
  t.same(readBase(new URL('https://[::1]:8443/a%20b/c//')), {
    secure: true,
    origin: 'https://[::1]:8443',
    hostname: '::1',
    port: 8443,
    authority: '[::1]:8443',
    path: '/a%20b/c',
  })
  t.equal(readBase('https://example.org:443/').port, 443)
})

t.test('throws for targets with more than a host and a path', async (t) => {
  for (const target of ['', '/v1', 'example.org', 'ftp://a', 'ws://a', 'unix:/x']) {
    t.throws(() => readBase(target), {
      name: 'TypeError',
      message: /^proxy: the target must be an http or https URL, ".*" was given\. Write 'http:/,
    })
  }
  for (const target of ['http://a/?b', 'http://a/#b', 'http://a:b@c/', 'http://a@c/']) {
    t.throws(() => readBase(target), {
      name: 'TypeError',
      message: /^proxy: the target must have only a host and a path, ".*" was given\./,
    })
  }
})
