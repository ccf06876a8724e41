// Runs alone: it counts on a busy client that is not held up by other tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { watchBlocks } from '../../support/blocks.ts'
import { eventually, soon } from '../../support/sockets.ts'

const PROGRAM = fileURLToPath(new URL('../../support/served.js', import.meta.url))
const skip = process.platform === 'win32' && 'signals are not sent on Windows'

interface Answer {
  readonly text: string
  /** Whether it says that the connection ends. */
  readonly isLast: boolean
}

function ask(url: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      const isLast = response.headers.connection === 'close'
      response.on('end', () => resolve({ text, isLast }))
    }).on('error', (error) => resolve({ text: error.message, isLast: true }))
  })
}

/** Asks again and again on one connection, until an answer is the last one. */
async function client(
  t: Test,
  url: string,
  pauseMs: number,
  seen: string[],
  wasBlocked: () => boolean,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  for (;;) {
    const { text, isLast } = await ask(url, agent)
    if (text !== 'fine' && wasBlocked()) return
    seen.push(text)
    if (isLast) return
    if (pauseMs > 0) await sleep(pauseMs)
  }
}

t.test('SIGTERM under load loses no request on kept connections', { skip }, async (t) => {
  const wasBlocked = watchBlocks(t)
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => child.kill('SIGKILL'))
    const [line] = await once(child.stdout, 'data')
    const url = `http://127.0.0.1:${/port (\d+)/.exec(String(line))?.[1]}/fine`
    const answers: string[] = []
    // Half of them ask at once again, the others pause as a browser or a proxy does.
    const clients = Array.from({ length: 16 }, (_, index) =>
      client(t, url, index % 2 === 0 ? 0 : 5, answers, wasBlocked),
    )
    await eventually(() => answers.length > 200, 'answers')

    child.kill('SIGTERM')

    await soon(Promise.all(clients), 'the last answers')
    t.same(
      answers.filter((text) => text !== 'fine'),
      [],
    )
    t.same(await soon(once(child, 'exit'), 'the end'), [0, null])
  }
})
