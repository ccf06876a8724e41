// `stellula serve` as one process.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import path from 'node:path'
import t from 'tap'
import { CERTIFICATE } from '../support/certificate.ts'
import { APP, run, start } from '../support/cli.ts'
import { eventually, soon } from '../support/sockets.ts'

t.test('serves until SIGTERM, and ends with exit code 0', async (t) => {
  const { child, url, ended, output } = start(t, ['serve', 'app.js', '--port', '0'])
  const response = await fetch(await url())
  t.equal(await response.text(), 'http hello')
  child.kill('SIGTERM')
  t.equal(await soon(ended, 'the end'), 0)
  t.match(output.stderr, /^startup\nstellula: listening on http:\/\/127\.0\.0\.1:\d+\nshutdown\n$/)
})

t.test('an open timer of the app does not keep the process alive', async (t) => {
  const files = { 'app.js': `${APP}setInterval(() => {}, 1000)\n` }
  const { child, url, ended } = start(t, ['serve', 'app.js', '--port', '0'], files)
  await url()
  child.kill('SIGINT')
  t.equal(await soon(ended, 'the end'), 0)
})

t.test('SIGTERM ends it while the module is being loaded', async (t) => {
  const files = {
    'app.js': "console.error('here')\nawait new Promise(() => setInterval(() => {}, 9))",
  }
  const { child, output, ended } = start(t, ['serve', 'app.js', '--port', '0'], files)
  await eventually(() => output.stderr.includes('here'), 'the module')
  child.kill('SIGTERM')
  t.equal(await soon(ended, 'the end'), 0)
})

t.test('SIGTERM ends it while the server is being imported', async (t) => {
  const hook = `export async function resolve(specifier, context, next) {
    if (!specifier.endsWith('/commands/serve.js')) return next(specifier, context)
    process.kill(process.pid, 'SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 200))
    return next(specifier, context)
  }`
  const asURL = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(asURL(hook))})`
  const env = { NODE_OPTIONS: `--import=${asURL(preload)}` }
  for (const more of [[], ['--workers', '1'], ['--reload']]) {
    const { ended, output } = start(t, ['serve', 'app.js', '--port', '0', ...more], undefined, env)
    // Where hooks hold the thread, as in Node 24, the signal is heard after them, and the server closes.
    t.equal(await soon(ended, 'the end'), 0, output.stderr)
  }
})

t.test('trusts the given proxies, reads variables from a file, and logs', async (t) => {
  const args = ['serve', 'app.js', '--port', '0', '--proxy-headers', 'loopback']
  args.push('--env-file', '.env', '--access-log', 'json', '--root-path', '/api', '--grace', '0.5')
  const files = { 'app.js': APP, '.env': 'GREETING=hi\n' }
  const { url, output } = start(t, args, files)
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' }
  const response = await fetch(await url(), { headers })
  t.equal(await response.text(), 'https hi')
  await eventually(() => output.stdout.endsWith('\n'), 'a line of the log')
  t.match(JSON.parse(output.stdout), { method: 'GET', status: 200, client: '192.0.2.1' })
})

t.test('logs in a readable form on a terminal', async (t) => {
  const { url, output } = start(t, ['serve', 'app.js', '--port', '0', '--access-log', 'pretty'])
  await fetch(`${await url()}/nothing?a=1`)
  await eventually(() => output.stdout.endsWith('\n'), 'a line of the log')
  t.match(output.stdout, /^\d\d:\d\d:\d\d GET \/nothing\?a=1 404 [\d.]+ ms 127\.0\.0\.1\n$/)
})

t.test('listens on a unix socket', { skip: process.platform === 'win32' }, async (t) => {
  const { url, folder } = start(t, ['serve', 'app.js', '--path', 'app.sock'])
  t.equal(await url(), 'app.sock')
  const status = await new Promise((resolve, reject) => {
    const socketPath = path.join(folder, 'app.sock')
    httpRequest({ socketPath }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
})

t.test('serves https with a certificate', async (t) => {
  const { key, cert } = CERTIFICATE
  const files = { 'app.js': APP, 'key.pem': key, 'cert.pem': cert }
  const args = ['serve', 'app.js', '--port', '0', '--tls-cert', 'cert.pem']
  const { url } = start(t, [...args, '--tls-key', 'key.pem'], files)
  const address = await url()
  t.match(address, /^https:/)
  const status = await new Promise((resolve, reject) => {
    httpsRequest(address, { ca: cert, servername: 'localhost' }, ({ statusCode }) =>
      resolve(statusCode),
    )
      .on('error', reject)
      .end()
  })
  t.equal(status, 200)
  t.match(await run(t, args, files), {
    code: 2,
    stderr: /--tls-cert and --tls-key belong together, only --tls-cert was given\. Write --tls-key/,
  })
  for (const [file, problem] of [
    [
      'none.pem',
      '--tls-key cannot be read, "none.pem" was given. Check the path and its permissions.',
    ],
    ['app.js', 'the key and certificate of tls cannot be used, OpenSSL says '],
  ]) {
    const { code, stderr } = await run(t, [...args, '--tls-key', file ?? ''], files)
    t.equal(code, 1)
    t.ok(stderr.startsWith(`stellula: serve: ${problem}`), stderr)
    t.equal(stderr.trimEnd().split('\n').length, 1, 'no stack')
  }
})

t.test('a port in use is reported with what to do', async (t) => {
  const { url, folder } = start(t, ['serve', 'app.js', '--port', '0'])
  const { port } = new URL(await url())
  const { code, stderr } = await run(t, ['serve', 'app.js', '--port', port], folder)
  t.equal(code, 1)
  t.match(stderr, `stellula: serve: port ${port} of 127.0.0.1 is in use. Choose another, or`)
})

t.test(
  'a missing folder of a unix socket is reported',
  { skip: process.platform === 'win32' },
  async (t) => {
    const args = ['serve', 'app.js', '--path', 'none/app.sock']
    const { code, stderr } = await run(t, args, { 'app.js': APP })
    t.equal(code, 1)
    t.match(
      stderr,
      'stellula: serve: the socket none/app.sock is in a folder that does not exist, or',
    )
  },
)

t.test('TypeScript runs if Node or tsx supports it, and is refused otherwise', async (t) => {
  const app = `export const app: unknown = async () => {}\n`
  const { typescript } = process.features as { typescript?: string | false }
  if (typescript) {
    t.match(await run(t, ['routes', 'app.ts'], { 'app.ts': app }), { code: 0 })
    return
  }
  const { code, stderr } = await run(t, ['routes', 'app.ts'], { 'app.ts': app })
  t.equal(code, 1)
  t.match(
    stderr,
    /^stellula: app\.ts is TypeScript, which Node [\d.]+ does not run\. Use Node 22\.18/,
  )
  const common = `exports.register = () => { console.log('common') }`
  const register = `export const register = () => { console.log('registered') }`
  const manifest = '{"name":"tsx","type":"module","exports":{"./*/api":"./*.cjs"}}'
  const tsx = { 'package.json': manifest, 'esm.cjs': '', 'esm.mjs': register, 'cjs.cjs': common }
  const files = { 'app.ts': app, node_modules: { tsx } }
  t.match(await run(t, ['routes', 'app.ts'], files), { stdout: /^common\nregistered\n/ })
})
