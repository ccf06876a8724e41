// What `tls` takes and refuses, and certificates that are read again.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type ServeOptions, serve, type TLSOptions } from '../../../../lib/servers/node.ts'
import { CERTIFICATE, SECOND } from '../../../support/certificate.ts'
import { until } from '../../../support/channels.ts'
import { secureRequest, secureSocket } from '../../../support/secureclient.ts'
import { answer, eventually, httpApp, listening } from '../../../support/sockets.ts'

const fine = httpApp((_scope, _receive, send) => answer(send, 'fine'))
const { key, cert } = CERTIFICATE

const MISUSE: readonly (readonly [options: unknown, message: RegExp])[] = [
  [{}, /^serve: tls needs a key and a certificate, neither was given\. Set keyFile and certFile/],
  [{ key }, /^serve: tls needs a key and a certificate, only the key was given\./],
  [{ certFile: 'x.pem' }, /^serve: tls needs .*, only the certificate was given\./],
  [
    { key, cert, keyfile: 'x' },
    /^serve: tls: unknown option "keyfile"\. Did you mean "keyFile"\?$/,
  ],
  [{ key, cert, ALPNProtocols: ['h2'] }, /^serve: tls: unknown option "ALPNProtocols"\./],
  ['cert.pem', /^serve: tls: the options must be an object, "cert\.pem" was given\./],
  [true, /^serve: tls: the options must be an object, true was given\./],
  [{ key, keyFile: 'x', cert }, /^serve: tls\.key and tls\.keyFile exclude each other, both were/],
  [{ keyFile: 1, cert }, /^serve: tls\.keyFile must be a path, 1 was given\. Write keyFile: "/],
  [
    { keyFile: '/nowhere/key.pem', cert },
    /^serve: tls\.keyFile cannot be read, "\/nowhere\/key\.pem" was given\. Check the path/,
  ],
  [
    { key, cert: 'no' },
    /^serve: the key and certificate of tls cannot be used, OpenSSL says ".*"\./,
  ],
  [{ key, cert: SECOND.cert }, /^serve: the key and .* says ".*mismatch.*"\. Give PEM, and a key/],
]

for (const [tls, message] of MISUSE) {
  t.test(`refuses ${String(message)}`, async (t) => {
    await t.rejects(serve(fine, { tls: tls as TLSOptions, port: 0, signals: [] }), { message })
  })
}

/** The subject of the certificate that new connections get. */
async function subjectOf(t: Parameters<typeof listening>[0], port: number): Promise<unknown> {
  const socket = await secureSocket(t, port, { rejectUnauthorized: false })
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return CN
}

function files(folder: string): { keyFile: string; certFile: string; write(of: object): void } {
  const keyFile = join(folder, 'key.pem')
  const certFile = join(folder, 'cert.pem')
  const write = (of: typeof CERTIFICATE): void => {
    writeFileSync(keyFile, of.key)
    writeFileSync(certFile, of.cert)
  }
  write(CERTIFICATE)
  return { keyFile, certFile, write: write as (of: object) => void }
}

t.test('reloadTLS reads files again, and open connections stay', async (t) => {
  const { keyFile, certFile, write } = files(t.testdir())
  const { server, port } = await listening(t, fine, { tls: { keyFile, certFile } })
  const open = await secureSocket(t, port)
  t.equal(await subjectOf(t, port), 'localhost')

  write(SECOND)
  await server.reloadTLS()
  t.equal(await subjectOf(t, port), 'second')
  t.equal((await secureRequest(port, '/', { ca: SECOND.cert })).text, 'fine')
  open.write('GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n')
  let text = ''
  for await (const part of open) text += part
  t.match(text, /fine$/)
})

t.test('invalid files change nothing', async (t) => {
  const { keyFile, certFile, write } = files(t.testdir())
  const { server, port } = await listening(t, fine, { tls: { keyFile, certFile } })
  write({ ...CERTIFICATE, cert: SECOND.cert })
  await t.rejects(server.reloadTLS(), { message: /^serve: the key and certificate of tls cannot/ })
  t.equal(await subjectOf(t, port), 'localhost')
})

t.test('SIGHUP reads the files again, until the server has closed', async (t) => {
  const { keyFile, certFile, write } = files(t.testdir())
  const before = process.listenerCount('SIGHUP')
  const { server, port } = await listening(t, fine, { tls: { keyFile, certFile } })
  t.equal(process.listenerCount('SIGHUP'), before + 1)
  write(SECOND)
  process.emit('SIGHUP')
  await until(async () => (await subjectOf(t, port)) === 'second')

  const said: unknown[] = []
  const { error } = console
  console.error = (text: unknown) => said.push(text)
  t.teardown(() => {
    console.error = error
  })
  write({ ...CERTIFICATE, cert: 'no' })
  process.emit('SIGHUP')
  await eventually(() => said.length > 0, 'the complaint')
  t.match(said, [/^serve: the key and certificate of tls cannot be used/])
  t.equal(await subjectOf(t, port), 'second')

  await server.close()
  t.equal(process.listenerCount('SIGHUP'), before)
})

t.test('SIGHUP is not handled without files, or if it stops the server', async (t) => {
  const { keyFile, certFile } = files(t.testdir())
  const before = process.listenerCount('SIGHUP')
  await listening(t, fine, { tls: CERTIFICATE })
  t.equal(process.listenerCount('SIGHUP'), before)
  const options: ServeOptions = { tls: { keyFile, certFile }, signals: ['SIGHUP'] }
  await listening(t, fine, options)
  t.equal(process.listenerCount('SIGHUP'), before + 1)
})

t.test('reloadTLS needs certificates', async (t) => {
  const { server } = await listening(t, fine)
  await t.rejects(server.reloadTLS(), {
    message: /^serve: reloadTLS\(\) needs certificates, no tls was given\. Set the option tls/,
  })
})
