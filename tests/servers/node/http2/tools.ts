// HTTP/2 with the clients of others, where they are installed: curl and h2load.
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { answer, httpApp, listening, readAll } from '../../../support/sockets.ts'

const run = promisify(execFile)

function lacks(command: string, feature = ''): string | false {
  const { stdout, error } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return error !== undefined || !stdout.includes(feature) ? `no ${command} ${feature}` : false
}

const echo = httpApp(async (scope, receive, send) => {
  const body = await readAll(receive)
  await answer(send, `${scope.httpVersion} ${scope.scheme} ${body.byteLength}`)
})

const OPTIONS = { http2: true, lifespan: 'off' } as const
const QUIET = ['-sk', '--max-time', '10', '--data', 'abc']

t.test('curl over TLS, in both versions', { skip: lacks('curl', 'HTTP2') }, async (t) => {
  const { server } = await listening(t, echo, { ...OPTIONS, tls: CERTIFICATE })
  const curl = async (version: string): Promise<string> =>
    (await run('curl', [...QUIET, version, `${server.url}/`])).stdout
  t.equal(await curl('--http2'), '2 https 3')
  t.equal(await curl('--http1.1'), '1.1 https 3')
})

t.test(
  'curl without TLS, by prior knowledge or not',
  { skip: lacks('curl', 'HTTP2') },
  async (t) => {
    const { server } = await listening(t, echo, OPTIONS)
    const curl = async (...args: string[]): Promise<string> =>
      (await run('curl', [...QUIET, ...args, `${server.url}/`])).stdout
    t.equal(await curl('--http2-prior-knowledge'), '2 http 3')
    t.equal(await curl('--http1.1'), '1.1 http 3')
    t.equal(await curl('--http2'), '1.1 http 3') // the upgrade to h2c is gone since RFC 9113
  },
)

for (const tls of [undefined, CERTIFICATE]) {
  const name = `h2load ${tls === undefined ? 'without' : 'over'} TLS`
  t.test(name, { skip: lacks('h2load') }, async (t) => {
    const { server, errors } = await listening(t, echo, { ...OPTIONS, ...(tls && { tls }) })
    const args = ['-n', '2000', '-c', '8', '-m', '40', `${server.url}/`]
    const { stdout } = await run('h2load', args)
    t.match(stdout, /2000 succeeded, 0 failed, 0 errored, 0 timeout/)
    t.same(errors, [])
  })
}
