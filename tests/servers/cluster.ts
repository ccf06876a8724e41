// Runs alone: it starts processes that start processes, and waits for times.
import { rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import path from 'node:path'
import t, { type Test } from 'tap'
import { cluster } from '../../lib/servers/cluster.ts'
import { watchBlocks } from '../support/blocks.ts'
import { startCluster } from '../support/clusterprocess.ts'
import { folderOf } from '../support/folder.ts'
import { eventually, refusal, soon } from '../support/sockets.ts'

const skip = process.platform === 'win32' && 'signals are not sent on Windows'

t.test('workers share a port, have numbers, and end by SIGTERM', { skip }, async (t) => {
  const { child, output, messages, ended, until, ask } = startCluster(t, {})
  await until('all ready')
  t.match(output.text, /worker 1 1\n/)
  t.match(output.text, /worker 2 2\n/)
  t.same(messages, ['ready'])
  const answers = new Set(await Promise.all(Array.from({ length: 8 }, () => ask())))
  t.equal(answers.size, 2)

  child.kill('SIGTERM')

  t.equal(await soon(ended, 'the end'), 0)
  t.match(output.text, /shutdown 1/)
  t.match(output.text, /shutdown 2/)
  t.match(output.text, /all ended\n$/)
})

t.test('workers end by SIGTERM that arrives while they load their modules', { skip }, async (t) => {
  const { child, output, ended, until } = startCluster(t, { gracePeriodMs: 20_000, loadingMs: 300 })
  await until(/loading[\s\S]*loading/)

  child.kill('SIGTERM')

  t.equal(await soon(ended, 'the end'), 0)
  t.match(output.text, /shutdown 1/)
  t.match(output.text, /shutdown 2/)
})

t.test('a worker that ends is replaced', { skip }, async (t) => {
  const { output, until, ask } = startCluster(t, {})
  await until('all ready')
  await t.rejects(ask('/crash'))
  await until(/cluster: worker \d ended with 3; next start in \d+ ms/)
  await eventually(() => output.text.split('port ').length === 4, 'the next worker')
  const numbers = await Promise.all(Array.from({ length: 8 }, () => ask()))
  t.same([...new Set(numbers.map((answer) => answer.split(' ')[0]))].sort(), ['1', '2'])
})

t.test('if all workers fail at the start, the primary ends', { skip }, async (t) => {
  const folder = folderOf(t, { broken: '' })
  const { output, ended } = startCluster(t, { brokenBy: path.join(folder, 'broken') })
  t.equal(await soon(ended, 'the end'), 1)
  t.match(output.text, 'cluster: worker 1 could not start: Error: broken')
  t.match(output.text, 'cluster: no worker could start. See their output.')
})

/** Asks on a few connections that are kept, one request after the other, until it is told to stop. */
function load(t: Test, url: string, clients = 4): { readonly stop: () => Promise<string[]> } {
  const seen: string[] = []
  const wasBlocked = watchBlocks(t)
  let isOver = false
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => agent.destroy())
    while (!isOver) {
      const answer = await new Promise<string>((resolve) => {
        get(url, { agent }, (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part) => {
            text += part
          })
          response.on('end', () => resolve(text)).on('error', (error) => resolve(error.message))
        }).on('error', (error) => resolve(`lost: ${error.message}`))
      })
      if (answer.startsWith('lost: ') && wasBlocked()) agent.destroy()
      else seen.push(answer)
    }
    agent.destroy()
  }
  const clientsDone = Promise.all(Array.from({ length: clients }, client))
  const stop = async (): Promise<string[]> => {
    isOver = true
    await soon(clientsDone, 'the clients')
    return seen
  }
  return { stop }
}

t.test('SIGHUP replaces all workers without a lost request', { skip }, async (t) => {
  const { child, output, until, ask, url } = startCluster(t, { drainDelayMs: 150 })
  await until('all ready')
  const before = new Set(await Promise.all(Array.from({ length: 8 }, () => ask())))
  const clients = load(t, `${url()}/`)

  child.kill('SIGHUP')
  await eventually(() => output.text.split('shutdown').length === 3, 'the end of the old ones')

  const answers = await clients.stop()
  t.same(
    answers.filter((answer) => !/^[12] \d+$/.test(answer)),
    [],
  )
  t.ok(answers.length > 50)
  for (const answer of await Promise.all(Array.from({ length: 8 }, () => ask()))) {
    t.notOk(before.has(answer), 'the next workers answer')
  }
})

t.test('workers go on if their successors cannot start', { skip }, async (t) => {
  const folder = folderOf(t, {})
  const brokenBy = path.join(folder, 'broken')
  const { child, output, until, ask } = startCluster(t, { workers: 1, brokenBy })
  await until('all ready')
  const before = await ask()
  writeFileSync(brokenBy, '')
  child.kill('SIGHUP')
  await until('cluster: the next worker 1 could not start. The remaining old workers continue;')
  t.equal(await ask(), before)
  rmSync(brokenBy)
  child.kill('SIGHUP')
  await until('shutdown 1')
  t.not(await ask(), before)
  t.equal(output.text.split('shutdown').length, 2)
})

t.test('a second signal aborts open requests', { skip }, async (t) => {
  const { child, ended, until, url } = startCluster(t, { workers: 1, gracePeriodMs: 600_000 })
  await until('all ready')
  const open = await fetch(`${url()}/open`)
  const text = open.text().catch(() => 'cut')
  child.kill('SIGTERM')
  // The system joins signals that come before a busy process has looked.
  await refusal(Number(new URL(url()).port))
  child.kill('SIGTERM')
  t.equal(await soon(ended, 'the end'), 0)
  t.equal(await text, 'cut')
})

t.test('systemd is notified by its program', { skip }, async (t) => {
  const script = '#!/bin/sh\necho "$@" >> "$NOTIFY_SOCKET"\n'
  const folder = folderOf(t, { 'systemd-notify': script })
  const { chmodSync, existsSync, readFileSync } = await import('node:fs')
  chmodSync(path.join(folder, 'systemd-notify'), 0o755)
  const told = path.join(folder, 'told')
  const env = { PATH: `${folder}:${process.env['PATH']}`, NOTIFY_SOCKET: told }
  const { child, until, ended } = startCluster(t, { workers: 1 }, env)
  await until('all ready')
  await eventually(() => existsSync(told), 'the note')
  child.kill('SIGTERM')
  await soon(ended, 'the end')
  const { pid } = child
  t.equal(readFileSync(told, 'utf8'), `--pid=${pid} --ready\n--pid=${pid} STOPPING=1\n`)
})

t.test('refuses values that are not functions or counts', async (t) => {
  const start = () => Promise.reject(new Error('not called'))
  await t.rejects(cluster(5 as never), {
    name: 'TypeError',
    message: /^cluster: start must be a function, 5 was given\. Write cluster\(\(\) => serve/,
  })
  await t.rejects(cluster(start, { workers: 0 }), {
    name: 'RangeError',
    message: /^cluster: workers must be a whole number from 1 on, 0 was given\. Omit it/,
  })
})
