// Advisories of other projects about what stands before an app: hosts that are trusted, addresses
// that are told by proxies, addresses that may come in.
import t from 'tap'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import { CLOSE } from '../support/guarded.ts'
import { answer, bodyOf, httpApp, listening, statuses } from '../support/sockets.ts'

const open = httpApp((_scope, _receive, send) => answer(send, 'open'))

t.test('CVE-2026-25479: a trusted host is no regular expression', async (t) => {
  const allowedHosts = ['api.example.com', '*.example.org']
  const { talk } = await listening(t, trustedHost({ allowedHosts })(open), { lifespan: 'off' })
  for (const [host, status] of [
    ['api.example.com', 200],
    ['API.example.com:8000', 200],
    ['apixexample.com', 400],
    ['api.example.com.evil', 400],
    ['evilapi.example.com', 400],
    ['a.example.org', 200],
    ['example.org', 400],
    ['evilexample.org', 400],
    ['a.examplexorg', 400],
    ['a.example.org.evil', 400],
    ['.example.org', 400],
  ] as const) {
    const received = await talk(`GET / HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}\r\n\r\n`)
    t.strictSame(statuses(received), [status], host)
  }
})

t.test('CVE-2026-48061: a host that is missing is not looked for elsewhere', async (t) => {
  const app = trustedHost({ allowedHosts: ['good'] })(open)
  const { talk } = await listening(t, app, { lifespan: 'off' })
  const elsewhere = 'x-forwarded-host: good\r\nx-host: good\r\nforwarded: host=good\r\n'
  for (const head of ['GET / HTTP/1.0\r\n', 'GET / HTTP/1.1\r\nhost:\r\n', 'GET / HTTP/1.1\r\n']) {
    const received = await talk(`${head}${elsewhere}${CLOSE}\r\n\r\n`)
    t.strictSame(statuses(received), [400], head)
    t.notMatch(bodyOf(received), /open/)
  }
})
