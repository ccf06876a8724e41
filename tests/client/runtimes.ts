// The client where it runs: in a browser, in Bun, in Deno and in workerd, all with the same calls.
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { Application, Mount, Route } from '../../lib/index.ts'
import { HTMLResponse } from '../../lib/responses.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { noBrowser } from '../support/browser.ts'
import { api } from '../support/clientapi.ts'
import { TOLD } from '../support/clienttold.ts'
import { start } from '../support/onruntime.ts'
import { missing, runtimes } from '../support/runtimes.ts'
import { listening } from '../support/sockets.ts'
import { openPage } from '../support/windows.ts'
import { makeWorker } from '../support/workerd.ts'

t.setTimeout(300_000)

/** The API, and the compiled modules for a browser. */
async function served(t: Test): Promise<string> {
  const routes = [
    ...api,
    Route('/page', () => new HTMLResponse('<!doctype html><title>A page</title>')),
    Mount('/build', StaticFiles({ directory: 'build' })),
  ]
  return `http://127.0.0.1:${(await listening(t, Application({ routes }))).port}`
}

t.test('in a browser, without a bundler', { skip: noBrowser }, async (t) => {
  const base = await served(t)
  const { page, errors } = await openPage(t, `${base}/page`)
  const told = await page.evaluate(
    `import('/build/tests/support/clientprobe.js').then(({ probe }) => probe(location.origin))`,
  )
  t.same(told, TOLD)
  const message = await page.evaluate(`import('/build/lib/client.js').then(({ client }) =>
    new Promise((resolve) => {
      const options = { params: { room: 'a b' }, query: { as: 'Ada' } }
      const socket = client(location.origin).socket('/rooms/{room}', options)
      socket.onmessage = ({ data }) => resolve(data)
    }))`)
  t.equal(message, 'a b Ada')
  const relative = await page.evaluate(`import('/build/lib/client.js')
    .then(({ client }) => client('')('GET /page'))
    .then(({ status, response }) => [status, response.url])`)
  t.same(relative, [200, `${base}/page`])
  t.same(errors, [])
})

for (const [name, options] of Object.entries({ bun: [], deno: ['run', '--allow-all'] })) {
  const skip = missing(name as 'bun' | 'deno')
  t.test(`in ${name}`, { skip }, async (t) => {
    const program = fileURLToPath(new URL('../support/clientrun.js', import.meta.url))
    const command = runtimes()[name as 'bun' | 'deno'] ?? ''
    const { stdout } = await promisify(execFile)(command, [...options, program, await served(t)])
    t.same(JSON.parse(stdout), TOLD)
  })
}

const noWorkerd = missing('workerd', 'esbuild')
t.test('in workerd', { skip: noWorkerd }, async (t) => {
  const { binary, config, folder } = await makeWorker({
    entry: fileURLToPath(new URL('../support/clientworker.js', import.meta.url)),
    sockets: [{ name: 'main' }],
  })
  t.teardown(() => rmSync(folder, { recursive: true }))
  const addressIn = (line: string): string | undefined => {
    const { event, port } = JSON.parse(line)
    return event === 'listen' ? `http://127.0.0.1:${port}` : undefined
  }
  const { url } = await start(t, binary, ['serve', '--control-fd=1', config], addressIn)
  const response = await fetch(`${url}/?base=${encodeURIComponent(await served(t))}`)
  const text = await response.text()
  t.equal(response.status, 200, text)
  t.same(JSON.parse(text), TOLD)
})
