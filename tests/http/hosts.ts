import fc from 'fast-check'
import t from 'tap'
import {
  hostHeader,
  hostName,
  isAuthority,
  isSubdomain,
  urlAuthority,
  withoutFinalDot,
  withoutOriginDot,
} from '../../lib/http/hosts.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope } from '../support/scopes.ts'
import { anyText } from '../support/texts.ts'

const authorities = [
  'example.org',
  'EXAMPLE.org:8000',
  'example.org.',
  'example.org:',
  'localhost',
  'a_b.internal',
  'xn--mnchen-3ya.de',
  "a~%20!$&'()*+,;=",
  '127.0.0.1:80',
  '[::1]',
  '[::1]:65535',
  '[::ffff:1.2.3.4]',
]

for (const text of authorities) {
  t.test(`${text} is valid in a Host field`, (t) => {
    t.ok(isAuthority(text))
    t.end()
  })
}

// Advisory rows 1, 3, 26 and 27.
const faulty: [title: string, text: string][] = [
  ['nothing', ''],
  ['a colon alone', ':'],
  ['a port alone', ':80'],
  ['userinfo', 'evil@good'],
  ['userinfo and a port', 'evil@good:80'],
  ['userinfo with a password', 'a:b@good'],
  ['a path', 'x/admin'],
  ['a path and a query', 'x/admin?'],
  ['a query', 'x?'],
  ['a fragment', 'x#'],
  ['a backslash', 'x\\'],
  ['a space', 'a b'],
  ['a line break', 'a\n'],
  ['a NUL', 'a\0'],
  ['an open bracket', '['],
  ['empty brackets', '[]'],
  ['a bracket that is not closed', '[::1'],
  ['a name in brackets', '[example]'],
  ['a zone', '[fe80::1%eth0]'],
  ['bare IPv6', '::1'],
  ['a name behind brackets', '[::1]x'],
  ['two ports', 'a:1:2'],
  ['a port of letters', 'a:b'],
  ['a port of six digits', 'a:123456'],
  ['a scheme', 'http://a'],
  ['two hosts', 'a,b/'],
  ['letters that are not ASCII', 'münchen.de'],
  ['more than 300 characters', 'a'.repeat(301)],
]

for (const [title, text] of faulty) {
  t.test(`${title} is invalid in a Host field`, (t) => {
    t.notOk(isAuthority(text))
    t.end()
  })
}

t.test('an authority of 300 characters is the longest', (t) => {
  t.ok(isAuthority('a'.repeat(300)))
  t.end()
})

const names: [authority: string, name: string][] = [
  ['example.org', 'example.org'],
  ['Example.ORG:8000', 'example.org'],
  ['example.org:', 'example.org'],
  ['example.org.', 'example.org'],
  ['Example.org.:8000', 'example.org'],
  ['example.org..', 'example.org.'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['[::1]', '[::1]'],
  ['[::1]:80', '[::1]'],
  ['[::FFFF:1.2.3.4]:80', '[::ffff:1.2.3.4]'],
  ['', ''],
  [':80', ''],
  // Not a plain name, so it equals no host that trustedHost() allows (row 26).
  ['evil@good:80', 'evil@good'],
  ['good:80@evil', 'good:80@evil'],
  ['good:x', 'good:x'],
  ['good:1:2', 'good:1:2'],
]

for (const [authority, name] of names) {
  t.test(`the name in ${JSON.stringify(authority)} is ${JSON.stringify(name)}`, (t) => {
    t.equal(hostName(authority), name)
    t.end()
  })
}

t.test('a name is never longer than its authority, and is a fixed point', (t) => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const name = hostName(text)
      isAuthority(text)
      return name === name.toLowerCase() && name.length <= text.toLowerCase().length
    }),
  )
  fc.assert(
    fc.property(fc.domain(), fc.nat(65_535), (domain, port) => {
      const name = hostName(`${domain}:${port}`)
      return (
        isAuthority(`${domain}:${port}`) && name === domain.toLowerCase() && hostName(name) === name
      )
    }),
  )
  t.pass('for every text')
  t.end()
})

t.test('only the final dot of a name is removed', (t) => {
  for (const [authority, expected] of [
    ['example.org.', 'example.org'],
    ['example.org.:8000', 'example.org:8000'],
    ['example.org:8000', 'example.org:8000'],
    ['[::1]:80', '[::1]:80'],
    ['a.b@c.:80', 'a.b@c:80'],
    ['', ''],
  ] as const) {
    t.equal(withoutFinalDot(authority), expected, authority)
  }
  t.equal(withoutOriginDot('https://example.org.:8443'), 'https://example.org:8443')
  t.equal(withoutOriginDot('https://example.org'), 'https://example.org')
  t.equal(withoutOriginDot('null'), 'null')
  t.end()
})

const urlAuthorities: [authority: string, expected: string | undefined][] = [
  ['example.org', 'example.org'],
  ['Example.org.:80', 'Example.org:80'],
  ['example.org:', 'example.org'],
  ['example.org.:', 'example.org'],
  ['my_service:8000', 'my_service:8000'],
  ['_a._b', '_a._b'],
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1.', '127.0.0.1'],
  ['[::1]:80', '[::1]:80'],
  ['1.example.org', '1.example.org'],
  ['127.1', undefined],
  ['2130706433', undefined],
  ['0x7f.0.0.1', undefined],
  ['a.0x', undefined],
  ['1.2.3.999', undefined],
  ['a..b', undefined],
  ['.a', undefined],
  ['a.b..', undefined],
  ["a'b", undefined],
  ['a%2eb', undefined],
  ['a:b', undefined],
  ['a::', undefined],
  ['a@b', undefined],
  ['', undefined],
  [':80', undefined],
  ['a'.repeat(301), undefined],
]

for (const [authority, expected] of urlAuthorities) {
  t.test(`${authority || 'an empty host'} in a URL is ${expected ?? 'refused'}`, (t) => {
    t.equal(urlAuthority(authority), expected)
    t.end()
  })
}

t.test('a URL parser reads the same host as routing', (t) => {
  const label = fc.stringMatching(/^[0-9A-Za-z_x-]{1,6}$/)
  const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
  fc.assert(
    fc.property(fc.oneof(host, fc.ipV4(), fc.ipV4Extended()), fc.boolean(), (name, isDotted) => {
      const authority = urlAuthority(isDotted ? `${name}.` : name)
      const url = authority && URL.canParse(`http://${authority}`) && new URL(`http://${authority}`)
      return !url || url.hostname === hostName(name)
    }),
  )
  t.pass('for every host')
  t.end()
})

for (const unit of ['[', ']', ':', '0:', '[::', 'a.', '%', ']:']) {
  t.test(`is linear in many ${unit}`, (t) => {
    const makeInput = (size: number): string => `${unit.repeat(size / unit.length)}@`

    assertLinear(t, makeInput, isAuthority)
    assertLinear(t, makeInput, hostName)
    assertLinear(t, makeInput, urlAuthority)
    assertLinear(t, makeInput, withoutFinalDot)
    t.end()
  })
}

// RQ-7
t.test('the first Host field is used', (t) => {
  const scope = httpScope({ headers: ['accept', 'host', 'host', 'a', 'host', 'b'] })

  t.equal(hostHeader(scope), 'a')
  t.end()
})

t.test('a missing Host field gives an empty host', (t) => {
  t.equal(hostHeader(httpScope({ headers: ['accept', '*/*'] })), '')
  t.equal(hostHeader(httpScope({ headers: ['host'] })), '')
  t.end()
})

t.test('a subdomain has further labels before the domain', (t) => {
  for (const [host, expected] of [
    ['a.example.org', true],
    ['a-b.c_d.example.org', true],
    ['example.org', false],
    ['.example.org', false],
    ['a..example.org', false],
    ['..example.org', false],
    ['evilexample.org', false],
    ['aXexample.org', false],
    ['a.example.org.evil', false],
    ['a@b.example.org', false],
    ['a:80.example.org', false],
    ['é.example.org', false],
  ] as const) {
    t.equal(isSubdomain(host, 'example.org'), expected, host)
  }
  assertLinear(
    t,
    (size) => `${'a.'.repeat(size / 2)}.example.org`,
    (host) => void isSubdomain(host, 'example.org'),
  )
  t.end()
})
