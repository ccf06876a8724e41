// Runs alone: it starts processes that start processes, and changes files under them.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { APP, run, start } from '../support/cli.ts'
import { eventually, PATIENCE_MS, soon } from '../support/sockets.ts'

const skip = process.platform === 'win32' && 'signals are not sent on Windows'

const LIB = new URL('../../lib/', import.meta.url).href

/** An app whose answer is in another file, with a stream that does not end. */
const RELOADED = `import { Application, PlainTextResponse, Route } from '${LIB}index.js'
import { StreamingResponse } from '${LIB}responses.js'
import { answer } from './answer.js'
async function* endless() {
  yield 'open'
  await new Promise(() => setInterval(() => {}, 1000))
}
export const app = Application({ routes: [
  Route('/', () => new PlainTextResponse(answer)),
  Route('/stream', () => new StreamingResponse(endless())),
] })
`

async function ask(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return response.text()
}

t.test(
  '--workers serves in several processes, and logs show their numbers',
  { skip },
  async (t) => {
    const args = ['serve', 'app.js', '--port', '0', '--workers', '2', '--access-log', 'json']
    const { child, url, output, ended } = start(t, args)
    await eventually(() => output.stderr.split('is listening').length === 3, 'two workers')
    const address = await url()
    await Promise.all(Array.from({ length: 8 }, () => ask(address)))
    await eventually(() => output.stdout.split('\n').length > 8, 'the log')
    const numbers = output.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).worker)
    t.same([...new Set(numbers)].sort(), [1, 2])
    child.kill('SIGTERM')
    t.equal(await soon(ended, 'the end'), 0)
    t.equal(output.stderr.split('shutdown').length, 3)
  },
)

t.test('workers that cannot start print why, and end', { skip }, async (t) => {
  const args = ['serve', 'app.js', '--port', '0', '--workers', '2']
  const { code, stderr } = await run(t, args, { 'app.js': 'throw new Error("kaput")' })
  t.equal(code, 1)
  for (const message of ['stellula: app.js could not be loaded.', 'Error: kaput'])
    t.equal(stderr.split(message).length, 3, `${message} once of each`)
  t.match(stderr, /stellula: cluster: no worker could start\. See their output\.\n$/)
})

t.test('--reload restarts, and open streams do not delay it', { skip }, async (t) => {
  const files = { 'app.js': RELOADED, 'answer.js': "export const answer = 'one'" }
  const { child, url, folder, output, ended } = start(
    t,
    ['serve', 'app.js', '--port', '0', '--reload'],
    files,
  )
  const address = await url()
  t.equal(await ask(address), 'one')
  const stream = await fetch(`${address}/stream`)
  const streamed = stream.text().catch(() => 'cut')
  const answers: string[] = []

  writeFileSync(path.join(folder, 'answer.js'), "export const answer = 'two'")
  const end = performance.now() + PATIENCE_MS
  while (answers.at(-1) !== 'two' && performance.now() < end) answers.push(await ask(address))

  t.equal(answers.at(-1), 'two')
  t.match(output.stderr, 'stellula: answer.js has changed')
  t.equal(await soon(streamed, 'the end of the stream'), 'cut')
  child.kill('SIGTERM')
  t.equal(await soon(ended, 'the end'), 0)
})

t.test('--reload keeps the previous version while the next one fails', { skip }, async (t) => {
  const files = { 'app.js': RELOADED, 'answer.js': "export const answer = 'one'" }
  const { url, folder, output } = start(t, ['serve', 'app.js', '--port', '0', '--reload'], files)
  const address = await url()
  writeFileSync(path.join(folder, 'answer.js'), 'export const answer = (')
  await eventually(
    () => output.stderr.includes('the previous version continues'),
    () => output.stderr,
  )
  t.match(output.stderr, /SyntaxError/)
  t.equal(await ask(address), 'one')
  writeFileSync(path.join(folder, 'answer.js'), "export const answer = 'three'")
  await eventually(
    () => output.stderr.split('listening').length === 3,
    () => output.stderr,
  )
  // Both listen for a moment, so that no request is lost.
  const answers: string[] = []
  const end = performance.now() + PATIENCE_MS
  while (answers.at(-1) !== 'three' && performance.now() < end) answers.push(await ask(address))
  t.equal(answers.at(-1), 'three')
})

t.test('--reload waits for a change if the first version fails', { skip }, async (t) => {
  const files = { 'app.js': 'throw new Error("kaput")' }
  const { child, url, folder, output, ended } = start(
    t,
    ['serve', 'app.js', '--port', '0', '--reload'],
    files,
  )
  await eventually(
    () => output.stderr.includes('waiting for a change\n'),
    () => output.stderr,
  )
  writeFileSync(path.join(folder, 'app.js'), APP)
  t.equal(await ask(await url()), 'http hello')
  child.kill('SIGINT')
  t.equal(await soon(ended, 'the end'), 0)
})

t.test('--reload and --workers exclude each other', async (t) => {
  t.match(await run(t, ['serve', 'app.js', '--reload', '--workers', '2']), {
    code: 2,
    stderr: 'stellula: serve: --reload and --workers exclude each other. Choose one.\n',
  })
  t.match(await run(t, ['serve', 'app.js', '--workers', '0']), {
    code: 2,
    stderr: /--workers must be a whole number from 1 on, "0" was given/,
  })
})
